import { describe, expect, it } from '@jest/globals';
import type { Subscription } from '@kruispunt/delivery';
import type { Protocols } from './protocols.js';
import { Subscriptions } from './subscriptions.js';

const at = (id: string, rev: number, state: Subscription['state'] = 'active') =>
  ({
    ...{ id, name: id, org: 'OVO999301', hoedanigheid: 'proef', types: ['t'], subjects: 'all', channel: 'WEBHOOK' },
    ...{ orderPolicy: 'hold', inFlightMax: 16, state, rev },
  }) as Subscription;

describe('the subscriptions in memory', () => {
  let rows: readonly Subscription[] = [];
  const source = { changedSince: (rev: number) => Promise.resolve(rows.filter((row) => row.rev > rev)) };
  const subscriptions = new Subscriptions(source, {} as Protocols);
  const told = async () => (await subscriptions.refresh()).map(({ id, rev }) => `${id}@${rev}`);

  it('miss no change whose revision was taken before a later one and committed behind it', async () => {
    rows = [at('a', 1), at('b', 5)];
    expect(await told()).toEqual(['a@1', 'b@5']);
    rows = [at('b', 5), at('a', 4, 'paused')];
    expect(await told()).toEqual(['a@4']);
    expect(subscriptions.find('a')?.subscription.state).toBe('paused');
  });

  it('tell nothing twice, and let nothing older take the place of the newest', async () => {
    expect(await told()).toEqual([]);
    rows = [at('a', 2), at('b', 5)];
    expect(await told()).toEqual([]);
    expect(subscriptions.find('a')?.subscription.state).toBe('paused');
  });
});

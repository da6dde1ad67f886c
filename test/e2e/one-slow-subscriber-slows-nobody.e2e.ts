import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@kruispunt/testkit';
import { decision, freshKey, publish } from './events.js';
import { booksOf, subscribe, type Subscriber } from './subscribe.js';
import { openTestSystem, type TestSystem } from './system.js';

const keys = Array.from({ length: 40 }, () => freshKey('OMV'));
const events = Array.from({ length: 400 }, (_, n) => decision(keys[n % keys.length]!));
const ids = events.map(({ id }) => id);

/** I11, as a fact and not as a measurement: while the slow ones have not answered once, all others have everything. */
describe('a subscriber that never answers', () => {
  let bench: TestSystem;
  let hanging: Subscriber;
  let refused: Subscriber;
  let others: readonly Subscriber[];
  beforeAll(async () => {
    bench = await openTestSystem({
      apps: ['publish-gateway', 'delivery-gateway'],
      // An attempt may last longer than this test: no time-out comes to the rescue of the others.
      settings: { 'delivery-gateway': { KP_DELIVERY_DEADLINE_MS: '600000', KP_DELIVERY_LADDER_RETRIES: '10000' } },
    });
    hanging = await subscribe(bench);
    refused = await subscribe(bench);
    others = [await subscribe(bench), await subscribe(bench), await subscribe(bench)];
    hanging.receiver.answer = () => 'hang';
    await refused.receiver.close();
  });
  afterAll(async () => {
    // An open attempt would be waited for at the stop.
    await hanging?.receiver.close();
    await bench?.close();
  });

  it('slows no other, and no more than its own bound is ever in flight to it', async () => {
    await publish(bench, events);
    await until('it has been tried', () => hanging.receiver.arrived.length > 0);
    for (const { receiver } of others) await until('the others have all', () => receiver.has(ids), 60_000);
    expect(hanging.receiver.arrived.length).toBeLessThanOrEqual(16);
    expect(hanging.receiver.arrived.filter(({ status }) => status !== undefined)).toEqual([]);
    for (const other of others) {
      await until(
        'the books of the others are closed',
        async () => (await booksOf(bench, other)).delivered === ids.length,
      );
      expect(await booksOf(bench, other)).toMatchObject({ matched: ids.length, suppressed: 0, held: 0, parked: 0 });
    }
  });

  it('loses nothing: when it answers and listens again, it has everything too', async () => {
    await refused.receiver.listen();
    await until('the one that was down catches up', () => refused.receiver.has(ids), 60_000);
    hanging.receiver.answer = () => 204;
    await hanging.receiver.close();
    await hanging.receiver.listen();
    await until('the one that hung catches up', () => hanging.receiver.has(ids), 60_000);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@kruispunt/testkit';
import { freshKey, move, publish } from './events.js';
import { booksOf, subscribeToMoves, suppressionsOf, type Subscriber } from './subscribe.js';
import { openTestSystem, operator, type TestSystem } from './system.js';

const dossiers = Array.from({ length: 4 }, () => freshKey('VH'));
const events = Array.from({ length: 12 }, (_, n) => move(dossiers[n % dossiers.length]!));
const ids = events.map(({ id }) => id);

/** I16. */
describe('a protocol that is withdrawn while events wait', () => {
  let bench: TestSystem;
  let [withdrawn, standing]: (Subscriber & { readonly protocol: string })[] = [];
  beforeAll(async () => {
    bench = await openTestSystem({
      apps: ['publish-gateway', 'delivery-gateway'],
      // They must still be waiting when the protocol ends, however slow this machine is.
      settings: { 'delivery-gateway': { KP_DELIVERY_LADDER_RETRIES: '10000' } },
    });
    withdrawn = await subscribeToMoves(bench, ['nisNieuw']);
    standing = await subscribeToMoves(bench, ['nisNieuw']);
    for (const { receiver } of [withdrawn, standing]) receiver.answer = () => 503;
  });
  afterAll(() => bench?.close());

  it('suppresses what had been matched and tried under it, and counts it under the rule that says why', async () => {
    await publish(bench, events);
    for (const s of [withdrawn!, standing!])
      await until('the events wait', async () => s.receiver.arrived.length > 0 && (await booksOf(bench, s)).held > 0);
    const { protocol } = withdrawn!;
    const gone = await bench.ask('delivery-gateway', operator, `POST /v1/protocols/${protocol}/1/withdraw`, {
      reason: 'het protocol is opgezegd',
    });
    expect(gone.status).toBe(200);
    const tried = withdrawn!.receiver.arrived.length;
    const inFlight = 4; // one attempt per dossier may have been on its way while the protocol was withdrawn
    for (const { receiver } of [withdrawn!, standing!]) receiver.answer = () => 204;

    // The same machine, the same moment, a protocol that stands: there they arrive.
    await until('they arrive where the protocol stands', () => standing!.receiver.has(ids), 60_000);
    await until(
      'they are suppressed where it does not',
      async () => {
        const { matched, suppressed, delivered } = await booksOf(bench, withdrawn!);
        return matched === ids.length && suppressed + delivered === ids.length;
      },
      60_000,
    );
    expect(withdrawn!.receiver.taken.length).toBeLessThanOrEqual(inFlight);
    expect(withdrawn!.receiver.arrived.length - tried).toBeLessThanOrEqual(inFlight);
    const { delivered, suppressed, difference } = await booksOf(bench, withdrawn!);
    expect([delivered, difference]).toEqual([withdrawn!.receiver.taken.length, 0]);
    expect(await suppressionsOf(bench, withdrawn!)).toEqual({ [`${protocol}@1:withdrawn`]: suppressed });
  });

  it('lets nothing of what comes later leave', async () => {
    const before = withdrawn!.receiver.arrived.length;
    const later = move(freshKey('VH'));
    await publish(bench, [later]);
    await until('it arrives where the protocol stands', () => standing!.receiver.has([later.id]));
    await until(
      'it is matched and suppressed',
      async () => (await booksOf(bench, withdrawn!)).matched === ids.length + 1,
    );
    expect(withdrawn!.receiver.arrived.length).toBe(before);
  });
});

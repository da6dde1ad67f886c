import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decision, freshKey, open, personal, publish } from './events.js';
import { booksComeTo, booksOf, subscribe, suppressionsOf, type Subscriber } from './subscribe.js';
import { openTestSystem, operator, type TestSystem } from './system.js';

const keys = Array.from({ length: 30 }, () => freshKey('OMV'));
const events = Array.from({ length: 600 }, (_, n) => decision(keys[n % keys.length]!));
/** Every seventh event once more, with the same id: its publisher heard no answer. */
const again = events.filter((_, n) => n % 7 === 0);

const refusedKeys = keys.filter((_, n) => n % 3 === 0);
const refusedIds = refusedKeys.map((key) => events.findLast(({ subject }) => subject?.endsWith(key))!.id);

/** I1 and I5. */
describe('an event that was accepted', () => {
  let bench: TestSystem;
  let [well, refusing, stranger]: Subscriber[] = [];
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway', 'delivery-gateway'] });
    well = await subscribe(bench);
    refusing = await subscribe(bench);
    stranger = await subscribe(bench, { types: [open.type, personal.type], nis: ['11002'] });
    // By its own judgement it cannot take the last event of every third dossier.
    refusing.receiver.answer = ({ id }) => (refusedIds.includes(id) ? 422 : 204);
  });
  let working = true;
  afterAll(async () => {
    working = false;
    await bench?.close();
  });

  it('is in the log, and ends delivered, parked or suppressed for every subscription, whatever is killed', async () => {
    const differences: number[] = [];
    const subscribers = [well!, refusing!, stranger!];
    const auditor = (async () => {
      while (working) {
        for (const s of subscribers) differences.push((await booksOf(bench, s)).difference);
        await sleep(50);
      }
    })();
    const receipts = [];
    for (let from = 0; from < events.length; from += 100) {
      receipts.push(...(await publish(bench, events.slice(from, from + 100))));
      if (from === 200 || from === 400) {
        await bench.system.kill('delivery-gateway');
        await bench.system.start('delivery-gateway');
      }
    }
    await publish(bench, again);

    const logged = new Map(
      (await bench.log.since(open.topic)).map((e) => [`${e.partition}@${e.offset}`, e.headers['ce_id']] as const),
    );
    expect(receipts.map(({ receipt }) => logged.get(`${receipt.partition}@${receipt.offset}`))).toEqual(
      events.map(({ id }) => id),
    );
    const copies = { matched: events.length + again.length, suppressed: again.length, held: 0, difference: 0 };
    await booksComeTo(bench, well!, { ...copies, delivered: events.length, parked: 0 });
    const reached = events.length - refusedIds.length;
    await booksComeTo(bench, refusing!, { ...copies, delivered: reached, parked: refusedIds.length });
    working = false;
    await auditor;
    expect(differences.filter((difference) => difference !== 0)).toEqual([]);
    expect(differences.length).toBeGreaterThan(10);
    await accounts(subscribers);
  });

  /** Per event and per subscription: exactly one end, and the one that was deserved. */
  async function accounts([first, second, third]: readonly Subscriber[]): Promise<void> {
    expect(first!.receiver.has(events.map(({ id }) => id))).toBe(true);
    expect(await suppressionsOf(bench, first!)).toEqual({ duplicate: again.length });

    const listed = await bench.ask('delivery-gateway', operator, `GET /v1/parked?subscription=${second!.id}&limit=500`);
    const parked = (listed.body['items'] as { eventId: string }[]).map(({ eventId }) => eventId);
    expect([...parked].sort()).toEqual([...refusedIds].sort());
    const reached = new Set(second!.receiver.taken.map(({ id }) => id));
    expect(
      events
        .filter(({ id }) => !reached.has(id))
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...refusedIds].sort());

    // Another territory: it matches nothing, so nothing is owed to it.
    expect(third!.receiver.arrived).toEqual([]);
    expect((await booksOf(bench, third!)).difference).toBe(0);
  }
});

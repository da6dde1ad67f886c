import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@kruispunt/clock';
import { until } from '@kruispunt/testkit';
import { decision, freshKey, publish } from './events.js';
import { booksOf, subscribe, type Subscriber } from './subscribe.js';
import { openTestSystem, type TestSystem } from './system.js';

const keys = Array.from({ length: 25 }, () => freshKey('OMV'));
const events = Array.from({ length: 1_000 }, (_, n) => decision(keys[n % keys.length]!));
const ids = events.map(({ id }) => id);

/** I4. */
describe('the events of one key', () => {
  const random = new SeededRandom(4);
  let bench: TestSystem;
  let [failing, stubborn]: Subscriber[] = [];
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway', 'delivery-gateway'] });
    failing = await subscribe(bench);
    stubborn = await subscribe(bench);
    // One attempt in a hundred fails, whichever it is; and a receiver that never takes one dossier, but all others.
    failing.receiver.answer = () => (random.next() < 0.01 ? 503 : 204);
    stubborn.receiver.answer = ({ key }) => (key === keys[0] ? 503 : 204);
  });
  afterAll(() => bench?.close());

  it('arrive in the order of the log, with one failure in a hundred and a kill in the middle', async () => {
    const receipts = [...(await publish(bench, events.slice(0, 500)))];
    await bench.system.kill('delivery-gateway');
    receipts.push(...(await publish(bench, events.slice(500))));
    await bench.system.start('delivery-gateway');
    // The log's own order per key is the order of publishing: what is compared with below.
    for (const key of keys) {
      const offsets = receipts.filter((_, n) => events[n]!.subject.endsWith(key)).map(({ receipt }) => receipt.offset);
      expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    }
    const { receiver } = failing!;
    await until('all arrive', () => receiver.has(ids), 80_000);
    expect(receiver.arrived.length).toBeGreaterThan(receiver.taken.length);
    for (const key of keys) {
      const wanted = ids.filter((_, n) => events[n]!.subject.endsWith(key));
      let settled = 0;
      for (const { id, status } of receiver.arrived.filter((delivery) => delivery.key === key)) {
        const at = wanted.indexOf(id);
        // Never one that stands behind an event which was not taken yet; an earlier one again (after the kill) is no harm.
        expect(at).toBeLessThanOrEqual(settled);
        if (at === settled && status === 204) settled += 1;
      }
      expect([key, settled]).toEqual([key, wanted.length]);
    }
  });

  it('wait behind the one that waits, and hold no other key', async () => {
    const { receiver } = stubborn!;
    const others = ids.filter((_, n) => n % keys.length !== 0);
    await until('the other keys have all', () => receiver.has(others), 60_000);
    const ofThatKey = ids.filter((_, n) => n % keys.length === 0);
    expect(new Set(receiver.arrived.filter(({ key }) => key === keys[0]).map(({ id }) => id))).toEqual(
      new Set([ofThatKey[0]]),
    );
    await until('the ladder is used up', async () => (await booksOf(bench, stubborn!)).parked === 1, 60_000);
    await until(
      'the rest stand behind it',
      async () => (await booksOf(bench, stubborn!)).held === ofThatKey.length - 1,
    );
    expect(await booksOf(bench, stubborn!)).toMatchObject({ matched: ids.length, difference: 0 });
  });
});

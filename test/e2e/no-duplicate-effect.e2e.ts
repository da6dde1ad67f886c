import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ev } from '@kruispunt/contracts';
import { civilDateAt } from '@kruispunt/term';
import { until } from '@kruispunt/testkit';
import { decision, freshKey, move, publish } from './events.js';
import { comesTo, instanceOf, loggedFor, report } from './moves.js';
import { booksOf, subscribe, suppressionsOf, type Subscriber } from './subscribe.js';
import { openTestSystem, operator, type TestSystem } from './system.js';

const today = civilDateAt(Date.now());

/** I3. The chain's own loop of kills stands in keten-overleeft-kill.e2e.ts. */
describe('an event that comes twice', () => {
  let bench: TestSystem;
  let subscriber: Subscriber;
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway', 'delivery-gateway', 'chain-integrator'], alone: true });
    subscriber = await subscribe(bench);
  });
  afterAll(() => bench?.close());

  it('stands twice in the log with one id, is delivered once, and the other is counted', async () => {
    const events = Array.from({ length: 20 }, () => decision(freshKey('OMV')));
    const first = await publish(bench, events);
    const second = await publish(bench, events);
    for (const [n, { receipt }] of second.entries()) {
      expect([receipt.eventId, receipt.valueSha256]).toEqual([events[n]!.id, first[n]!.receipt.valueSha256]);
      expect(receipt.offset).toBeGreaterThan(first[n]!.receipt.offset);
    }
    await until('both are settled', async () => (await booksOf(bench, subscriber)).matched === 2 * events.length);
    await until('none waits', async () => (await booksOf(bench, subscriber)).delivered === events.length);
    expect(subscriber.receiver.times(events.map(({ id }) => id))).toEqual(events.map(() => 1));
    expect(await suppressionsOf(bench, subscriber)).toEqual({ duplicate: events.length });
    // The index follows the log; nobody waits for it but who searches.
    await until('both stand in the index', async () => {
      const { body } = await bench.ask('publish-gateway', operator, `GET /v1/index?id=${events[0]!.id}`);
      return (body['events'] as readonly unknown[]).length === 2;
    });
  });

  it('is repeated after a kill with the same id and the same bytes, and only then', async () => {
    const events = Array.from({ length: 120 }, (_, n) => decision(`${freshKey('OMV')}-${n % 10}`));
    const ids = events.map(({ id }) => id);
    // Taken, but the process is killed before it can write down that it was.
    const killed = Promise.withResolvers<void>();
    subscriber.receiver.answer = ({ id }) => {
      if (id === ids[60]) killed.resolve();
      return 204;
    };
    await publish(bench, events);
    await killed.promise;
    await bench.system.kill('delivery-gateway');
    await bench.system.start('delivery-gateway');
    await until('all arrive', () => subscriber.receiver.has(ids), 60_000);
    await until('and are settled', async () => (await booksOf(bench, subscriber)).delivered === 20 + events.length);
    const bodies = Map.groupBy(subscriber.receiver.taken, ({ id }) => id);
    for (const [id, copies] of bodies) {
      expect(new Set(copies.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
      expect(new Set(copies.map(({ body }) => body.toString()))).toEqual(new Set([copies[0]!.body.toString()]));
    }
  });

  it('moves a chain once, with the process killed between the copies', async () => {
    const dossiers = Array.from({ length: 5 }, () => freshKey('VH'));
    const moves = dossiers.map((dossier) => move(dossier, { aangiftedatum: today }));
    await publish(bench, moves);
    await bench.system.kill('chain-integrator');
    await publish(bench, moves);
    await bench.system.start('chain-integrator');
    await publish(bench, moves);
    for (const dossier of dossiers) await comesTo(bench, dossier, 'ControleAangevraagd');
    for (const [n, dossier] of dossiers.entries()) {
      for (const _ of [1, 2]) await report(bench, dossier, today, `report-${dossier}`);
      if (n === 2) await bench.system.kill('chain-integrator');
    }
    await bench.system.start('chain-integrator');
    for (const [n, dossier] of dossiers.entries()) {
      await comesTo(bench, dossier, 'Ingeschreven');
      const inputs = (await instanceOf(bench, dossier))!.history.map(({ input, eventId }) => eventId ?? input);
      expect([dossier, inputs.length]).toEqual([dossier, new Set(inputs).size]);
      expect(inputs.filter((input) => input === moves[n]!.id)).toHaveLength(1);
      expect(inputs.filter((input) => input === `report-${dossier}`)).toHaveLength(1);
      // What a chain decides is committed first, and published behind it.
      const registrations = () => loggedFor(bench, ev.InschrijvingVoltooidV1, dossier);
      await until('the registration is published', async () => (await registrations()).length > 0);
      expect(await registrations()).toHaveLength(1);
    }
  });
});

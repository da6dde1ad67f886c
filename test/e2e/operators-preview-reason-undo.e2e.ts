import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@kruispunt/testkit';
import { auditLines } from './audit-lines.js';
import { decision, freshKey, move, publish } from './events.js';
import { booksOf, subscribe, subscribeToMoves, type Subscriber } from './subscribe.js';
import { colleague, jsonOf, openTestSystem, operator, type Json, type TestSystem } from './system.js';

const reason = 'nagekeken met de ontvanger';

/** "What an operator does is previewed, reasoned, and reversible or refused." */
describe('what an operator does', () => {
  let bench: TestSystem;
  let subscriber: Subscriber;
  let agency: Subscriber;
  const parked = Array.from({ length: 4 }, () => decision(freshKey('OMV')));
  beforeAll(async () => {
    bench = await openTestSystem({
      apps: ['publish-gateway', 'delivery-gateway'],
      // An answer is held back while an operator types.
      settings: { 'delivery-gateway': { KP_DELIVERY_DEADLINE_MS: '600000' } },
    });
    subscriber = await subscribe(bench);
    agency = await subscribeToMoves(bench, ['nisNieuw']);
    for (const { receiver } of [subscriber, agency]) receiver.answer = () => 422;
    await publish(bench, [...parked, move(freshKey('VH'))]);
    await until('they are parked', async () => (await booksOf(bench, subscriber)).parked === parked.length);
    await until('it is parked', async () => (await booksOf(bench, agency)).parked === 1);
    for (const { receiver } of [subscriber, agency]) receiver.answer = () => 204;
  });
  afterAll(() => bench?.close());

  const replay = (...args: readonly string[]) => bench.cli(operator, 'replay', ...args, '-o', 'json');
  const planOf = async (s: Subscriber, as = operator): Promise<string> => {
    const words = ['replay', 'plan', '--subscription', s.id, '--intent', 'failed', '--reason', reason, '-o', 'json'];
    return jsonOf(await bench.cli(as, ...words)).id;
  };
  const arrivals = () => [subscriber, agency].map(({ receiver }) => receiver.taken.length);

  it('is previewed: a plan says what would be sent, and nothing is sent until it is confirmed', async () => {
    const id = await planOf(subscriber);
    expect(jsonOf(await replay('show', id))).toMatchObject({ summary: { queued: parked.length } });
    expect((await replay('start', id, '--reason', reason)).code).toBe(6);
    expect(arrivals()).toEqual([0, 0]);
  });

  it('has a reason, and is refused without one', async () => {
    const target = ['--subscription', subscriber.id, '--intent', 'failed'];
    expect((await replay('plan', ...target)).code).toBe(2);
    expect((await replay('plan', ...target, '--reason', 'kort')).code).toBe(2);
    const answer = await bench.ask('delivery-gateway', operator, 'POST /v1/protocols/P/1/withdraw', {});
    expect([answer.status, answer.body['slug']]).toEqual([422, 'reason-required']);
    expect(arrivals()).toEqual([0, 0]);
  });

  it('about persons takes two: nobody approves alone, and what is not approved does not start', async () => {
    const own = await planOf(agency, colleague);
    const alone = await bench.cli(colleague, 'replay', 'approve', own, '--reason', reason, '-o', 'json');
    expect(alone.code).not.toBe(0);
    expect((await replay('approve', own, '--reason', reason)).code).toBe(4);
    expect((await replay('start', own, '--reason', reason, '--yes')).code).toBe(6);
    const rejected = await planOf(agency);
    expect((await bench.cli(colleague, 'replay', 'reject', rejected, '--reason', reason, '-o', 'json')).code).toBe(0);
    expect((await replay('start', rejected, '--reason', reason, '--yes')).code).not.toBe(0);
    expect(arrivals()).toEqual([0, 0]);
  });

  it('can be stopped: a run stands still, goes on, and ends for good in the middle of what it was to send', async () => {
    const { receiver } = subscriber;
    // From the second item on each is answered when this test says so.
    const gates = parked.map(() => Promise.withResolvers<number>());
    gates[0]!.resolve(204);
    receiver.answer = () => gates[receiver.arrived.filter(({ status }) => status === 204).length]!.promise;
    const arrived = (n: number) => until(`item ${n} arrives`, () => receiver.arrived.length === parked.length + n);
    const id = await planOf(subscriber);
    // One item at a time: what is not under way when the operator says stop is not sent.
    const options = ['--ramp', '1,1,1,rest', '--max-in-flight', '1', '--detach', '--yes'];
    const { id: run } = jsonOf(await replay('start', id, '--reason', reason, ...options));
    await arrived(2);
    jsonOf(await replay('pause', run, '--reason', reason));
    gates[1]!.resolve(204);
    await until('what was under way is settled', async () => {
      const { items } = jsonOf(await replay('show', run)) as unknown as { items: Json };
      return items['delivered'] === 2;
    });
    expect(jsonOf(await replay('show', run))).toMatchObject({ state: 'paused', items: { queued: 2, sending: 0 } });
    jsonOf(await replay('resume', run, '--reason', reason));
    await arrived(3);
    expect((await replay('cancel', run, '--reason', reason)).code).toBe(6);
    jsonOf(await replay('cancel', run, '--reason', reason, '--yes'));
    for (const gate of gates) gate.resolve(204);
    receiver.answer = () => 204;
    await until('the third is settled', () => receiver.taken.length === 3);
    expect(jsonOf(await replay('show', run))).toMatchObject({ state: 'cancelled', items: { total: parked.length } });
    expect((await replay('resume', run, '--reason', reason)).code).toBe(8);
    expect(receiver.arrived.length).toBe(parked.length + 3);
  });

  it('can be undone: a subscription that is paused misses nothing when it is active again', async () => {
    const set = (state: string) =>
      bench.ask('delivery-gateway', operator, `PATCH /v1/subscriptions/${subscriber.id}`, { state, reason });
    expect((await set('paused')).body['state']).toBe('paused');
    const events = Array.from({ length: 5 }, () => decision(freshKey('OMV')));
    const other = await subscribe(bench);
    await publish(bench, events);
    await until('another has them', () => other.receiver.has(events.map(({ id }) => id)));
    expect(subscriber.receiver.times(events.map(({ id }) => id))).toEqual(events.map(() => 0));
    expect((await set('active')).body['state']).toBe('active');
    await until('it has them too', () => subscriber.receiver.has(events.map(({ id }) => id)));
  });

  it('leaves a line with who and why in the audit trail, for every act', async () => {
    const lines = (await auditLines(bench)).filter(({ soort, door }) => soort === 'HANDELING' && door !== null);
    const acts = new Map(lines.map(({ handeling, door, reden }) => [handeling, [door, reden]] as const));
    for (const act of [
      'replay.plan',
      'replay.start',
      'replay.pause',
      'replay.resume',
      'replay.cancel',
      'subscription.pause',
      'subscription.resume',
    ])
      expect([act, acts.get(act)]).toEqual([act, ['operator', reason]]);
    expect(acts.get('replay.reject')).toEqual(['collega', reason]);
    expect(acts.get('protocol.propose')).toEqual(['operator', expect.any(String)]);
    expect(acts.get('protocol.approve')).toEqual(['collega', expect.any(String)]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@kruispunt/testkit';
import { decision, freshKey, move, publish } from './events.js';
import { booksOf, subscribe, subscribeToMoves, type Subscriber } from './subscribe.js';
import { colleague, jsonOf, openTestSystem, operator, type TestSystem } from './system.js';

const keys = Array.from({ length: 12 }, () => freshKey('OMV'));
const events = Array.from({ length: 36 }, (_, n) => decision(keys[n % keys.length]!));
/** The middle one of each third dossier is refused; the last one of those dossiers stands behind it. */
const refused = events.slice(keys.length, 2 * keys.length).filter((_, n) => n % 3 === 0);
const behind = events.slice(2 * keys.length).filter((_, n) => n % 3 === 0);
const reason = ['--reason', 'de ontvanger is hersteld'];

/** I7, through the operator's own tool. */
describe('a replay', () => {
  let bench: TestSystem;
  let [target, neighbour]: Subscriber[] = [];
  let agency: Subscriber & { readonly protocol: string };
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway', 'delivery-gateway'] });
    target = await subscribe(bench);
    neighbour = await subscribe(bench);
    agency = await subscribeToMoves(bench, ['nisNieuw']);
  });
  afterAll(() => bench?.close());

  const replay = (verb: string, ...args: readonly string[]) =>
    bench.cli(operator, 'replay', verb, ...args, '-o', 'json');
  const plan = async (s: Subscriber, intent: string) =>
    jsonOf(await replay('plan', '--subscription', s.id, '--intent', intent, ...reason));
  const replayed = (s: Subscriber) => s.receiver.arrived.filter(({ headers }) => headers['kpreplay'] !== undefined);

  it('sends what its plan froze, to the one subscription it names, and nothing else', async () => {
    const wrong = new Set(refused.map(({ id }) => id));
    target!.receiver.answer = ({ id }) => (wrong.has(id) ? 422 : 204);
    neighbour!.receiver.answer = ({ id }) => (wrong.has(id) ? 422 : 204);
    await publish(bench, events);
    for (const s of [target!, neighbour!])
      await until('they are parked, with what stands behind them', async () => {
        const { parked, held } = await booksOf(bench, s);
        return parked === refused.length && held === behind.length;
      });
    for (const s of [target!, neighbour!]) s.receiver.answer = () => 204;

    const planned = await plan(target!, 'failed');
    expect(planned['summary']).toMatchObject({ queued: refused.length });
    const late = decision(keys[0]!);
    await publish(bench, [late]);
    const started = jsonOf(await replay('start', planned.id, ...reason, '--ramp', 'rest', '--yes'));
    expect(started).toMatchObject({ state: 'done', items: { total: refused.length, delivered: refused.length } });

    const got = replayed(target!);
    expect(got.map(({ id }) => id).sort()).toEqual(refused.map(({ id }) => id).sort());
    expect(new Set(got.map(({ headers }) => headers['kpreplay']))).toEqual(new Set([started.id]));
    // Byte for byte what was tried the first time, but for the name of the run.
    for (const { id, body } of got) {
      const first = target!.receiver.arrived.find((d) => d.id === id && d.status === 422)?.body.toString();
      expect(body.toString().replace(`"kpreplay":"${started.id}",`, '')).toBe(first);
    }
    expect(replayed(neighbour!)).toEqual([]);
    expect(await booksOf(bench, neighbour!)).toMatchObject({ parked: refused.length, difference: 0 });
    // What stood behind goes on by itself, in order, and is no part of the replay.
    await until('what stood behind arrives', () => target!.receiver.has([...behind, late].map(({ id }) => id)));
    await until('the books are closed', async () => (await booksOf(bench, target!)).delivered === events.length + 1);
    expect(await booksOf(bench, target!)).toMatchObject({ parked: 0, held: 0, difference: 0 });
    expect(jsonOf(await replay('verify', started.id))).toMatchObject({
      ok: true,
      delivered: refused.length,
      outside: [],
    });
  });

  it('equals itself when it is run twice', async () => {
    const planned = await plan(neighbour!, 'failed');
    jsonOf(await replay('start', planned.id, ...reason, '--ramp', 'rest', '--yes'));
    const once = replayed(neighbour!).map(({ id }) => id);
    expect([...once].sort()).toEqual(refused.map(({ id }) => id).sort());
    await replay('start', planned.id, ...reason, '--ramp', 'rest', '--yes');
    const second = await replay('plan', '--subscription', neighbour!.id, '--intent', 'failed', ...reason);
    if (second.code === 0) {
      expect(jsonOf(second)['summary']).toMatchObject({ queued: 0 });
      await replay('start', jsonOf(second).id, ...reason, '--yes');
    }
    expect(replayed(neighbour!).map(({ id }) => id)).toEqual(once);
    await until('every event has been taken', () => neighbour!.receiver.has(events.map(({ id }) => id)));
    expect(neighbour!.receiver.times(refused.map(({ id }) => id))).toEqual(refused.map(() => 1));
  });

  it('asks again whether it may, when the bytes leave', async () => {
    agency.receiver.answer = () => 422;
    const moves = [move(freshKey('VH')), move(freshKey('VH'))];
    await publish(bench, moves);
    await until('they are parked', async () => (await booksOf(bench, agency)).parked === moves.length);
    agency.receiver.answer = () => 204;
    const planned = await plan(agency, 'failed');
    expect(planned['summary']).toMatchObject({ queued: moves.length, personal: true });
    jsonOf(await bench.cli(colleague, 'replay', 'approve', planned.id, ...reason, '-o', 'json'));
    const before = agency.receiver.arrived.length;
    const withdrawn = await bench.ask(
      'delivery-gateway',
      operator,
      `POST /v1/protocols/${agency.protocol}/1/withdraw`,
      {
        reason: 'het protocol is opgezegd',
      },
    );
    expect(withdrawn.status).toBe(200);
    const { out } = await replay('start', planned.id, ...reason, '--ramp', 'rest', '--yes');
    expect(JSON.parse(out)).toMatchObject({ state: 'done', items: { delivered: 0, skipped: moves.length } });
    expect(agency.receiver.arrived.length).toBe(before);
  });
});

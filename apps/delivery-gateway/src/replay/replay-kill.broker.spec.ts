import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { serviceUrl } from '@kruispunt/testkit';
import {
  difference,
  idBase,
  items,
  openReplayWorld,
  openScene,
  runOf,
  started,
  verdict,
  type ReplayWorld,
} from './replay-scene.kit.js';

// How often runs are killed, all together; the nightly script says 200.
const killsInAll = Number(process.env['KRUISPUNT_REPLAY_KILLS'] ?? 15);
const seed = Number(process.env['KRUISPUNT_SEED'] ?? Date.now() % 1_000_000);
jest.setTimeout(60_000 + killsInAll * 15_000);

const worker = fileURLToPath(new URL('../../../../test/chaos/replay-worker.mjs', import.meta.url));
/** Steps within which a life ends: from before its first item to some twenty items later. */
const stepsMax = 70;
const leaseMs = 600;

let world: ReplayWorld;
let receiver: Server;
/** What the receiver has had, in order: the event, under which run, in which life of the worker. */
const got: { readonly id: string; readonly replay: string; readonly life: number }[] = [];

beforeAll(async () => {
  world = await openReplayWorld();
  receiver = createServer((request, response) => {
    const { 'webhook-id': id, kpreplay: replay, life } = request.headers;
    got.push({ id: String(id), replay: String(replay), life: Number(life) });
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
}, 60_000);
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await world.close();
});

/** mulberry32: a seed that is printed and can be given back. */
function chance(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One life of the worker; answers the signal that ended it, or what it said at its end. */
function live(work: Readonly<Record<string, unknown>>): Promise<string> {
  const child = spawn(process.execPath, [worker], {
    env: { ...process.env, NODE_OPTIONS: '', REPLAY_WORK: JSON.stringify(work) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  return new Promise((resolve) => child.once('close', (_, signal) => resolve(signal ?? said)));
}

describe.each([
  [1, Math.floor(killsInAll / 2)],
  [8, Math.ceil(killsInAll / 2)],
])('a run with %i on their way at once', (inFlightMax, kills) => {
  it(`loses nothing, leaves its set never, and repeats only what was in flight, through ${kills} kills at random steps`, async () => {
    const random = chance(seed + inFlightMax);
    const s = await openScene(world, kills * 12 + 20);
    const run = await started(s, { rate: 10_000, inFlightMax });
    const { port } = receiver.address() as AddressInfo;
    const work = {
      databaseUrl: world.url,
      brokers: serviceUrl('KAFKA_BROKERS').split(','),
      receiverUrl: `http://127.0.0.1:${port}/`,
      subscription: s.subscription,
      idBase,
      run: run.id,
      leaseMs,
    };
    for (let killed = 0; killed < kills; killed += 1) {
      const life = killed;
      const atStep = 1 + Math.floor(random() * stepsMax);
      const moment = random() < 0.5 ? 'sent' : 'answered';
      expect([seed, atStep, moment, await live({ ...work, life, atStep, moment })]).toEqual([
        seed,
        atStep,
        moment,
        'SIGKILL',
      ]);
    }
    expect(JSON.parse(await live({ ...work, life: kills, atStep: 0, moment: 'sent' }))).toMatchObject({});

    const ours = got.filter(({ replay }) => replay === run.id);
    expect(new Set(ours.map(({ id }) => id))).toEqual(new Set(s.ids));
    for (const [at, { id, life: inLife }] of ours.entries()) {
      const again = ours.slice(at + 1).some((other) => other.id === id);
      if (!again) continue;
      // Had again: then nothing but its companions on the way came after it in that life.
      const after = ours.slice(at + 1).filter((other) => other.life === inLife);
      expect([seed, id, after.length < inFlightMax]).toEqual([seed, id, true]);
    }
    expect(await runOf(s, run)).toMatchObject({ state: 'done' });
    expect(new Set((await items(s, run)).map(({ state }) => state))).toEqual(new Set(['delivered']));
    expect(await difference(s)).toEqual({ d: 0, p: 0 });
    expect(await verdict(s, run)).toMatchObject({ ok: true, faults: 0, outside: 0 });
    process.stderr.write(
      `replay-kill: seed ${seed}, ${kills} kills, ${s.ids.length} items, ${ours.length - s.ids.length} repeated\n`,
    );
  });
});

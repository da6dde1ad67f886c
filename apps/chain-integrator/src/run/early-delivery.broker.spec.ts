import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  migrate,
  openDatabase,
  PostgresChainRouting,
  type Database,
  type EarlyEvent,
  type Queryable,
} from '@kruispunt/postgres';
import { freshDatabase, InMemoryEventLog } from '@kruispunt/testkit';
import { EarlyDelivery } from './early-delivery.js';
import { Watermark } from './watermark.js';

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openDatabase(fresh.url, { sessionsMax: 8 });
  await migrate(database);
}, 60_000);
afterAll(async () => {
  await database?.close();
  await fresh?.drop();
});

/** A transaction that stands open until it is told to commit. */
function standing(work: (tx: Queryable) => Promise<void>) {
  let commit = (): void => {};
  const told = new Promise<void>((resolve) => (commit = resolve));
  let written = (): void => {};
  const ready = new Promise<void>((resolve) => (written = resolve));
  const done = database.transaction(async (tx) => {
    await work(tx);
    written();
    await told;
  });
  return { ready, commit: () => (commit(), done) };
}

/** Every order of two sequences that keeps each of them in its own. */
function interleavings<T>(a: readonly T[], b: readonly T[]): readonly (readonly T[])[] {
  const [first, ...left] = a;
  const [second, ...right] = b;
  if (first === undefined || second === undefined) return [[...a, ...b]];
  return [
    ...interleavings(left, b).map((order) => [first, ...order]),
    ...interleavings(a, right).map((order) => [second, ...order]),
  ];
}

const router = ['router reads', 'router commits', 'router looks'];
const engine = ['engine writes', 'engine commits', 'engine looks'];
const orders = interleavings(router, engine);

/** The router parks an event for a key while the engine gives the key to an instance: in which order whoever commits. */
async function play(order: readonly string[], kind: EarlyEvent['kind']): Promise<number> {
  const [routing, log] = [new PostgresChainRouting(database), new InMemoryEventLog()];
  const early = new EarlyDelivery(routing, log, new Watermark({ offsets: () => Promise.resolve([]) }, routing, []));
  const [key, instance, token] = [randomUUID(), randomUUID(), randomUUID()];
  const event: EarlyEvent = { key, token, kind, chain: 'proef', headers: {}, value: Buffer.from('x') };
  let direct = 0;
  let parks: ReturnType<typeof standing> | undefined;
  let adds: ReturnType<typeof standing> | undefined;
  const steps: Record<string, () => Promise<unknown>> = {
    'router reads': async () => {
      parks = standing(async (tx) => {
        direct = (await routing.holders([key], tx)).get(key)?.length ?? 0;
        if (kind === 'offer' || direct === 0) await routing.keep(tx, [event], 0);
      });
      await parks.ready;
    },
    'router commits': () => parks!.commit(),
    'router looks': () => early.deliver([key]),
    'engine writes': async () => {
      adds = standing(async (tx) => {
        await tx.query({
          name: 'add-key',
          text: 'insert into chain_correlation (part, ck, id) values (0, $1, $2)',
          values: [key, instance],
        });
      });
      await adds.ready;
    },
    'engine commits': () => adds!.commit(),
    'engine looks': () => early.deliver([key]),
  };
  for (const step of order) await steps[step]!();
  return direct + log.records.filter((r) => r.key === instance).length;
}

describe('an event and the instance it is for, in any order of their commits', () => {
  it('has twenty orders', () => {
    expect(orders.length).toBe(20);
  });

  it.each(orders.map((order) => [order.join(', '), order] as const))('meet: %s', async (_, order) => {
    expect(await play(order, 'park')).toBeGreaterThan(0);
    expect(await play(order, 'offer')).toBeGreaterThan(0);
  });

  it('do not meet when neither looks again: the second look is what does it', async () => {
    const without = ['router reads', 'engine writes', 'router commits', 'engine commits'];
    expect(await play(without, 'park')).toBe(0);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Freezing, rampStart, type Candidate, type PlanRequest } from '@kruispunt/delivery';
import { freshDatabase } from '@kruispunt/testkit';
import { openDatabase, type Database } from './database.js';
import { migrate } from './migrate.js';
import { PostgresReplayItemStore } from './replay-item-store.js';
import { PostgresReplayPlanStore } from './replay-plan-store.js';
import { PostgresReplayRunStore, type NewRun, type ReplayRun } from './replay-run-store.js';

let database: Database;
let drop: () => Promise<void>;
let plans: PostgresReplayPlanStore;
let runs: PostgresReplayRunStore;
let items: PostgresReplayItemStore;

beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  database = openDatabase(fresh.url);
  await migrate(database);
  plans = new PostgresReplayPlanStore(database);
  runs = new PostgresReplayRunStore(database);
  items = new PostgresReplayItemStore(database);
});
afterAll(async () => {
  await database.close();
  await drop();
});

const at = Date.UTC(2026, 10, 24, 9);
const day = 24 * 60 * 60 * 1_000;
const candidates = (n: number): Candidate[] =>
  Array.from({ length: n }, (_, i) => ({
    position: { topic: 'verhuis', partition: 0, offset: i },
    id: `e-${i}`,
    source: 'urn:s',
    type: 't',
    key: `k${i % 2}`,
    loggedAt: at + i,
    personal: true,
    before: 'parked',
    verdict: { kind: 'allowed', fields: ['a'], rule: 'open' },
  }));

async function plan(n: number, causes: ['personal-data'] | [] = [], subscription = randomUUID()) {
  const request: PlanRequest = { subscription, intent: 'failed', order: 'preserve', reason: 'certificaat verlopen' };
  const freezing = new Freezing(request);
  const planned = candidates(n).flatMap((c) => freezing.take(c) ?? []);
  const id = `RP-${randomUUID().slice(0, 8)}`;
  await plans.begin({ id, request, requestedBy: 'an', createdAt: at, expiresAt: at + day });
  await plans.add(id, 0, planned.slice(0, 1));
  await plans.add(id, 1, planned.slice(1));
  expect(await plans.find(id)).toBeUndefined();
  const frozen = freezing.end(5);
  const { digest } = await plans.seal(database, id, { ...frozen, causes });
  return { id, digest, subscription };
}
const newRun = (p: { id: string; subscription: string }, over: Partial<NewRun> = {}): NewRun => ({
  id: `R-${randomUUID().slice(0, 8)}`,
  plan: p.id,
  subscription: p.subscription,
  rate: 5,
  inFlightMax: 4,
  ramp: [1, 10],
  startedBy: 'an',
  reason: 'certificaat vernieuwd',
  startedAt: at + 1_000,
  auditFrom: { partition: 3, offset: 12 },
  ...over,
});
async function started(n: number): Promise<ReplayRun> {
  const p = await plan(n);
  const run = newRun(p);
  await start(run, p.digest);
  const claimed = (await runs.claim('process-1', 60_000, 100)).find((r) => r.id === run.id);
  return claimed!;
}
const start = (run: NewRun, digest: string) =>
  database.transaction(async (tx) => {
    await runs.take(tx, run.plan, { digest, at: run.startedAt });
    return runs.start(tx, run);
  });
const slug = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (thrown: { slug?: string }) => thrown.slug,
  );

describe('a frozen plan', () => {
  it('comes back as it was frozen', async () => {
    const p = await plan(3);
    expect(await plans.find(p.id)).toMatchObject({
      digest: p.digest,
      state: 'planned',
      summary: { queued: 3, subjects: 2 },
      expiresAt: at + day,
    });
    expect(await plans.items(p.id, { limit: 2, after: 1 })).toMatchObject([
      { n: 2, offset: 1, loggedAt: at + 1, state: 'queued' },
      { n: 3 },
    ]);
  });

  it('is approved once, by another person, with its own digest, before it expires', async () => {
    const p = await plan(1, ['personal-data']);
    const decision = { state: 'approved' as const, digest: p.digest, by: 'bo', reason: 'gezien en goed', at: at + 1 };
    expect(await plans.decide(database, p.id, { ...decision, by: 'an' })).toBeUndefined();
    expect(await plans.decide(database, p.id, { ...decision, digest: 'x' })).toBeUndefined();
    expect(await plans.decide(database, p.id, { ...decision, at: at + day })).toBeUndefined();
    expect(await plans.decide(database, p.id, decision)).toMatchObject({ state: 'approved' });
    expect(await plans.decide(database, p.id, decision)).toBeUndefined();
  });

  it('does not start unapproved, expired, under another digest, or twice', async () => {
    const p = await plan(1, ['personal-data']);
    expect(await slug(start(newRun(p), p.digest))).toBe('approval-required');
    await plans.decide(database, p.id, {
      state: 'approved',
      digest: p.digest,
      by: 'bo',
      reason: 'gezien en goed',
      at: at + 1,
    });
    expect(await slug(start(newRun(p), 'other'))).toBe('plan-changed');
    expect(await slug(start(newRun(p, { startedAt: at + day }), p.digest))).toBe('plan-changed');
    expect(await slug(start(newRun(p), p.digest))).toBe('ok');
    expect(await slug(start(newRun(p), p.digest))).toBe('plan-changed');
    expect(await slug(start(newRun({ ...p, id: 'RP-none' }), p.digest))).toBe('not-found');
  });

  it('waits while another run of its subscription is active, and stays startable', async () => {
    const first = await plan(1);
    const second = await plan(1, [], first.subscription);
    const run = newRun(first);
    await start(run, first.digest);
    await expect(start(newRun(second), second.digest)).rejects.toMatchObject({
      slug: 'run-active',
      fields: { run: run.id },
    });
    await runs.change(database, run.id, { verb: 'cancel', at });
    expect(await slug(start(newRun(second), second.digest))).toBe('ok');
  });
});

describe('a run', () => {
  it('belongs to one process at a time; the one that lost it writes nothing', async () => {
    const old = await started(2);
    expect((await runs.claim('process-2', 60_000, 100)).some((r) => r.id === old.id)).toBe(false);
    await runs.release(old);
    const taken = (await runs.claim('process-2', 60_000, 100)).find((r) => r.id === old.id)!;
    expect(taken.epoch).toBe(old.epoch + 1);
    const zombie = items.settle(old, [{ n: 1, state: 'delivered' }], { progress: rampStart, at });
    expect(await slug(zombie)).toBe('fenced');
    expect(await slug(items.sending(old, [1]))).toBe('fenced');
    expect(await plans.counts(old.plan)).toEqual([{ state: 'queued', reason: null, n: 2 }]);
  });

  it('settles an item once: what was delivered is not settled again', async () => {
    const run = await started(2);
    await items.sending(run, [1]);
    await items.settle(run, [{ n: 1, state: 'delivered', auditRef: 'w/1' }], {
      progress: { ...rampStart, step: 1 },
      at,
    });
    await items.settle(run, [{ n: 1, state: 'failed', reason: 'later' }], { progress: rampStart, at });
    expect(await plans.items(run.plan, { limit: 1 })).toMatchObject([
      { state: 'delivered', auditRef: 'w/1', reason: null },
    ]);
  });

  it('ends when nothing is open, and only then', async () => {
    const run = await started(2);
    await items.settle(run, [{ n: 1, state: 'delivered' }], { progress: rampStart, at });
    expect(await items.finish(run, at)).toBe(false);
    await items.settle(run, [{ n: 2, state: 'skipped', reason: 'x' }], { progress: rampStart, at });
    expect(await items.finish(run, at)).toBe(true);
    expect(await runs.find(run.id)).toMatchObject({ state: 'done', endedAt: at });
  });

  it('leaves out what stands behind the first failure of a key', async () => {
    const run = await started(5);
    const head = (await plans.items(run.plan, { limit: 1 }))[0]!;
    const failed = [{ n: 1, state: 'failed', reason: '500' }] as const;
    await items.settle(run, failed, { progress: rampStart, failedKeys: [head.keyHash], at });
    expect(await plans.counts(run.plan)).toEqual([
      { state: 'failed', reason: '500', n: 1 },
      { state: 'queued', reason: null, n: 2 },
      { state: 'skipped', reason: 'behind-a-failure', n: 2 },
    ]);
  });

  it('pauses, goes on, and is cancelled, each only from the state that allows it', async () => {
    const run = await started(1);
    expect(await runs.change(database, run.id, { verb: 'resume' })).toBeUndefined();
    await items.settle(run, [], { progress: { ...rampStart, last: 'xxx' }, pause: 'failures', at });
    expect(await runs.find(run.id)).toMatchObject({
      state: 'paused',
      pauseCause: 'failures',
      progress: { last: 'xxx' },
    });
    expect(await runs.change(database, run.id, { verb: 'rate', rate: 9 })).toMatchObject({ rate: 9 });
    expect(await runs.change(database, run.id, { verb: 'resume' })).toMatchObject({
      state: 'running',
      progress: { last: '' },
    });
    expect(await runs.change(database, run.id, { verb: 'cancel', at })).toMatchObject({ state: 'cancelled' });
    expect(await runs.change(database, run.id, { verb: 'pause' })).toBeUndefined();
  });
});

describe('a parked event that was delivered', () => {
  const key = Buffer.from('k0');
  const statement = (name: string, text: string, ...values: unknown[]) =>
    database.query<Record<string, unknown>>({ name, text, values });

  async function park(run: ReplayRun, offsets: readonly number[]): Promise<void> {
    await statement(
      't-sub',
      `insert into subscription (id, name, org, hoedanigheid, types, channel, state) values ($1::uuid, $1::uuid::text, 'O', 'H', '{t}', 'WEBHOOK', 'active')`,
      run.subscription,
    );
    await statement(
      't-pos',
      `insert into position (sub, topic, part, next, behind, matched, delivered) values ($1, 'verhuis', 0, 50, false, $2, 5)`,
      run.subscription,
      6 + offsets.length,
    );
    await statement(
      't-key',
      `insert into held_key (sub, topic, part, key, state, attempts, since) values ($1, 'verhuis', 0, $2, 'parked', 8, now())`,
      run.subscription,
      key,
    );
    await statement(
      't-held',
      `insert into held_event (sub, topic, part, key, off, event_id) values ($1, 'verhuis', 0, $2, 40, 'e-40')`,
      run.subscription,
      key,
    );
    for (const offset of offsets) {
      await statement(
        't-park',
        `insert into parked (sub, topic, part, off, event_id, source, type, key, attempts, fingerprint, error, parked_at)
        values ($1, 'verhuis', 0, $2, 'e', 'urn:s', 't', $3, 8, $3, '{}', now())`,
        run.subscription,
        offset,
        key,
      );
    }
  }
  const standing = async (run: ReplayRun) => ({
    held: (await statement('t-state', 'select state from held_key where sub = $1', run.subscription))[0]?.['state'],
    conservation: (
      await statement(
        't-conservation',
        'select delivered, parked, difference from delivery_conservation where sub = $1',
        run.subscription,
      )
    )[0],
  });
  const parked = (offset: number) => ({ topic: 'verhuis', partition: 0, offset });

  it('leaves parked, is counted, and lets its key go on when it was the last one', async () => {
    const run = await started(2);
    await park(run, [0, 2]);
    expect(await standing(run)).toMatchObject({
      held: 'parked',
      conservation: { delivered: 5, parked: 2, difference: 0 },
    });
    await items.settle(run, [{ n: 1, state: 'delivered', parked: parked(0) }], { progress: rampStart, at });
    expect(await standing(run)).toMatchObject({
      held: 'parked',
      conservation: { delivered: 6, parked: 1, difference: 0 },
    });
    await items.settle(run, [{ n: 2, state: 'delivered', parked: parked(2) }], { progress: rampStart, at });
    expect(await standing(run)).toMatchObject({
      held: 'released',
      conservation: { delivered: 7, parked: 0, difference: 0 },
    });
    await items.settle(run, [{ n: 2, state: 'delivered', parked: parked(2) }], { progress: rampStart, at });
    expect(await standing(run)).toMatchObject({ conservation: { delivered: 7, difference: 0 } });
  });

  it('stays parked when it failed again', async () => {
    const run = await started(1);
    await park(run, [0]);
    await items.settle(run, [{ n: 1, state: 'failed', reason: 'status-500', parked: parked(0) }], {
      progress: rampStart,
      at,
    });
    expect(await standing(run)).toMatchObject({
      held: 'parked',
      conservation: { delivered: 5, parked: 1, difference: 0 },
    });
  });
});

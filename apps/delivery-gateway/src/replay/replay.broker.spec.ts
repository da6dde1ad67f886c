import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@kruispunt/testkit';
import { deliveredOutcome } from './audit-evidence.js';
import { makePlan } from './make-plan.js';
import { changeRun, decide, startRun } from './operate-replay.js';
import { renderReport } from './render-report.js';
import { ReplayParts } from './replay-parts.js';
import {
  clock,
  difference,
  items,
  openReplayWorld,
  openScene,
  operator,
  planned,
  request,
  runOf,
  runUntil,
  started,
  verdict,
  type,
  working,
  type ReplayWorld,
} from './replay-scene.kit.js';
import { verifyReplay } from './verify-replay.js';

let world: ReplayWorld;

beforeAll(async () => {
  world = await openReplayWorld();
}, 60_000);
afterAll(() => world.close());

const scene = (n: number, options: Parameters<typeof openScene>[2] = {}) => openScene(world, n, options);
const sql: ReplayWorld['sql'] = (...statement) => world.sql(...statement);

describe('a plan', () => {
  it('finds what is parked, sends nothing, and gives the same digest twice', async () => {
    const s = await scene(4);
    const [one, two] = [
      await makePlan(s.parts, operator('an'), { request: request(s), dryRun: false }),
      await makePlan(s.parts, operator('an'), { request: request(s), dryRun: false }),
    ];
    expect(one.summary).toMatchObject({ queued: 4, duplicates: 0, personal: true, payloadExpired: 0 });
    expect(one.causes).toEqual(['personal-data']);
    expect(two.digest).toBe(one.digest);
    expect(s.door.received).toEqual([]);
  });

  it('says which events may no longer leave, and by which rule', async () => {
    const s = await scene(3);
    s.door.verdict = (event) =>
      event.envelope.id === s.ids[1]
        ? { kind: 'suppressed', rule: 'P-1@1:withdrawn' }
        : { kind: 'allowed', fields: ['dossier'], rule: 'x' };
    const plan = await makePlan(s.parts, operator('an'), { request: request(s), dryRun: false });
    expect(plan.summary).toMatchObject({ queued: 2, notAllowed: 1, skipped: { 'not-allowed:P-1@1:withdrawn': 1 } });
  });

  it('tells missing events from delivered ones by the audit trail', async () => {
    const s = await scene(5, { parked: false });
    const records = await makePlan(s.parts, operator('an'), { request: request(s, 'missing'), dryRun: false });
    expect(records.summary).toMatchObject({ queued: 5 });
    // Two of them are delivered now, live: the trail says so, and a new plan leaves them out, or counts them as duplicates.
    for (const i of [0, 3]) {
      const { topic, partition, offset } = s.positions[i]!;
      await s.parts.audit.append([
        {
          kind: 'outcome',
          at: clock.now(),
          action: 'deliver',
          organisation: 'OVO001835',
          application: 'delivery-gateway',
          subscription: s.subscription.id,
          event: {
            id: s.ids[i]!,
            source: `urn:ovo:OVO002055:spec:${s.subscription.id}`,
            type: type.type,
            position: { topic, partition, offset },
          },
          outcome: deliveredOutcome,
        },
      ]);
    }
    expect(
      (await makePlan(s.parts, operator('an'), { request: request(s, 'missing'), dryRun: false })).summary,
    ).toMatchObject({
      queued: 3,
      duplicates: 0,
    });
    const all = await makePlan(s.parts, operator('an'), { request: request(s, 'all'), dryRun: false });
    expect(all.summary).toMatchObject({ queued: 5, duplicates: 2 });
    expect(all.causes).toContain('duplicates');
  });

  it('is not approved by who asked for it', async () => {
    const s = await scene(1);
    const plan = await makePlan(s.parts, operator('an'), { request: request(s), dryRun: false });
    await expect(
      decide(s.parts, operator('an'), plan, {
        state: 'approved',
        digest: plan.digest,
        reason: 'goed genoeg zo',
        dryRun: false,
      }),
    ).rejects.toMatchObject({ slug: 'conflict' });
    await expect(
      startRun(s.parts, operator('an'), plan, { digest: plan.digest, reason: 'toch maar starten', dryRun: false }),
    ).rejects.toMatchObject({ slug: 'approval-required' });
  });

  it('that is rehearsed shows the same and leaves nothing: no plan, no items, no line', async () => {
    const s = await scene(3);
    const before = await s.parts.log.admin.offsets('be.vlaanderen.kruispunt.audit.v1');
    const rehearsed = await makePlan(s.parts, operator('an'), { request: request(s), dryRun: true });
    expect(rehearsed.summary).toMatchObject({ queued: 3 });
    expect(await s.parts.stores.plans.find(rehearsed.id)).toBeUndefined();
    expect(await s.parts.stores.plans.items(rehearsed.id, { limit: 10 })).toEqual([]);
    expect(await s.parts.log.admin.offsets('be.vlaanderen.kruispunt.audit.v1')).toEqual(before);
    expect((await makePlan(s.parts, operator('an'), { request: request(s), dryRun: false })).digest).toBe(
      rehearsed.digest,
    );
  });

  it('that is imported has the same digest on the same log, else it is kept, rejected, and cannot start', async () => {
    const s = await scene(4);
    const plan = await makePlan(s.parts, operator('an'), { request: request(s), dryRun: false });
    const again = { request: request(s), dryRun: false, expected: plan.digest };
    expect(await makePlan(s.parts, operator('bo'), again)).toMatchObject({ state: 'planned', digest: plan.digest });
    await sql('t-leave', 'delete from parked where sub = $1 and event_id = $2', [s.subscription.id, s.ids[2]]);
    const other = await makePlan(s.parts, operator('bo'), again);
    expect(other).toMatchObject({ state: 'rejected', summary: { queued: 3 } });
    await expect(
      startRun(s.parts, operator('an'), other, { digest: other.digest, reason: 'toch maar starten', dryRun: false }),
    ).rejects.toMatchObject({ slug: 'plan-changed' });
  });

  it('leaves out what a person discarded, and says so where it was asked for', async () => {
    const s = await scene(3);
    await sql(
      't-discard',
      `update parked set discarded_until = now() + interval '1 day', discarded_at = now() where sub = $1 and event_id = $2`,
      [s.subscription.id, s.ids[1]],
    );
    expect((await makePlan(s.parts, operator('an'), { request: request(s), dryRun: false })).summary).toMatchObject({
      queued: 2,
    });
    expect(
      (await makePlan(s.parts, operator('an'), { request: request(s, 'all'), dryRun: false })).summary.skipped,
    ).toEqual({ discarded: 1 });
  });

  it('leaves an audit line before it exists, and none means no plan', async () => {
    const s = await scene(1);
    const parts = new ReplayParts(
      s.parts.stores,
      s.parts.log,
      s.door,
      { append: () => Promise.reject(new Error('no audit')) },
      s.parts.ambient,
    );
    await expect(makePlan(parts, operator('an'), { request: request(s), dryRun: false })).rejects.toThrow('no audit');
  });
});

describe('a run', () => {
  it('delivers its frozen set with the original ids, empties parked, and verifies', async () => {
    const s = await scene(12);
    const run = await started(s);
    await runUntil(s, run, 'done');
    expect(s.door.received.map((r) => r.id).sort()).toEqual([...s.ids].sort());
    expect(new Set(s.door.received.map((r) => r.replay))).toEqual(new Set([run.id]));
    expect(await difference(s)).toEqual({ d: 0, p: 0 });
    expect(await sql('t-held', 'select distinct state from held_key where sub = $1', [s.subscription.id])).toEqual([
      { state: 'released' },
    ]);
    expect(await verdict(s, run)).toMatchObject({
      ok: true,
      delivered: 12,
      faults: 0,
      outside: 0,
    });
  });

  it('is verified and reported page by page: what is not read yet is not in memory, and nothing is left behind', async () => {
    const s = await scene(12);
    const run = await started(s);
    await runUntil(s, run, 'done');
    const { evidence } = s.parts.stores;
    const [pages, lines] = [evidence.items.bind(evidence), evidence.add.bind(evidence)];
    const asked: number[] = [];
    evidence.items = (verification, of, page) => (asked.push(page.after), pages(verification, of, page));
    evidence.add = (verification, before, batch, at) => {
      expect(batch.length).toBeLessThanOrEqual(7);
      return lines(verification, before, batch, at);
    };
    const ended = await runOf(s, run);
    const found = await verifyReplay(s.parts, ended, { items: 5, lines: 7 });
    expect(found).toMatchObject({ ok: true, delivered: 12, faults: 0, outside: 0 });
    expect(asked).toEqual([0, 5, 10]);

    const [plan, seen] = [(await s.parts.stores.plans.find(run.plan))!, [] as number[]];
    for await (const item of found.items()) {
      expect(asked.slice(3)).toEqual([0, 5, 10].filter((after) => after < item.n));
      seen.push(item.n);
      expect(item.evidence).toHaveLength(2);
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    const report = async (form: 'json' | 'csv' | 'md') =>
      text(renderReport(plan, ended, await verifyReplay(s.parts, ended, { items: 5, lines: 7 }), form).body);
    const json = JSON.parse(await report('json')) as { readonly ok: boolean; readonly items: readonly unknown[] };
    expect([json.ok, json.items.length]).toEqual([true, 12]);
    const csv = (await report('csv')).trimEnd().split('\r\n');
    expect(csv).toHaveLength(13);
    expect(csv[12]).toMatch(/^12,.*,parked,delivered,,settled,/);
    expect((await report('md')).match(/^\| \d+ \|/gm)).toHaveLength(12);
    expect(await sql('t-evidence', 'select count(*) as n from replay_evidence', [])).toEqual([{ n: 0 }]);
    expect(s.parts.verifying.size).toBe(0);
  });

  it('is found out by a line of the audit trail about an event that is not in its plan', async () => {
    const [s, other] = [await scene(3), await scene(1)];
    const run = await started(s);
    await runUntil(s, run, 'done');
    const event = { id: other.ids[0]!, source: 'urn:x', type: type.type };
    await s.parts.audit.append([
      {
        ...{ kind: 'outcome', at: clock.now(), action: 'deliver', organisation: 'OVO001835' },
        ...{ application: 'delivery-gateway', subscription: s.subscription.id, event },
        ...{ outcome: deliveredOutcome, replay: run.id },
      },
    ]);
    const found = await verdict(s, run);
    expect(found).toMatchObject({
      ok: false,
      faults: 0,
      outside: 1,
      strangers: [{ id: other.ids[0], delivered: true }],
    });
  });

  it('touches nothing that came after the plan', async () => {
    const s = await scene(2);
    const plan = await planned(s);
    const later = await scene(3);
    await sql('t-move', `update parked set sub = $1 where sub = $2`, [s.subscription.id, later.subscription.id]);
    const run = await startRun(s.parts, operator('an'), plan, {
      digest: plan.digest,
      reason: 'certificaat is vernieuwd',
      dryRun: false,
      rate: 1_000,
    });
    await runUntil(s, run, 'done');
    expect(s.door.received.map((r) => r.id).sort()).toEqual([...s.ids].sort());
  });

  it('that overlaps another sends nothing twice: what was delivered, discarded or has left since is skipped', async () => {
    const s = await scene(4);
    const [one, two] = [await planned(s), await planned(s)];
    const wish = { reason: 'certificaat is vernieuwd', dryRun: false, rate: 1_000, ramp: 'rest' };
    const first = await startRun(s.parts, operator('an'), one, { ...wish, digest: one.digest });
    await runUntil(s, first, 'done');
    const second = await startRun(s.parts, operator('an'), two, { ...wish, digest: two.digest });
    await runUntil(s, second, 'done');
    expect(s.door.received).toHaveLength(4);
    expect(new Set((await items(s, second)).map((i) => `${i.state} ${i.reason}`))).toEqual(
      new Set(['skipped delivered-meanwhile']),
    );
    expect((await verdict(s, second)).ok).toBe(true);
  });

  it('is rehearsed without starting, pausing or cancelling anything', async () => {
    const s = await scene(2);
    const plan = await planned(s);
    const wish = { digest: plan.digest, reason: 'certificaat is vernieuwd' };
    expect(await startRun(s.parts, operator('an'), plan, { ...wish, dryRun: true })).toMatchObject({
      state: 'running',
    });
    expect(await s.parts.stores.runs.find(plan.id)).toBeUndefined();
    const run = await startRun(s.parts, operator('an'), plan, { ...wish, dryRun: false });
    const cancel = {
      change: { verb: 'cancel' as const, at: clock.now() },
      reason: 'verkeerde ontvanger',
      dryRun: true,
    };
    expect(await changeRun(s.parts, operator('an'), run, cancel)).toMatchObject({ state: 'cancelled' });
    expect(await runOf(s, run)).toMatchObject({ state: 'running' });
  });

  it('goes faster as soon as a person says so, in the middle of a pause between two items', async () => {
    const s = await scene(4);
    const run = await started(s, { rate: 1, inFlightMax: 1 });
    const worker = working(s.parts);
    await until('the first was sent', () => s.door.received.length >= 1);
    await changeRun(s.parts, operator('an'), run, {
      change: { verb: 'rate', rate: 1_000 },
      reason: 'ontvanger kan meer aan',
      dryRun: false,
    });
    await until('run done', async () => (await runOf(s, run)).state === 'done');
    await worker.stop();
    expect(s.door.received).toHaveLength(4);
  });

  it('asks policy again for each item', async () => {
    const s = await scene(3);
    const run = await started(s);
    s.door.verdict = () => ({ kind: 'suppressed', rule: 'P-1@1:withdrawn' });
    await runUntil(s, run, 'done');
    expect(s.door.received).toEqual([]);
    expect(new Set((await items(s, run)).map((i) => `${i.state} ${i.reason}`))).toEqual(
      new Set(['skipped not-allowed:P-1@1:withdrawn']),
    );
    expect((await verdict(s, run)).ok).toBe(true);
  });

  it('retries a key as a sequence: head first, and nothing behind the first failure', async () => {
    const s = await scene(6, { keys: 2 });
    s.door.answer = (event) =>
      event.envelope.id === s.ids[2] ? { kind: 'failed', reason: '500', status: 500 } : { kind: 'delivered' };
    const run = await started(s);
    await runUntil(s, run, 'done');
    const received = s.door.received.map((r) => s.ids.indexOf(r.id));
    expect(received.filter((i) => i % 2 === 0)).toEqual([0, 2]);
    expect(received.filter((i) => i % 2 === 1)).toEqual([1, 3, 5]);
    expect((await items(s, run)).map((i) => i.reason).filter((r) => r === 'behind-a-failure')).toHaveLength(1);
    expect(await difference(s)).toEqual({ d: 0, p: 2 });
    expect(await verdict(s, run)).toMatchObject({
      ok: true,
      delivered: 4,
      failed: 1,
      skipped: 1,
    });
  });

  it('stops at the gate of its ramp when the first one fails, and goes on when a person says so', async () => {
    const s = await scene(8);
    s.door.answer = () =>
      s.door.received.length === 0 ? { kind: 'failed', reason: 'refused' } : { kind: 'delivered' };
    const run = await started(s, { ramp: '1,3,rest' });
    await runUntil(s, run, 'paused');
    expect(s.door.received).toHaveLength(1);
    expect((await runOf(s, run)).pauseCause).toBe('gate');
    await changeRun(s.parts, operator('an'), run, {
      change: { verb: 'resume' },
      reason: 'ontvanger hersteld',
      dryRun: false,
    });
    await runUntil(s, run, 'done');
    expect(s.door.received).toHaveLength(8);
  });

  it('pauses at once on a 429', async () => {
    const s = await scene(30);
    s.door.answer = () =>
      s.door.received.length === 2 ? { kind: 'failed', reason: '429', status: 429 } : { kind: 'delivered' };
    const run = await started(s, { inFlightMax: 1 });
    await runUntil(s, run, 'paused');
    expect(s.door.received).toHaveLength(3);
    expect((await runOf(s, run)).pauseCause).toBe('overloaded');
  });

  it('goes no faster than its rate', async () => {
    const s = await scene(5);
    const run = await started(s, { rate: 20, inFlightMax: 8 });
    await runUntil(s, run, 'done');
    const times = s.door.received.map((r) => r.at).sort((a, b) => a - b);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(150);
  });

  it('keeps an item for later when nothing could leave the house', async () => {
    const s = await scene(2);
    let refusals = 1;
    s.door.answer = () => (refusals-- > 0 ? { kind: 'postponed', afterMs: 1 } : { kind: 'delivered' });
    const run = await started(s);
    await runUntil(s, run, 'done');
    expect((await items(s, run)).map((i) => i.state)).toEqual(['delivered', 'delivered']);
  });

  it('is cancelled by a person, and what was not sent stays parked', async () => {
    const s = await scene(40);
    const run = await started(s, { rate: 20, inFlightMax: 1 });
    const worker = working(s.parts);
    await until('some were sent', () => s.door.received.length >= 2);
    await changeRun(s.parts, operator('an'), run, {
      change: { verb: 'cancel', at: clock.now() },
      reason: 'verkeerde ontvanger',
      dryRun: false,
    });
    await worker.stop();
    const states = (await items(s, run)).map((i) => i.state);
    expect(states).not.toContain('sending');
    expect(states.filter((state) => state === 'queued').length).toBeGreaterThan(0);
    const after = await difference(s);
    expect(after).toEqual({ d: 0, p: 40 - states.filter((state) => state === 'delivered').length });
  });

  it('survives the death of its process: what the audit trail holds is not sent again, the rest is, with the same ids', async () => {
    const s = await scene(10);
    const run = await started(s, { inFlightMax: 1 });
    // The first owner dies after its third delivery: it wrote the outcome into the trail, and nothing into the database.
    const [claimed] = (await s.parts.stores.runs.claim('dying', 60_000, 100)).filter((r) => r.id === run.id);
    await s.parts.stores.items.sending(claimed!, [1, 2, 3, 4]);
    const event = async (n: number) => {
      const { topic, partition, offset } = (await items(s, run))[n - 1]!;
      return {
        envelope: {
          specversion: '1.0' as const,
          id: (await items(s, run))[n - 1]!.eventId,
          source: `urn:ovo:OVO002055:spec:${s.subscription.id}`,
          type: type.type,
          time: '',
          data: {},
        },
        key: '',
        position: { topic, partition, offset },
        loggedAt: 0,
      };
    };
    for (const n of [1, 2, 3]) await s.door.deliverOne(s.subscription, await event(n), { replay: run.id });
    await s.parts.stores.runs.release(claimed!);
    await runUntil(s, run, 'done');
    const times = new Map<string, number>();
    for (const { id } of s.door.received) times.set(id, (times.get(id) ?? 0) + 1);
    expect([...times.values()]).toEqual(Array.from({ length: 10 }, () => 1));
    expect(await difference(s)).toEqual({ d: 0, p: 0 });
    expect(await verdict(s, run)).toMatchObject({ ok: true, delivered: 10 });
  });
});

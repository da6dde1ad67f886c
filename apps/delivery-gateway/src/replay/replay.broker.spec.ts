import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { LogAuditTrail } from '@kruispunt/audit';
import { SystemClock, SystemRandom, SystemTimers } from '@kruispunt/clock';
import { ev, eventTypes, topics, type InschrijvingVoltooidV1, type SchemaIds } from '@kruispunt/contracts';
import { approvalRules, type Subscription } from '@kruispunt/delivery';
import { toRecord, type LogPosition, type StoredEvent } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver, type LogAdmin, type LogReader } from '@kruispunt/kafka';
import type { Caller, ReceiveVerdict } from '@kruispunt/policy';
import {
  migrate,
  openDatabase,
  PostgresReplayItemStore,
  PostgresReplayPlanStore,
  PostgresReplayRunStore,
  PostgresReplayStanding,
  type Database,
  type ReplayRun,
} from '@kruispunt/postgres';
import { openTelemetry } from '@kruispunt/telemetry';
import { freshDatabase, serviceUrl, until } from '@kruispunt/testkit';
import { deliveredOutcome } from './audit-evidence.js';
import { makePlan } from './make-plan.js';
import { changeRun, decide, startRun } from './operate-replay.js';
import { ReplayDoor, type DoorAnswer } from './replay-door.js';
import { ReplayParts } from './replay-parts.js';
import { ReplayRunner } from './replay-runner.js';
import { verifyReplay } from './verify-replay.js';

const type = ev.InschrijvingVoltooidV1;
const clock = new SystemClock();
const timers = new SystemTimers();
const random = new SystemRandom();
/** Ids of this spec only: what other specs put into the same topics is unreadable here. */
const idBase = 800_000;
const schemaIds: SchemaIds = {
  idOf: (t) => idBase + eventTypes.findIndex((known) => known.type === t.type),
  typeOf: (id) => eventTypes[id - idBase],
};
// prettier-ignore
const payload = (nis: string): InschrijvingVoltooidV1 => ({ dossier: 'VH-2026-000123', subjectPseudoniemen:
  ['p1-6f3a'], ingangsdatum: '2026-02-27', register: 'BEVOLKINGSREGISTER', voorlopig: false, nisOud: null, nisNieuw:
  nis, domiciliestatus: 'https://data.vlaanderen.be/id/concept/IT020/DomicilieStatus/Bevestigd',
  tijdstipRegistratie: '2026-03-02T09:15:00.123Z' });
// prettier-ignore
const operator = (subject: string): Caller => ({ organisation: 'OVO002949', nis: [], scopes: ['kruispunt.operate',
  'kruispunt.approve'], subject });

let log: KafkaEventLog;
let admin: LogAdmin;
let reader: LogReader;
let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'replay-spec' });
  admin = await driver.admin();
  await admin.ensureTopics(topics.filter((t) => t.name === type.topic || t.name === ev.AuditGeregistreerdV1.topic));
  log = await KafkaEventLog.open(driver);
  reader = await driver.reader();
  const fresh = await freshDatabase();
  drop = fresh.drop;
  database = openDatabase(fresh.url);
  await migrate(database);
}, 60_000);
afterAll(async () => {
  await Promise.all([reader.close(), admin.close(), log.close(), database.close()]);
  await drop();
});

/** A receiver behind the door: answers as told, writes its audit lines first as the real one does. */
class ScriptedDoor extends ReplayDoor {
  readonly received: { readonly id: string; readonly replay: string; readonly at: number }[] = [];
  answer: (event: StoredEvent) => DoorAnswer | Promise<DoorAnswer> = () => ({ kind: 'delivered', status: 200 });
  verdict: (event: StoredEvent) => ReceiveVerdict | undefined = () => ({
    kind: 'allowed',
    fields: ['dossier'],
    rule: 'P-1@1',
  });

  constructor(
    private readonly known: Subscription,
    private readonly source: string,
    private readonly audit: LogAuditTrail,
  ) {
    super();
  }

  subscription(name: string): Promise<Subscription | undefined> {
    return Promise.resolve([this.known.id, this.known.name].includes(name) ? this.known : undefined);
  }
  judge(_: Subscription, events: readonly StoredEvent[]): Promise<readonly (ReceiveVerdict | undefined)[]> {
    return Promise.resolve(
      events.map((event) => (event.envelope.source === this.source ? this.verdict(event) : undefined)),
    );
  }
  async deliverOne(
    subscription: Subscription,
    event: StoredEvent,
    { replay }: { replay: string },
  ): Promise<DoorAnswer> {
    const verdict = this.verdict(event);
    if (verdict?.kind !== 'allowed')
      return { kind: 'suppressed', rule: verdict?.kind === 'suppressed' ? verdict.rule : 'filter' };
    await this.audit.append([this.line(subscription, event, replay, 'intent')]);
    const answer = await this.answer(event);
    this.received.push({ id: event.envelope.id, replay, at: clock.now() });
    if (answer.kind !== 'delivered' && answer.kind !== 'failed') return answer;
    const outcome = answer.kind === 'delivered' ? deliveredOutcome : 'MISLUKT';
    const [line] = await this.audit.append([{ ...this.line(subscription, event, replay, 'outcome'), outcome }]);
    return { ...answer, auditRef: line!.id };
  }
  unseal(): undefined {
    return undefined;
  }
  // prettier-ignore
  private line(subscription: Subscription, event: StoredEvent, replay: string, kind: 'intent' | 'outcome') {
    const { id, source, type: eventType } = event.envelope;
    return {
      kind, at: clock.now(), action: 'deliver', organisation: subscription.org, application: 'delivery-gateway',
      subscription: subscription.id, event: { id, source, type: eventType, position: event.position }, replay,
    };
  }
}

const sql = (name: string, text: string, values: readonly unknown[]) =>
  database.query<Record<string, unknown>>({ name, text, values });

/** A subscription with `n` events in the log, one key each unless told, all of them parked. */
async function scene(n: number, options: { readonly keys?: number; readonly parked?: boolean } = {}) {
  const id = randomUUID();
  const source = `urn:ovo:OVO002055:spec:${id}`;
  // prettier-ignore
  const subscription: Subscription = { id, name: `spec-${id}`, org: 'OVO001835', hoedanigheid: 'WONEN', types:
    [type.type], subjects: 'all', channel: 'WEBHOOK', orderPolicy: 'hold', inFlightMax: 4, state: 'active', rev: 1
    };
  // prettier-ignore
  const records = Array.from({ length: n }, (_, i) => toRecord({ specversion: '1.0', id: `e-${i}-${id}`, source, type:
    type.type, subject: `urn:kruispunt:dossier:${id}-${i % (options.keys ?? n)}`, time: '2026-03-02T09:15:00Z',
    data: payload('24055') }, type, schemaIds));
  const from = clock.now() - 5_000;
  const positions = await log.append(records);
  await sql(
    't-sub',
    `insert into subscription (id, name, org, hoedanigheid, types, channel, state)
    values ($1::uuid, $1::uuid::text, 'OVO001835', 'WONEN', $2, 'WEBHOOK', 'active')`,
    [id, subscription.types],
  );
  await settled(
    id,
    positions,
    options.parked === false ? [] : positions.map((_, i) => i),
    records.map((r) => r.key),
    source,
  );
  const audit = new LogAuditTrail({ log, schemaIds, writer: randomUUID() });
  const door = new ScriptedDoor(subscription, source, audit);
  const stores = {
    plans: new PostgresReplayPlanStore(database),
    runs: new PostgresReplayRunStore(database),
    items: new PostgresReplayItemStore(database),
    standing: new PostgresReplayStanding(database),
  };
  const parts = new ReplayParts(stores, { reader, admin, schemaIds }, door, audit, {
    clock,
    random,
    approval: approvalRules,
  });
  return { subscription, door, parts, from, ids: records.map((_, i) => `e-${i}-${id}`), positions };
}

/** The positions past the events, and rows for those that are parked, as the live delivery leaves them. */
async function settled(
  sub: string,
  positions: readonly LogPosition[],
  parked: readonly number[],
  keys: readonly string[],
  source: string,
): Promise<void> {
  for (const { topic, partition } of new Map(positions.map((p) => [p.partition, p])).values()) {
    await sql(
      't-owner',
      `insert into partition_owner (consumer, topic, part, next) values ('delivery', $1, $2, 1000000000) on conflict do nothing`,
      [topic, partition],
    );
    const here = positions.filter((p) => p.partition === partition).length;
    const parkedHere = parked.filter((i) => positions[i]!.partition === partition).length;
    await sql(
      't-pos',
      `insert into position (sub, topic, part, next, behind, matched, delivered) values ($1, $2, $3, 0, false, $4, $5)`,
      [sub, topic, partition, here, here - parkedHere],
    );
  }
  for (const i of parked) {
    const { topic, partition, offset } = positions[i]!;
    const key = Buffer.from(keys[i]!);
    await sql(
      't-park',
      `insert into parked (sub, topic, part, off, event_id, source, type, key, attempts, fingerprint, error, parked_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, 8, decode('ab', 'hex'), '{"class":"500","reason":"answered 500"}', now())`,
      [sub, topic, partition, offset, `e-${i}-${sub}`, source, type.type, key],
    );
    await sql(
      't-hold',
      `insert into held_key (sub, topic, part, key, state, attempts, since) values ($1, $2, $3, $4, 'parked', 8, now()) on conflict do nothing`,
      [sub, topic, partition, key],
    );
  }
}
type Scene = Awaited<ReturnType<typeof scene>>;

const request = (s: Scene, intent: 'failed' | 'missing' | 'all' = 'failed') => ({
  subscription: s.subscription.id,
  intent,
  order: 'preserve' as const,
  reason: 'certificaat was verlopen',
  from: s.from,
});

async function planned(s: Scene, intent: 'failed' | 'missing' | 'all' = 'failed') {
  const plan = await makePlan(s.parts, operator('an'), request(s, intent));
  await decide(s.parts, operator('bo'), plan, { state: 'approved', digest: plan.digest, reason: 'gezien en in orde' });
  return plan;
}
const started = async (s: Scene, wish: { rate?: number; ramp?: string; inFlightMax?: number } = {}) => {
  const plan = await planned(s);
  return startRun(s.parts, operator('an'), plan, {
    digest: plan.digest,
    reason: 'certificaat is vernieuwd',
    rate: 1_000,
    ramp: 'rest',
    ...wish,
  });
};

/** A process that carries on runs, until it is stopped, or killed: then it never hears of anything again. */
function working(parts: ReplayParts) {
  const stop = new AbortController();
  const { log: quiet } = openTelemetry('spec', { level: 'silent' });
  const work = new ReplayRunner(parts, { owner: randomUUID(), timers, log: quiet }).work(stop.signal, 20);
  return {
    stop: async () => {
      stop.abort();
      await work;
    },
  };
}
const runOf = async (s: Scene, run: ReplayRun) => (await s.parts.stores.runs.find(run.id))!;
async function runUntil(s: Scene, run: ReplayRun, state: ReplayRun['state']): Promise<void> {
  const worker = working(s.parts);
  await until(`run ${state}`, async () => (await runOf(s, run)).state === state);
  await worker.stop();
}
const items = (s: Scene, run: ReplayRun) => s.parts.stores.plans.items(run.plan, { limit: 1_000 });
const difference = async (s: Scene) =>
  (
    await sql(
      't-diff',
      'select coalesce(sum(abs(difference)), 0)::int as d, coalesce(sum(parked), 0)::int as p from delivery_conservation where sub = $1',
      [s.subscription.id],
    )
  )[0];

describe('a plan', () => {
  it('finds what is parked, sends nothing, and gives the same digest twice', async () => {
    const s = await scene(4);
    const [one, two] = [
      await makePlan(s.parts, operator('an'), request(s)),
      await makePlan(s.parts, operator('an'), request(s)),
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
    const plan = await makePlan(s.parts, operator('an'), request(s));
    expect(plan.summary).toMatchObject({ queued: 2, notAllowed: 1, skipped: { 'not-allowed:P-1@1:withdrawn': 1 } });
  });

  it('tells missing events from delivered ones by the audit trail', async () => {
    const s = await scene(5, { parked: false });
    const records = await makePlan(s.parts, operator('an'), request(s, 'missing'));
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
    expect((await makePlan(s.parts, operator('an'), request(s, 'missing'))).summary).toMatchObject({
      queued: 3,
      duplicates: 0,
    });
    const all = await makePlan(s.parts, operator('an'), request(s, 'all'));
    expect(all.summary).toMatchObject({ queued: 5, duplicates: 2 });
    expect(all.causes).toContain('duplicates');
  });

  it('is not approved by who asked for it', async () => {
    const s = await scene(1);
    const plan = await makePlan(s.parts, operator('an'), request(s));
    await expect(
      decide(s.parts, operator('an'), plan, { state: 'approved', digest: plan.digest, reason: 'goed genoeg zo' }),
    ).rejects.toMatchObject({ slug: 'conflict' });
    await expect(
      startRun(s.parts, operator('an'), plan, { digest: plan.digest, reason: 'toch maar starten' }),
    ).rejects.toMatchObject({ slug: 'approval-required' });
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
    await expect(makePlan(parts, operator('an'), request(s))).rejects.toThrow('no audit');
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
    expect(await verifyReplay(s.parts, await runOf(s, run))).toMatchObject({
      ok: true,
      delivered: 12,
      faults: 0,
      outside: [],
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
      rate: 1_000,
    });
    await runUntil(s, run, 'done');
    expect(s.door.received.map((r) => r.id).sort()).toEqual([...s.ids].sort());
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
    expect((await verifyReplay(s.parts, await runOf(s, run))).ok).toBe(true);
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
    expect(await verifyReplay(s.parts, await runOf(s, run))).toMatchObject({
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
    await changeRun(s.parts, operator('an'), run, { change: { verb: 'resume' }, reason: 'ontvanger hersteld' });
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
    expect(await verifyReplay(s.parts, await runOf(s, run))).toMatchObject({ ok: true, delivered: 10 });
  });
});

import { randomUUID } from 'node:crypto';
import { LogAuditTrail } from '@kruispunt/audit';
import { SystemClock, SystemRandom, SystemTimers } from '@kruispunt/clock';
import { ev, eventTypes, topics, type InschrijvingVoltooidV1, type SchemaIds } from '@kruispunt/contracts';
import { approvalRules, type Subscription } from '@kruispunt/delivery';
import { toRecord, type LogPosition, type StoredEvent } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import type { Caller, ReceiveVerdict } from '@kruispunt/policy';
import {
  migrate,
  openDatabase,
  PostgresActs,
  PostgresReplayEvidence,
  PostgresReplayItemStore,
  PostgresReplayPlanStore,
  PostgresReplayRunStore,
  PostgresReplayStanding,
  type ReplayRun,
} from '@kruispunt/postgres';
import { openTelemetry } from '@kruispunt/telemetry';
import { freshDatabase, serviceUrl, until } from '@kruispunt/testkit';
import { deliveredOutcome } from './audit-evidence.js';
import { makePlan } from './make-plan.js';
import { decide, startRun } from './operate-replay.js';
import { ReplayDoor, type DoorAnswer } from './replay-door.js';
import { ReplayParts } from './replay-parts.js';
import { ReplayRunner } from './replay-runner.js';
import { verifyReplay } from './verify-replay.js';

export const type = ev.InschrijvingVoltooidV1;
export const clock = new SystemClock();
export const timers = new SystemTimers();
const random = new SystemRandom();
/** Ids of this spec only: what other specs put into the same topics is unreadable here. */
export const idBase = 800_000;
export const schemaIds: SchemaIds = {
  idOf: (t) => idBase + eventTypes.findIndex((known) => known.type === t.type),
  typeOf: (id) => eventTypes[id - idBase],
};
// prettier-ignore
const payload = (nis: string): InschrijvingVoltooidV1 => ({ dossier: 'VH-2026-000123', subjectPseudoniemen:
  ['p1-6f3a'], ingangsdatum: '2026-02-27', register: 'BEVOLKINGSREGISTER', voorlopig: false, nisOud: null, nisNieuw:
  nis, domiciliestatus: 'https://data.vlaanderen.be/id/concept/IT020/DomicilieStatus/Bevestigd',
  tijdstipRegistratie: '2026-03-02T09:15:00.123Z' });
// prettier-ignore
export const operator = (subject: string): Caller => ({ organisation: 'OVO002949', nis: [], scopes: ['kruispunt.operate',
  'kruispunt.approve'], subject });

/** A log, a database and what replays need of them, for the specs of one file. */
export async function openReplayWorld() {
  const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'replay-spec' });
  const admin = await driver.admin();
  await admin.ensureTopics(topics.filter((t) => t.name === type.topic || t.name === ev.AuditGeregistreerdV1.topic));
  const log = await KafkaEventLog.open(driver);
  const reader = await driver.reader();
  const fresh = await freshDatabase();
  const database = openDatabase(fresh.url);
  await migrate(database);
  const close = async () => {
    await Promise.all([reader.close(), admin.close(), log.close(), database.close()]);
    await fresh.drop();
  };
  const sql = (name: string, text: string, values: readonly unknown[]) =>
    database.query<Record<string, unknown>>({ name, text, values });
  return { log, admin, reader, database, url: fresh.url, close, sql };
}
export type ReplayWorld = Awaited<ReturnType<typeof openReplayWorld>>;

/** A receiver behind the door: answers as told, writes its audit lines first as the real one does. */
export class ScriptedDoor extends ReplayDoor {
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

/** A subscription with `n` events in the log, one key each unless told, all of them parked. */
export async function openScene(
  world: ReplayWorld,
  n: number,
  options: { readonly keys?: number; readonly parked?: boolean } = {},
) {
  const { log, admin, reader, database, sql } = world;
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
    world,
    id,
    positions,
    options.parked === false ? [] : positions.map((_, i) => i),
    records.map((r) => r.key),
    source,
  );
  const audit = new LogAuditTrail({ log, schemaIds, writer: randomUUID() });
  const door = new ScriptedDoor(subscription, source, audit);
  const stores = {
    acts: new PostgresActs(database),
    plans: new PostgresReplayPlanStore(database),
    runs: new PostgresReplayRunStore(database),
    items: new PostgresReplayItemStore(database),
    standing: new PostgresReplayStanding(database),
    evidence: new PostgresReplayEvidence(database),
  };
  const parts = new ReplayParts(stores, { reader, admin, schemaIds }, door, audit, {
    clock,
    random,
    approval: approvalRules,
  });
  return { world, subscription, door, parts, from, ids: records.map((_, i) => `e-${i}-${id}`), positions };
}

/** The positions past the events, and rows for those that are parked, as the live delivery leaves them. */
async function settled(
  { sql }: ReplayWorld,
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
export type Scene = Awaited<ReturnType<typeof openScene>>;

export const request = (s: Scene, intent: 'failed' | 'missing' | 'all' = 'failed') => ({
  subscription: s.subscription.id,
  intent,
  order: 'preserve' as const,
  reason: 'certificaat was verlopen',
  from: s.from,
});

export async function planned(s: Scene, intent: 'failed' | 'missing' | 'all' = 'failed') {
  const plan = await makePlan(s.parts, operator('an'), { request: request(s, intent), dryRun: false });
  await decide(s.parts, operator('bo'), plan, {
    state: 'approved',
    digest: plan.digest,
    reason: 'gezien en in orde',
    dryRun: false,
  });
  return plan;
}
export const started = async (s: Scene, wish: { rate?: number; ramp?: string; inFlightMax?: number } = {}) => {
  const plan = await planned(s);
  return startRun(s.parts, operator('an'), plan, {
    digest: plan.digest,
    reason: 'certificaat is vernieuwd',
    dryRun: false,
    rate: 1_000,
    ramp: 'rest',
    ...wish,
  });
};

/** A process that carries on runs, until it is stopped, or killed: then it never hears of anything again. */
export function working(parts: ReplayParts) {
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
export const runOf = async (s: Scene, run: ReplayRun) => (await s.parts.stores.runs.find(run.id))!;
/** What a verification of the run finds, its items aside. */
export async function verdict(s: Scene, run: ReplayRun) {
  const { items: _, close, ...found } = await verifyReplay(s.parts, await runOf(s, run));
  await close();
  return found;
}
export async function runUntil(s: Scene, run: ReplayRun, state: ReplayRun['state']): Promise<void> {
  const worker = working(s.parts);
  await until(`run ${state}`, async () => (await runOf(s, run)).state === state);
  await worker.stop();
}
export const items = (s: Scene, run: ReplayRun) => s.parts.stores.plans.items(run.plan, { limit: 10_000 });
export const difference = async (s: Scene) =>
  (
    await s.world.sql(
      't-diff',
      'select coalesce(sum(abs(difference)), 0)::int as d, coalesce(sum(parked), 0)::int as p from delivery_conservation where sub = $1',
      [s.subscription.id],
    )
  )[0];

import type { Circuit, DeliveryError, DeskChange, Gap, HeldLane, LedgerItem } from '@kruispunt/delivery';
import type { Database } from './database.js';
import type { Queryable } from './statement.js';

/** What is kept of a parked event beside its place. `payload` is sealed; `at` in ms. */
export interface ParkedRecord {
  readonly source: string;
  readonly type: string;
  readonly error: DeliveryError;
  readonly fingerprint: Uint8Array;
  readonly payload: Uint8Array | null;
  readonly at: number;
}

/** What moved for one subscription in one partition. */
export interface PositionChange {
  readonly subscription: string;
  readonly change: DeskChange<ParkedRecord>;
}

/** Where one subscription stands in a partition, with its exceptions. */
export interface StoredPosition {
  readonly subscription: string;
  readonly next: number;
  readonly behind: boolean;
  /** As it was last kept. */
  readonly circuit: Circuit | undefined;
  readonly lanes: readonly HeldLane[];
}

/** A partition and the epoch under which it is held. */
export interface OwnedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
}

export interface ReleasedKey {
  readonly subscription: string;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly gap: readonly Gap[];
}

type ReleasedRow = { topic: string; part: number; epoch: number } & (
  { sub: string; key: Buffer; gap: Gap[] | null } | { sub: null; key: null; gap: null }
);
interface KeyRow {
  sub: string;
  key: Buffer;
  state: string;
  attempts: number;
  next_at: Date | null;
  reason: Buffer | null;
  since: Date;
  gap: readonly Gap[] | null;
}
interface EventRow {
  sub: string;
  key: Buffer;
  off: number;
  event_id: string;
}
interface PositionRow {
  sub: string;
  next: number;
  behind: boolean;
  circuit: Circuit | null;
}

/** Positions and exceptions of the subscriptions: read at a take-over, written by the partition's owner inside its transaction. */
export class PostgresPositionStore {
  constructor(private readonly database: Database) {}

  /** Every subscription's position in one partition, or only those of `subscriptions`. */
  async load(topic: string, partition: number, subscriptions?: readonly string[]): Promise<readonly StoredPosition[]> {
    const values = [topic, partition, subscriptions ?? null];
    const among = 'topic = $1 and part = $2 and ($3::uuid[] is null or sub = any($3))';
    // One snapshot, or a replay that settles in between would show half of itself.
    return this.database.transaction(async (tx) => {
      await tx.query({ name: 'position-snapshot', text: 'set transaction isolation level repeatable read, read only' });
      const positions = await tx.query<PositionRow>({
        name: 'position-load',
        text: `select sub, next, behind, circuit from position p join subscription s on s.id = p.sub where ${among} and s.channel in ('WEBHOOK', 'KAFKA') and s.state <> 'ended'`,
        values,
      });
      const keys = await tx.query<KeyRow>({
        name: 'position-held-keys',
        text: `select * from held_key where ${among}`,
        values,
      });
      const events = await tx.query<EventRow>({
        name: 'position-held-events',
        text: `select sub, key, off, event_id from held_event where ${among} order by off`,
        values,
      });
      const lanes = lanesOf(keys, events);
      return positions.map(({ sub, next, behind, circuit }) => ({
        subscription: sub,
        next,
        behind,
        circuit: circuit ?? undefined,
        lanes: lanes.get(sub) ?? [],
      }));
    });
  }

  /**
   * Keys of our partitions that a person or a replay let go since they were parked; `gap`: what a person discarded in front of what
   * follows. Each release is heard of once and by the owner alone: one that is heard twice would let go what was parked in between.
   * `lost`: the partitions that are another's by now.
   */
  async takeReleased(owned: readonly OwnedPartition[]): Promise<{
    readonly released: readonly ReleasedKey[];
    readonly lost: readonly OwnedPartition[];
  }> {
    const rows = await this.database.query<ReleasedRow>({
      name: 'position-take-released',
      text: `with mine as (
               select c.topic, c.part, c.epoch, o.epoch is not distinct from c.epoch as held
               from unnest($1::text[], $2::int[], $3::bigint[]) as c (topic, part, epoch)
               left join partition_owner o on o.consumer = 'delivery' and o.topic = c.topic and o.part = c.part),
             taken as (
               update held_key h set state = 'waiting', next_at = now() from mine m
               where m.held and h.topic = m.topic and h.part = m.part and h.state = 'released' returning h.sub, h.topic, h.part, h.key, h.gap)
             select sub, topic, part, 0::bigint as epoch, key, gap from taken
             union all select null, topic, part, epoch, null, null from mine where not held`,
      values: [owned.map((o) => o.topic), owned.map((o) => o.partition), owned.map((o) => o.epoch)],
    });
    const lost = rows.flatMap(({ sub, topic, part, epoch }) =>
      sub === null ? [{ topic, partition: part, epoch }] : [],
    );
    const released = rows.flatMap(({ sub, topic, part, key, gap }) =>
      sub === null ? [] : [{ subscription: sub, topic, partition: part, key: key.toString('utf8'), gap: gap ?? [] }],
    );
    return { released, lost };
  }

  /** Writes changes of one partition: seven statements at most, however many subscriptions moved. Runs inside the partition transaction. */
  async write(tx: Queryable, topic: string, partition: number, changes: readonly PositionChange[]): Promise<void> {
    if (changes.length === 0) return;
    const at = [topic, partition] as const;
    await writePositions(tx, at, changes);
    await writeSuppressions(tx, at, changes);
    await writeHeld(tx, at, changes);
    await writeHolds(tx, at, changes);
    await writeParked(tx, at, changes);
    await writePassed(tx, at, changes);
  }
}

type At = readonly [topic: string, partition: number];

const key = (text: string): Buffer => Buffer.from(text, 'utf8');

async function writePositions(tx: Queryable, at: At, changes: readonly PositionChange[]): Promise<void> {
  const ledgers = changes.map(({ change }) => change.ledger);
  await tx.query({
    name: 'position-write',
    text: `insert into position as p (sub, topic, part, next, behind, matched, delivered, suppressed)
           select c.sub, $1, $2, c.next, c.behind, c.matched, c.delivered, c.suppressed
           from unnest($3::uuid[], $4::bigint[], $5::bool[], $6::bigint[], $7::bigint[], $8::bigint[]) as c (sub, next, behind, matched, delivered, suppressed)
           on conflict (sub, topic, part) do update set next = excluded.next, behind = excluded.behind, matched = p.matched + excluded.matched,
             delivered = p.delivered + excluded.delivered, suppressed = p.suppressed + excluded.suppressed, updated = now()`,
    values: [
      ...at,
      changes.map((c) => c.subscription),
      ledgers.map((l) => l.next),
      ledgers.map((l) => l.behind),
      ledgers.map((l) => l.matched),
      ledgers.map((l) => l.delivered),
      ledgers.map((l) => [...l.suppressed.values()].reduce((a, b) => a + b, 0)),
    ],
  });
}

async function writeSuppressions(tx: Queryable, at: At, changes: readonly PositionChange[]): Promise<void> {
  const rows = changes.flatMap(({ subscription, change }) =>
    [...change.ledger.suppressed].map(([rule, n]) => ({ subscription, rule, n })),
  );
  if (rows.length === 0) return;
  await tx.query({
    name: 'suppression-write',
    text: `insert into suppression as s (sub, topic, part, rule, n) select c.sub, $1, $2, c.rule, c.n from unnest($3::uuid[], $4::text[], $5::bigint[]) as c (sub, rule, n)
           on conflict (sub, topic, part, rule) do update set n = s.n + excluded.n`,
    values: [...at, rows.map((r) => r.subscription), rows.map((r) => r.rule), rows.map((r) => r.n)],
  });
}

async function writeHeld(tx: Queryable, at: At, changes: readonly PositionChange[]): Promise<void> {
  const each = (pick: (change: DeskChange<ParkedRecord>) => readonly LedgerItem[]) =>
    changes.flatMap(({ subscription, change }) => pick(change).map((item) => ({ subscription, item })));
  const [gone, held] = [each((c) => c.ledger.heldGone), each((c) => c.ledger.held)];
  const values = (rows: typeof gone) => [
    ...at,
    rows.map((r) => r.subscription),
    rows.map((r) => key(r.item.key)),
    rows.map((r) => r.item.offset),
  ];
  if (gone.length > 0) {
    await tx.query({
      name: 'held-event-gone',
      text: `delete from held_event h using unnest($3::uuid[], $4::bytea[], $5::bigint[]) as c (sub, key, off)
             where h.sub = c.sub and h.topic = $1 and h.part = $2 and h.key = c.key and h.off = c.off`,
      values: values(gone),
    });
  }
  if (held.length > 0) {
    await tx.query({
      name: 'held-event-add',
      text: `insert into held_event (sub, topic, part, key, off, event_id)
             select c.sub, $1, $2, c.key, c.off, c.event_id from unnest($3::uuid[], $4::bytea[], $5::bigint[], $6::text[]) as c (sub, key, off, event_id)`,
      values: [...values(held), held.map((r) => r.item.eventId)],
    });
  }
}

async function writeHolds(tx: Queryable, at: At, changes: readonly PositionChange[]): Promise<void> {
  const gone = changes.flatMap(({ subscription, change }) => change.holds.gone.map((name) => ({ subscription, name })));
  if (gone.length > 0) {
    await tx.query({
      name: 'held-key-gone',
      text: `delete from held_key h using unnest($3::uuid[], $4::bytea[]) as c (sub, key) where h.sub = c.sub and h.topic = $1 and h.part = $2 and h.key = c.key`,
      values: [...at, gone.map((r) => r.subscription), gone.map((r) => key(r.name))],
    });
  }
  const holds = changes.flatMap(({ subscription, change }) =>
    change.holds.written.map((written) => ({ subscription, ...written })),
  );
  if (holds.length === 0) return;
  await tx.query({
    name: 'held-key-write',
    text: `insert into held_key (sub, topic, part, key, state, attempts, next_at, reason, since, gap)
           select c.sub, $1, $2, c.key, c.state, c.attempts, c.next_at, c.reason, coalesce(c.since, now()), c.gap
           from unnest($3::uuid[], $4::bytea[], $5::text[], $6::int[], $7::timestamptz[], $8::bytea[], $9::timestamptz[], $10::jsonb[])
             as c (sub, key, state, attempts, next_at, reason, since, gap)
           on conflict (sub, topic, part, key) do update set state = excluded.state, attempts = excluded.attempts, next_at = excluded.next_at,
             reason = excluded.reason, gap = excluded.gap`,
    values: [
      ...at,
      holds.map((h) => h.subscription),
      holds.map((h) => key(h.key)),
      holds.map((h) => h.hold?.state ?? 'free'),
      holds.map((h) => h.failures),
      holds.map((h) => (h.hold?.state === 'waiting' ? new Date(h.hold.nextAt) : null)),
      holds.map((h) => (h.hold?.reason ? Buffer.from(h.hold.reason) : null)),
      holds.map((h) => (h.hold ? new Date(h.hold.since) : null)),
      holds.map((h) => (h.gap.length > 0 ? JSON.stringify(h.gap) : null)),
    ],
  });
}

async function writeParked(tx: Queryable, at: At, changes: readonly PositionChange[]): Promise<void> {
  const rows = changes.flatMap(({ subscription, change }) =>
    change.ledger.parked.map((item) => ({ subscription, ...item })),
  );
  if (rows.length === 0) return;
  await tx.query({
    name: 'parked-add',
    text: `insert into parked (sub, topic, part, off, event_id, source, type, key, attempts, fingerprint, error, payload, parked_at)
           select c.sub, $1, $2, c.off, c.event_id, c.source, c.type, c.key, c.attempts, c.fingerprint, c.error, c.payload, c.at
           from unnest($3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::int[], $10::bytea[], $11::jsonb[], $12::bytea[], $13::timestamptz[])
             as c (sub, off, event_id, source, type, key, attempts, fingerprint, error, payload, at)`,
    values: [
      ...at,
      rows.map((r) => r.subscription),
      rows.map((r) => r.offset),
      rows.map((r) => r.eventId),
      rows.map((r) => r.record.source),
      rows.map((r) => r.record.type),
      rows.map((r) => key(r.key)),
      rows.map((r) => r.attempts),
      rows.map((r) => Buffer.from(r.record.fingerprint)),
      rows.map((r) => JSON.stringify(r.record.error)),
      rows.map((r) => (r.record.payload ? Buffer.from(r.record.payload) : null)),
      rows.map((r) => new Date(r.record.at)),
    ],
  });
}

/** What retention took, as it is announced: in the same transaction. */
async function writePassed(tx: Queryable, at: At, changes: readonly PositionChange[]): Promise<void> {
  const rows = changes.flatMap(({ subscription, change }) =>
    change.ledger.passed.map((stretch) => ({ subscription, ...stretch })),
  );
  if (rows.length === 0) return;
  await tx.query({
    name: 'gap-passed',
    text: `insert into delivery_gap (sub, topic, part, kind, from_off, to_off, announced)
           select c.sub, $1, $2, 'OPGETREDEN', c.from_off, c.to_off, true from unnest($3::uuid[], $4::bigint[], $5::bigint[]) as c (sub, from_off, to_off)
           on conflict (sub, topic, part, kind, from_off) do update set to_off = greatest(delivery_gap.to_off, excluded.to_off), announced = true`,
    values: [...at, rows.map((r) => r.subscription), rows.map((r) => r.from), rows.map((r) => r.to)],
  });
}

function lanesOf(keys: readonly KeyRow[], events: readonly EventRow[]): ReadonlyMap<string, readonly HeldLane[]> {
  const byKey = new Map<string, LedgerItem[]>();
  for (const { sub, key: name, off, event_id: eventId } of events) {
    const text = name.toString('utf8');
    const items = byKey.get(`${sub}\n${text}`) ?? [];
    items.push({ offset: off, key: text, eventId });
    byKey.set(`${sub}\n${text}`, items);
  }
  const lanes = new Map<string, HeldLane[]>();
  for (const row of keys) {
    const text = row.key.toString('utf8');
    const lane: HeldLane = {
      key: text,
      failures: row.attempts,
      hold: row.state === 'free' ? undefined : holdOf(row),
      gap: row.gap ?? [],
      events: byKey.get(`${row.sub}\n${text}`) ?? [],
    };
    lanes.set(row.sub, [...(lanes.get(row.sub) ?? []), lane]);
  }
  return lanes;
}

/** A released key is taken (`takeReleased`) once its partition is loaded. */
const holdOf = (row: KeyRow) => ({
  state: row.state === 'waiting' ? ('waiting' as const) : ('parked' as const),
  nextAt: row.next_at?.getTime() ?? 0,
  since: row.since.getTime(),
  reason: row.reason ?? undefined,
});

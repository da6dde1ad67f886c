import type { Queryable } from './statement.js';

/** One event as the index knows it. `loggedAt` and `time` are ms since the epoch; `valueSha256` is hexadecimal. */
export interface IndexedEvent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly key: string;
  readonly time: number;
  readonly loggedAt: number;
  readonly valueSha256: string;
  readonly organisation: string | undefined;
}

/** What to look for; every field that is there must fit. `since` and `until` are ms since the epoch, `until` exclusive. */
export interface IndexQuery {
  readonly eventId?: string;
  readonly source?: string;
  readonly type?: string;
  readonly key?: string;
  readonly since?: number;
  readonly until?: number;
}

/** Where a page ended: the next one begins after it. */
export type IndexCursor = Pick<IndexedEvent, 'loggedAt' | 'topic' | 'partition' | 'offset'>;

interface Row {
  readonly topic: string;
  readonly part: number;
  readonly off: number;
  readonly event_id: string;
  readonly source: string;
  readonly type: string;
  readonly key: string;
  readonly time: Date;
  readonly logged_at: Date;
  readonly value_sha256: Buffer;
  readonly organisation: string | null;
}

const dayMs = 86_400_000;
const columns = 'topic, part, off, event_id, source, type, key, time, logged_at, value_sha256, organisation';

/** The UTC day of an instant, `YYYY-MM-DD`. */
export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The event index in Postgres: partitioned by day, one statement per batch. All calls throw `store-unavailable`. */
export class PostgresEventIndex {
  constructor(private readonly store: Queryable) {}

  /**
   * Adds the events of one batch, in the transaction `tx`. `dayOf` says in which day's partition a row goes; that partition must be
   * there. Rows that are there already stay as they are.
   */
  async add(tx: Queryable, events: readonly IndexedEvent[], dayOf: (loggedAt: number) => string): Promise<void> {
    if (events.length === 0) return;
    const column = <T>(value: (event: IndexedEvent) => T): readonly T[] => events.map(value);
    await tx.query({
      name: 'event-index-add',
      text: `insert into event_index (day, ${columns})
             select d, t, p, o, i, s, y, k, to_timestamp(said / 1000.0), to_timestamp(logged / 1000.0), v, org
               from unnest($1::date[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
                           $9::bigint[], $10::bigint[], $11::bytea[], $12::text[]) as r (d, t, p, o, i, s, y, k, said, logged, v, org)
             on conflict do nothing`,
      values: [
        column((e) => dayOf(e.loggedAt)),
        column((e) => e.topic),
        column((e) => e.partition),
        column((e) => e.offset),
        column((e) => e.eventId),
        column((e) => e.source),
        column((e) => e.type),
        column((e) => e.key),
        column((e) => e.time),
        column((e) => e.loggedAt),
        column((e) => Buffer.from(e.valueSha256, 'hex')),
        column((e) => e.organisation ?? null),
      ],
    });
  }

  /** The first record of an event, which is the one that counts; undefined when the index does not know it (yet). */
  async first(source: string, eventId: string): Promise<IndexedEvent | undefined> {
    const rows = await this.store.query<Row>({
      name: 'event-index-first',
      text: `select ${columns} from event_index where event_id = $1 and source = $2 order by logged_at, off limit 1`,
      values: [eventId, source],
    });
    return rows.map(eventOf)[0];
  }

  /** A page of at most `limit` events, the newest first, after `cursor`. */
  async search(query: IndexQuery, limit: number, cursor?: IndexCursor): Promise<readonly IndexedEvent[]> {
    const values: unknown[] = [limit];
    const conditions = conditionsOf(query, cursor).map(({ text, value }) => {
      values.push(...value);
      return text(values.length - value.length + 1);
    });
    const used = [
      ...Object.entries(query)
        .filter(([, v]) => v !== undefined)
        .map(([name]) => name)
        .sort(),
      ...(cursor ? ['after'] : []),
    ];
    const rows = await this.store.query<Row>({
      name: `event-index-search-${used.join('-')}`,
      text: `select ${columns} from event_index ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}
              order by logged_at desc, topic, part, off desc limit $1`,
      values,
    });
    return rows.map(eventOf);
  }
}

interface Condition {
  /** The condition with its first value at `$n`. */
  readonly text: (n: number) => string;
  readonly value: readonly unknown[];
}

// The day is said beside the instant, so that Postgres reads only the partitions of those days.
function conditionsOf(query: IndexQuery, cursor: IndexCursor | undefined): readonly Condition[] {
  const conditions: Condition[] = [];
  const equal = (name: string, value: string | undefined) => {
    if (value !== undefined) conditions.push({ text: (n) => `${name} = $${n}`, value: [value] });
  };
  equal('event_id', query.eventId);
  equal('source', query.source);
  equal('type', query.type);
  equal('key', query.key);
  if (query.since !== undefined) {
    conditions.push({
      text: (n) => `logged_at >= $${n} and day >= $${n + 1}::date`,
      value: [new Date(query.since), utcDay(query.since)],
    });
  }
  if (query.until !== undefined) conditions.push({ text: (n) => `logged_at < $${n}`, value: [new Date(query.until)] });
  if (cursor !== undefined) {
    conditions.push({
      text: (n) => `(logged_at < $${n} or (logged_at = $${n} and (topic, part) > ($${n + 1}, $${n + 2}))
                     or (logged_at = $${n} and topic = $${n + 1} and part = $${n + 2} and off < $${n + 3}))`,
      value: [new Date(cursor.loggedAt), cursor.topic, cursor.partition, cursor.offset],
    });
  }
  return conditions;
}

const eventOf = (row: Row): IndexedEvent => ({
  topic: row.topic,
  partition: row.part,
  offset: row.off,
  eventId: row.event_id,
  source: row.source,
  type: row.type,
  key: row.key,
  time: row.time.getTime(),
  loggedAt: row.logged_at.getTime(),
  valueSha256: row.value_sha256.toString('hex'),
  organisation: row.organisation ?? undefined,
});

/**
 * Says under which day a row is filed: that of its `loggedAt`, but none in the future and none older than `daysKept` before `now`.
 * One function per batch: nearly all rows of a batch are of one day, which is then written out once.
 */
export function indexDays(now: number, daysKept: number): (loggedAt: number) => string {
  let known: { readonly number: number; readonly day: string } | undefined;
  return (loggedAt) => {
    const at = Math.min(Math.max(loggedAt, now - daysKept * dayMs), now);
    const number = Math.floor(at / dayMs);
    if (known?.number !== number) known = { number, day: utcDay(at) };
    return known.day;
  };
}

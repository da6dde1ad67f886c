import type { Database } from './database.js';

/** A parked event as an operator sees it: never its payload, never its key. Instants in ms; `discardedUntil`: restorable until then. */
export interface ParkedRow {
  readonly id: string;
  readonly subscription: string;
  readonly name: string;
  readonly organisation: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly attempts: number;
  readonly group: string;
  readonly error: { readonly class: string; readonly status?: number; readonly reason: string };
  readonly parkedAt: number;
  readonly note: string | null;
  readonly assignee: string | null;
  readonly discardedUntil: number | null;
  readonly discardedBy: string | null;
  readonly discardReason: string | null;
  readonly copyKept: boolean;
}

/** By what parked events are put together. `reason`: failures that are one, i.e. same error class, status, type and subscription. */
export const groupings = ['reason', 'type', 'subscription', 'key'] as const;
export type Grouping = (typeof groupings)[number];

/** Parked events with something in common. What they do not have in common is null. A key is told as its hash. */
export interface ParkedGroup {
  readonly group: string;
  readonly subscription: string | null;
  readonly name: string | null;
  readonly type: string | null;
  readonly error: ParkedRow['error'] | null;
  readonly count: number;
  readonly subscriptions: number;
  readonly keys: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly note: string | null;
  readonly assignee: string | null;
}

export interface ParkedQuery {
  readonly subscription?: string;
  readonly group?: string;
  readonly type?: string;
  readonly event?: string;
  readonly at?: { readonly topic: string; readonly partition: number; readonly offset: number };
  /** Only what was discarded; without it only what was not. `both`: for who asks for one event. */
  readonly discarded?: boolean | 'both';
  readonly limit: number;
}

const columns = `p.sub || '~' || p.topic || '~' || p.part || '~' || p.off as id, p.sub as subscription, s.name, s.org as organisation, p.topic,
  p.part as partition, p.off as offset, p.event_id as "eventId", p.source, p.type, p.attempts, encode(p.fingerprint, 'hex') as group, p.error,
  (extract(epoch from p.parked_at) * 1000)::bigint as "parkedAt", coalesce(p.note, g.note) as note, coalesce(p.assignee, g.assignee) as assignee,
  (extract(epoch from p.discarded_until) * 1000)::bigint as "discardedUntil", p.discarded_by as "discardedBy",
  p.discard_reason as "discardReason", p.payload is not null as "copyKept"`;
const from = `from parked p join subscription s on s.id = p.sub left join parked_group g on g.fingerprint = p.fingerprint and g.sub = p.sub`;

const valueOf: Readonly<Record<Grouping, string>> = {
  reason: `encode(p.fingerprint, 'hex')`,
  type: 'p.type',
  subscription: 'p.sub::text',
  // As a plan keeps a key (keyHash of @kruispunt/delivery).
  key: `left(encode(sha256('key:'::bytea || p.key), 'hex'), 16)`,
};
const onlyOne = (column: string): string => `case when count(distinct ${column}) = 1 then min(${column}::text) end`;

/** What is parked, for people. */
export class PostgresParkedStore {
  constructor(private readonly database: Database) {}

  /** Newest first, at most `limit`. */
  async list(query: ParkedQuery): Promise<readonly ParkedRow[]> {
    return this.database.query<ParkedRow>({
      name: 'parked-list',
      text: `select ${columns} ${from}
             where ($1::uuid is null or p.sub = $1) and ($2::text is null or p.fingerprint = decode($2, 'hex'))
               and ($3::text is null or p.type = $3) and ($4::text is null or p.event_id = $4)
               and ($5::text is null or (p.topic = $5 and p.part = $6 and p.off = $7))
               and ($8::boolean is null or (p.discarded_until is not null) = $8)
             order by p.parked_at desc, p.sub, p.topic, p.part, p.off limit $9`,
      values: [
        query.subscription ?? null,
        query.group ?? null,
        query.type ?? null,
        query.event ?? null,
        query.at?.topic ?? null,
        query.at?.partition ?? null,
        query.at?.offset ?? null,
        query.discarded === 'both' ? null : (query.discarded ?? false),
        query.limit,
      ],
    });
  }

  /** Groups of what stands parked, the largest first. */
  async groups(by: Grouping, limit: number): Promise<readonly ParkedGroup[]> {
    return this.database.query<ParkedGroup>({
      name: `parked-groups-${by}`,
      text: `select ${valueOf[by]} as group, ${onlyOne('p.sub')} as subscription, ${onlyOne('s.name')} as name, ${onlyOne('p.type')} as type,
                    case when count(distinct p.fingerprint) = 1 then (array_agg(p.error))[1] end as error, count(*) as count,
                    count(distinct p.sub) as subscriptions, count(distinct (p.sub, p.key)) as keys,
                    (extract(epoch from min(p.parked_at)) * 1000)::bigint as "firstAt", (extract(epoch from max(p.parked_at)) * 1000)::bigint as "lastAt",
                    ${by === 'reason' ? 'min(g.note)' : 'null'} as note, ${by === 'reason' ? 'min(g.assignee)' : 'null'} as assignee
             ${from} where p.discarded_until is null
             group by 1${by === 'reason' ? ', p.sub' : ''} order by count(*) desc, 1 limit $1`,
      values: [limit],
    });
  }
}

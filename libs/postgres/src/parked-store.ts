import type { Database } from './database.js';

/** A parked event as an operator sees it: never its payload, never its key. `parkedAt` in ms. */
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
  readonly copyKept: boolean;
}

/** Failures that are one: same error class, status, type and subscription. */
export interface ParkedGroup {
  readonly group: string;
  readonly subscription: string;
  readonly name: string;
  readonly type: string;
  readonly error: ParkedRow['error'];
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface ParkedQuery {
  readonly subscription?: string;
  readonly group?: string;
  readonly type?: string;
  readonly event?: string;
  readonly at?: { readonly topic: string; readonly partition: number; readonly offset: number };
  readonly limit: number;
}

const columns = `p.sub || '~' || p.topic || '~' || p.part || '~' || p.off as id, p.sub as subscription, s.name, s.org as organisation, p.topic,
  p.part as partition, p.off as offset, p.event_id as "eventId", p.source, p.type, p.attempts, encode(p.fingerprint, 'hex') as group, p.error,
  (extract(epoch from p.parked_at) * 1000)::bigint as "parkedAt", p.note, p.assignee,
  (extract(epoch from p.discarded_until) * 1000)::bigint as "discardedUntil", p.payload is not null as "copyKept"`;

/** What is parked, for people. */
export class PostgresParkedStore {
  constructor(private readonly database: Database) {}

  /** Newest first, at most `limit`. */
  async list(query: ParkedQuery): Promise<readonly ParkedRow[]> {
    return this.database.query<ParkedRow>({
      name: 'parked-list',
      text: `select ${columns} from parked p join subscription s on s.id = p.sub
             where ($1::uuid is null or p.sub = $1) and ($2::text is null or p.fingerprint = decode($2, 'hex'))
               and ($3::text is null or p.type = $3) and ($4::text is null or p.event_id = $4)
               and ($5::text is null or (p.topic = $5 and p.part = $6 and p.off = $7))
             order by p.parked_at desc, p.sub, p.topic, p.part, p.off limit $8`,
      values: [
        query.subscription ?? null,
        query.group ?? null,
        query.type ?? null,
        query.event ?? null,
        query.at?.topic ?? null,
        query.at?.partition ?? null,
        query.at?.offset ?? null,
        query.limit,
      ],
    });
  }

  /** Groups, the largest first. */
  async groups(limit: number): Promise<readonly ParkedGroup[]> {
    return this.database.query<ParkedGroup>({
      name: 'parked-groups',
      text: `select encode(p.fingerprint, 'hex') as group, p.sub as subscription, s.name, min(p.type) as type, (array_agg(p.error))[1] as error, count(*) as count,
                    (extract(epoch from min(p.parked_at)) * 1000)::bigint as "firstAt", (extract(epoch from max(p.parked_at)) * 1000)::bigint as "lastAt"
             from parked p join subscription s on s.id = p.sub where p.discarded_until is null
             group by p.fingerprint, p.sub, s.name order by count(*) desc, 1 limit $1`,
      values: [limit],
    });
  }
}

import type { Database } from './database.js';
import type { Queryable } from './statement.js';

/** A subscription whose unread records retention is about to take: from its position up to `to`. */
export interface GapWarning {
  readonly owner: { readonly id: string; readonly org: string };
  readonly from: number;
  readonly to: number;
  /** When the first of it goes, ms since the epoch. */
  readonly expectedAt: number;
}

/** Gaps that retention makes: who is about to be passed by, and who has been told. */
export class PostgresGapStore {
  constructor(private readonly database: Database) {}

  /** Subscriptions, whatever their channel, that stand below `boundary` in one partition and have not ended. */
  async below(
    topic: string,
    partition: number,
    boundary: number,
  ): Promise<readonly { readonly id: string; readonly org: string; readonly next: number }[]> {
    return this.database.query({
      name: 'gap-below',
      text: `select s.id, s.org, p.next from position p join subscription s on s.id = p.sub
             where p.topic = $1 and p.part = $2 and p.behind and p.next < $3 and s.state <> 'ended' limit 10000`,
      values: [topic, partition, boundary],
    });
  }

  /** Notes warnings and answers those to announce: once per position, and at most once a day while a position crawls. */
  async warn(
    tx: Queryable,
    { topic, partition }: { readonly topic: string; readonly partition: number },
    warnings: readonly GapWarning[],
  ): Promise<readonly GapWarning[]> {
    if (warnings.length === 0) return [];
    const rows = await tx.query<{ sub: string }>({
      name: 'gap-warn',
      text: `insert into delivery_gap (sub, topic, part, kind, from_off, to_off, expected_at, announced)
             select c.sub, $1, $2, 'DREIGEND', c.from_off, c.to_off, c.at, true
             from unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[]) as c (sub, from_off, to_off, at)
             where not exists (select from delivery_gap g where g.sub = c.sub and g.topic = $1 and g.part = $2 and g.kind = 'DREIGEND'
               and (g.from_off = c.from_off or g.at > now() - interval '1 day'))
             on conflict do nothing returning sub`,
      values: [
        topic,
        partition,
        warnings.map(({ owner }) => owner.id),
        warnings.map(({ from }) => from),
        warnings.map(({ to }) => to),
        warnings.map(({ expectedAt }) => new Date(expectedAt)),
      ],
    });
    const fresh = new Set(rows.map(({ sub }) => sub));
    return warnings.filter(({ owner }) => fresh.has(owner.id));
  }
}

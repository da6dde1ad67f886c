import type { Database } from './database.js';
import type { Queryable } from './statement.js';

/** One attempt, as the audit trail told it. `at` in ms; `auditRef` is the id of the line. */
export interface LoggedDelivery {
  readonly subscription: string;
  readonly eventId: string;
  readonly attempt: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly at: number;
  readonly replay: string | null;
  readonly auditRef: string;
}

/** Attempts, for search: a projection of the audit topic, partitioned by the (UTC) day of the attempt. */
export class PostgresDeliveryLog {
  constructor(private readonly database: Database) {}

  /** Adds attempts; one that is there already stays as it is. The days of `rows` must have their partitions. */
  async add(tx: Queryable, rows: readonly LoggedDelivery[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query({
      name: 'delivery-log-add',
      text: `insert into delivery_log (day, sub, event_id, attempt, outcome, status, at, replay, audit_ref)
             select (r.at at time zone 'UTC')::date, r.sub, r.event_id, r.attempt, r.outcome, r.status, r.at, r.replay, r.ref
             from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::timestamptz[], $7::text[], $8::text[])
               as r (sub, event_id, attempt, outcome, status, at, replay, ref)
             on conflict do nothing`,
      values: [
        rows.map((r) => r.subscription),
        rows.map((r) => r.eventId),
        rows.map((r) => r.attempt),
        rows.map((r) => r.outcome),
        rows.map((r) => r.status),
        rows.map((r) => new Date(r.at)),
        rows.map((r) => r.replay),
        rows.map((r) => r.auditRef),
      ],
    });
  }

  /** Attempts of one subscription, newest first, older than `before` (ms) when given. */
  async list(
    subscription: string,
    {
      before,
      event,
      limit,
    }: { readonly before?: number | undefined; readonly event?: string | undefined; readonly limit: number },
  ): Promise<readonly LoggedDelivery[]> {
    const rows = await this.database.query<Omit<LoggedDelivery, 'at' | 'subscription'> & { at: Date }>({
      name: 'delivery-log-list',
      text: `select event_id as "eventId", attempt, outcome, status, at, replay, audit_ref as "auditRef" from delivery_log
             where sub = $1 and ($2::timestamptz is null or at < $2) and ($3::text is null or event_id = $3) order by at desc, attempt desc limit $4`,
      values: [subscription, before === undefined ? null : new Date(before), event ?? null, limit],
    });
    return rows.map((row) => ({ ...row, subscription, at: row.at.getTime() }));
  }
}

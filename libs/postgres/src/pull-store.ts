import type { Database } from './database.js';
import type { Queryable } from './statement.js';
import type { ParkedRecord } from './position-store.js';

/** What one page moved in one partition: from where, to where, and what became of what matched. */
export interface PullMove {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly delivered: number;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly parked: readonly {
    readonly offset: number;
    readonly key: string;
    readonly eventId: string;
    readonly record: ParkedRecord;
  }[];
}

/** Positions of subscriptions that pull: moved by the subscriber's own acknowledgement, by any process. */
export class PostgresPullStore {
  constructor(private readonly database: Database) {}

  async positions(
    subscription: string,
  ): Promise<readonly { readonly topic: string; readonly partition: number; readonly next: number }[]> {
    return this.database.query({
      name: 'pull-positions',
      text: 'select topic, part as partition, next from position where sub = $1 order by topic, part',
      values: [subscription],
    });
  }

  /** Acknowledges pages: each partition moves only from where it stands, so the same cursor twice counts once. Answers how many moved. */
  async acknowledge(subscription: string, moves: readonly PullMove[]): Promise<number> {
    return this.database.transaction(async (tx) => {
      let moved = 0;
      for (const move of moves) if (await this.move(tx, subscription, move)) moved += 1;
      return moved;
    });
  }

  private async move(
    tx: Queryable,
    subscription: string,
    { topic, partition, from, to, delivered, suppressed, parked }: PullMove,
  ): Promise<boolean> {
    const rules = Object.entries(suppressed);
    const kept = rules.reduce((sum, [, n]) => sum + n, 0);
    const rows = await tx.query({
      name: 'pull-move',
      text: `update position set next = $5, matched = matched + $6, delivered = delivered + $7, suppressed = suppressed + $8, updated = now()
             where sub = $1 and topic = $2 and part = $3 and next = $4 returning sub`,
      values: [subscription, topic, partition, from, to, delivered + kept + parked.length, delivered, kept],
    });
    if (rows.length === 0) return false;
    if (kept > 0) {
      await tx.query({
        name: 'pull-suppressed',
        text: `insert into suppression as s (sub, topic, part, rule, n) select $1, $2, $3, r.rule, r.n from unnest($4::text[], $5::bigint[]) as r (rule, n)
               on conflict (sub, topic, part, rule) do update set n = s.n + excluded.n`,
        values: [subscription, topic, partition, rules.map(([rule]) => rule), rules.map(([, n]) => n)],
      });
    }
    for (const { offset, key, eventId, record } of parked) {
      await tx.query({
        name: 'pull-parked',
        text: `insert into parked (sub, topic, part, off, event_id, source, type, key, attempts, fingerprint, error, payload, parked_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10::jsonb, $11, $12)`,
        values: [
          subscription,
          topic,
          partition,
          offset,
          eventId,
          record.source,
          record.type,
          Buffer.from(key),
          Buffer.from(record.fingerprint),
          JSON.stringify(record.error),
          record.payload ? Buffer.from(record.payload) : null,
          new Date(record.at),
        ],
      });
    }
    return true;
  }
}

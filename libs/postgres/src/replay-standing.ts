import type { Database } from './database.js';

/** Up to where a partition is settled for one subscription: everything below `next` is settled or an exception. */
export interface StandingPosition {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** A parked event that may be replayed. `payload` is the sealed copy; `group` its fingerprint in hex; `parkedAt` in ms. */
export interface ParkedEvent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly key: string;
  readonly group: string;
  readonly parkedAt: number;
}

/** How events stand towards one subscription: read from the positions and the exceptions, never from counters. */
export class PostgresReplayStanding {
  constructor(private readonly database: Database) {}

  /** Per partition of these topics; one that delivery never owned is not there, and so nothing of it is settled. */
  async positions(subscription: string, topics: readonly string[]): Promise<readonly StandingPosition[]> {
    return this.database.query<StandingPosition>({
      name: 'replay-standing-positions',
      // A subscription with nothing open stands where its partition stands.
      text: `select o.topic, o.part as partition, case when p.behind then p.next else greatest(o.next, coalesce(p.next, 0)) end as next
             from partition_owner o left join position p on p.sub = $1 and p.topic = o.topic and p.part = o.part
             where o.consumer = 'delivery' and o.topic = any($2)`,
      values: [subscription, topics],
    });
  }

  /** Events that wait behind a key: the live delivery will bring them. At most `limit`, oldest first per partition. */
  async held(subscription: string, limit: number): Promise<readonly StandingPosition[]> {
    return this.database.query<StandingPosition>({
      name: 'replay-standing-held',
      text: 'select topic, part as partition, off as next from held_event where sub = $1 order by topic, part, off limit $2',
      values: [subscription, limit],
    });
  }

  /** Parked events that nobody discarded, in log order. */
  async parked(subscription: string, limit: number): Promise<readonly ParkedEvent[]> {
    return this.database.query<ParkedEvent>({
      name: 'replay-standing-parked',
      text: `select topic, part as partition, off as offset, event_id as "eventId", source, type, convert_from(key, 'UTF8') as key,
                    encode(fingerprint, 'hex') as group, (extract(epoch from parked_at) * 1000)::bigint as "parkedAt"
             from parked where sub = $1 and discarded_until is null order by topic, part, off limit $2`,
      values: [subscription, limit],
    });
  }

  /** The sealed copy of a parked event; undefined when it is not parked, or has none. */
  async payload(
    subscription: string,
    at: { readonly topic: string; readonly partition: number; readonly offset: number },
  ): Promise<Buffer | undefined> {
    const rows = await this.database.query<{ payload: Buffer | null }>({
      name: 'replay-standing-payload',
      text: 'select payload from parked where sub = $1 and topic = $2 and part = $3 and off = $4',
      values: [subscription, at.topic, at.partition, at.offset],
    });
    return rows[0]?.payload ?? undefined;
  }
}

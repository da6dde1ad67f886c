import type { Database } from './database.js';

/** Where a partition stands for one subscription: it begins at `start`, and everything below `next` is settled or an exception. */
export interface StandingPosition {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
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

export interface StandingException {
  readonly offset: number;
  readonly kind: 'parked' | 'discarded' | 'waiting';
}

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** How events stand towards one subscription: read from the positions and the exceptions, never from counters. */
export class PostgresReplayStanding {
  constructor(private readonly database: Database) {}

  /** Per partition of these topics; one that delivery never owned is not there, and so nothing of it is settled. */
  async positions(subscription: string, topics: readonly string[]): Promise<readonly StandingPosition[]> {
    return this.database.query<StandingPosition>({
      name: 'replay-standing-positions',
      // A subscription with nothing open stands where its partition stands.
      text: `select o.topic, o.part as partition, coalesce(p.start, 0) as start, case when p.behind then p.next else greatest(o.next, coalesce(p.next, 0)) end as next
             from partition_owner o left join position p on p.sub = $1 and p.topic = o.topic and p.part = o.part
             where o.consumer = 'delivery' and o.topic = any($2)`,
      values: [subscription, topics],
    });
  }

  /** What stands apart from the position in one partition: parked, discarded, or waiting behind a key. */
  async exceptions(subscription: string, topic: string, partition: number): Promise<readonly StandingException[]> {
    return this.database.query<StandingException>({
      name: 'replay-standing-exceptions',
      text: `select off as offset, case when discarded_until is null then 'parked' else 'discarded' end as kind from parked
             where sub = $1 and topic = $2 and part = $3
             union all select off, 'waiting' from held_event where sub = $1 and topic = $2 and part = $3`,
      values: [subscription, topic, partition],
    });
  }

  /** Parked events that nobody discarded, in log order, a page after `after`. */
  async parked(
    subscription: string,
    { after, limit }: { readonly after?: Place | undefined; readonly limit: number },
  ): Promise<readonly ParkedEvent[]> {
    return this.database.query<ParkedEvent>({
      name: 'replay-standing-parked',
      // Topics in the order of their bytes, as everywhere else a plan is put in order.
      text: `select topic, part as partition, off as offset, event_id as "eventId", source, type, convert_from(key, 'UTF8') as key,
                    encode(fingerprint, 'hex') as group, (extract(epoch from parked_at) * 1000)::bigint as "parkedAt"
             from parked where sub = $1 and discarded_until is null
               and ($2::text is null or (topic collate "C", part, off) > ($2 collate "C", $3::int, $4::bigint))
             order by topic collate "C", part, off limit $5`,
      values: [subscription, after?.topic ?? null, after?.partition ?? null, after?.offset ?? null, limit],
    });
  }

  /** Of these places, those that are still parked and not discarded: what a run may still send of its parked items. */
  async stillParked(subscription: string, places: readonly Place[]): Promise<readonly Place[]> {
    return this.database.query<Place>({
      name: 'replay-standing-still',
      text: `select p.topic, p.part as partition, p.off as offset from parked p join unnest($2::text[], $3::int[], $4::bigint[]) as d (topic, part, off)
               on p.topic = d.topic and p.part = d.part and p.off = d.off where p.sub = $1 and p.discarded_until is null`,
      values: [subscription, places.map((p) => p.topic), places.map((p) => p.partition), places.map((p) => p.offset)],
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

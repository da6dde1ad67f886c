import type { Queryable } from './statement.js';

export interface ParkedKey {
  readonly topic: string;
  readonly part: number;
  readonly key: Buffer;
}

/**
 * Lets keys of one subscription go on when nothing of them is parked any more (what was discarded does not count). The owner of the
 * partition looks for released keys and takes them on from their first held event, which tells the receiver of what was discarded in
 * front of it, and of what it had not been told before. Answers which were let go.
 */
export async function releaseKeys(
  tx: Queryable,
  subscription: string,
  keys: readonly ParkedKey[],
): Promise<readonly ParkedKey[]> {
  if (keys.length === 0) return [];
  return tx.query<ParkedKey>({
    name: 'parked-release-keys',
    text: `update held_key h set state = 'released', next_at = null,
             gap = (select jsonb_agg(told.gap order by (told.gap->>'offset')::bigint) from (
                      select g as gap from jsonb_array_elements(coalesce(h.gap, '[]')) as g
                      union select jsonb_build_object('offset', p.off, 'eventId', p.event_id) from parked p
                      where p.sub = h.sub and p.topic = h.topic and p.part = h.part and p.key = h.key and p.discarded_at >= h.since) told)
           from (select distinct * from unnest($2::text[], $3::int[], $4::bytea[]) as k (topic, part, key)) g
           where h.sub = $1 and h.topic = g.topic and h.part = g.part and h.key = g.key and h.state = 'parked'
             and not exists (select from parked p where p.sub = h.sub and p.topic = h.topic and p.part = h.part and p.key = h.key
                             and p.discarded_until is null)
           returning h.topic, h.part, h.key`,
    values: [subscription, keys.map((k) => k.topic), keys.map((k) => k.part), keys.map((k) => k.key)],
  });
}

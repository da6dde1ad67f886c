import { releaseKeys, type ParkedKey } from './release-keys.js';
import type { Queryable } from './statement.js';

/** One group by its fingerprint (hex), or one parked event by its place. */
export type ParkedSelection =
  | { readonly group: string }
  | {
      readonly subscription: string;
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
    };

/** What an act came to in one subscription. `keysFreed`: keys that go on; `eventsBehind`: events that wait behind them. */
export interface ParkedActed {
  readonly subscription: string;
  readonly events: number;
  readonly keysFreed: number;
  readonly eventsBehind: number;
}

export interface Discard {
  readonly by: string;
  readonly reason: string;
  /** ms; `until` is when it can no longer be undone. */
  readonly at: number;
  readonly until: number;
}

const selected = `(($1::text is not null and p.fingerprint = decode($1, 'hex'))
             or ($2::uuid is not null and p.sub = $2 and p.topic = $3 and p.part = $4 and p.off = $5))`;

const valuesOf = (s: ParkedSelection): readonly unknown[] =>
  'group' in s ? [s.group, null, null, null, null] : [null, s.subscription, s.topic, s.partition, s.offset];

/** The subscriptions a selection touches, with how many events of it stand parked and how many are discarded. */
export async function parkedStanding(
  tx: Queryable,
  selection: ParkedSelection,
): Promise<
  readonly {
    readonly subscription: string;
    readonly name: string;
    readonly parked: number;
    readonly discarded: number;
    readonly eventId: string;
  }[]
> {
  return tx.query({
    name: 'parked-standing',
    text: `select p.sub as subscription, s.name, count(*) filter (where p.discarded_until is null) as parked,
                  count(*) filter (where p.discarded_until is not null) as discarded, min(p.event_id) as "eventId"
           from parked p join subscription s on s.id = p.sub where ${selected} group by p.sub, s.name order by p.sub`,
    values: valuesOf(selection),
  });
}

/**
 * Sets events aside: they count as discarded and not as parked, and can be restored until `until`. A key that was held by one of them
 * goes on (order policy `hold`).
 */
export async function discardParked(
  tx: Queryable,
  selection: ParkedSelection,
  { by, reason, at, until }: Discard,
): Promise<readonly ParkedActed[]> {
  const gone = await tx.query<ParkedKey & { sub: string }>({
    name: 'parked-discard',
    text: `update parked p set discarded_until = $6, discarded_at = $7, discarded_by = $8, discard_reason = $9
           where ${selected} and p.discarded_until is null returning p.sub, p.topic, p.part, p.key`,
    values: [...valuesOf(selection), new Date(until), new Date(at), by, reason],
  });
  const acted: ParkedActed[] = [];
  for (const [subscription, rows] of bySubscription(gone)) {
    const freed = await releaseKeys(tx, subscription, rows);
    acted.push({
      subscription,
      events: rows.length,
      keysFreed: freed.length,
      eventsBehind: await behind(tx, subscription, freed),
    });
  }
  return acted;
}

/** Undoes a discard that can still be undone. The key is not held again: what stood behind it may have gone. */
export async function restoreParked(
  tx: Queryable,
  selection: ParkedSelection,
  at: number,
): Promise<readonly ParkedActed[]> {
  const back = await tx.query<ParkedKey & { sub: string }>({
    name: 'parked-restore',
    text: `update parked p set discarded_until = null, discarded_at = null, discarded_by = null, discard_reason = null
           where ${selected} and p.discarded_until > $6 and p.erased_at is null returning p.sub, p.topic, p.part, p.key`,
    values: [...valuesOf(selection), new Date(at)],
  });
  return [...bySubscription(back)].map(([subscription, rows]) => ({
    subscription,
    events: rows.length,
    keysFreed: 0,
    eventsBehind: 0,
  }));
}

/** What is said of a whole group, or of one event. `null` takes it away; a member that is left out stays. */
export interface Remark {
  readonly note?: string | null;
  readonly assignee?: string | null;
  readonly by: string;
  /** ms */
  readonly at: number;
}

/** Writes a note or an assignee. Answers how many subscriptions it touched: 0 when nothing is selected. */
export async function remarkParked(tx: Queryable, selection: ParkedSelection, remark: Remark): Promise<number> {
  const { note, assignee } = remark;
  if (!('group' in selection)) {
    const rows = await tx.query({
      name: 'parked-remark',
      text: `update parked p set note = case when $6 then $7 else p.note end, assignee = case when $8 then $9 else p.assignee end
             where ${selected} returning p.sub`,
      values: [...valuesOf(selection), note !== undefined, note ?? null, assignee !== undefined, assignee ?? null],
    });
    return rows.length;
  }
  const rows = await tx.query({
    name: 'parked-group-remark',
    text: `insert into parked_group as g (fingerprint, sub, note, assignee, changed_by, changed_at)
           select distinct p.fingerprint, p.sub, $3::text, $5::text, $6::text, $7::timestamptz from parked p where p.fingerprint = decode($1, 'hex')
           on conflict (fingerprint, sub) do update set note = case when $2 then excluded.note else g.note end,
             assignee = case when $4 then excluded.assignee else g.assignee end, changed_by = excluded.changed_by, changed_at = excluded.changed_at
           returning g.sub`,
    values: [
      selection.group,
      note !== undefined,
      note ?? null,
      assignee !== undefined,
      assignee ?? null,
      remark.by,
      new Date(remark.at),
    ],
  });
  return rows.length;
}

/** Takes payload and note from what was discarded and can no longer be restored, at most `limit` at a time. Answers per subscription. */
export async function eraseDiscarded(
  tx: Queryable,
  at: number,
  limit: number,
): Promise<readonly { readonly subscription: string; readonly events: number }[]> {
  return tx.query({
    name: 'parked-erase',
    text: `with due as (select sub, topic, part, off from parked where discarded_until <= $1 and erased_at is null
                        order by discarded_until limit $2 for update skip locked),
             erased as (update parked p set payload = null, note = null, error = jsonb_build_object('class', p.error->>'class', 'reason', 'erased'),
                          erased_at = $1 from due d
                        where p.sub = d.sub and p.topic = d.topic and p.part = d.part and p.off = d.off returning p.sub)
           select sub as subscription, count(*) as events from erased group by sub order by sub`,
    values: [new Date(at), limit],
  });
}

function bySubscription<T extends { readonly sub: string }>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.sub, [...(groups.get(row.sub) ?? []), row]);
  return groups;
}

async function behind(tx: Queryable, subscription: string, keys: readonly ParkedKey[]): Promise<number> {
  if (keys.length === 0) return 0;
  const [row] = await tx.query<{ n: number }>({
    name: 'parked-behind',
    text: `select count(*) as n from held_event h join unnest($2::text[], $3::int[], $4::bytea[]) as k (topic, part, key)
             on h.topic = k.topic and h.part = k.part and h.key = k.key where h.sub = $1`,
    values: [subscription, keys.map((k) => k.topic), keys.map((k) => k.part), keys.map((k) => k.key)],
  });
  return row?.n ?? 0;
}

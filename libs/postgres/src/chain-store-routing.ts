import { jsonText } from './chain-row.js';
import type { Queryable } from './statement.js';

/** An event kept for a key, as the log gave it. */
export interface EarlyEvent {
  readonly key: string;
  /** `park`: the digest of the event. `offer`: the instance it started, which needs no offer itself. */
  readonly token: string;
  readonly kind: 'park' | 'offer';
  readonly chain: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}

/** An early event and an instance that answers to its key now. */
export interface Claimed extends EarlyEvent {
  readonly instance: string;
}

/** Where a round of early events ended. */
export interface ClaimedCursor {
  readonly key: string;
  readonly token: string;
  readonly instance: string;
}

/** Offers that one key can have for one instance: the newest, of which one is enough to overtake. */
const offersMax = 16;

/** Who answers to which key, and what waits for somebody who does. */
export class PostgresChainRouting {
  constructor(private readonly database: Queryable) {}

  /** The instances that answer to each of the keys. */
  async holders(
    keys: readonly string[],
    tx: Queryable = this.database,
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    if (keys.length === 0) return new Map();
    const rows = await tx.query<{ ck: string; id: string }>({
      name: 'chain-holders',
      text: 'select ck, id from chain_correlation where ck = any($1::uuid[])',
      values: [keys],
    });
    const holders = new Map<string, string[]>();
    for (const { ck, id } of rows) holders.set(ck, [...(holders.get(ck) ?? []), id]);
    return holders;
  }

  async keep(tx: Queryable, events: readonly EarlyEvent[], now: number): Promise<void> {
    if (events.length === 0) return;
    await tx.query({
      name: 'chain-park',
      text: `insert into chain_parked (ck, token, kind, chain, headers, value, received)
             select p.*, $7 from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::bytea[]) as p on conflict do nothing`,
      values: [
        events.map((e) => e.key),
        events.map((e) => e.token),
        events.map((e) => e.kind),
        events.map((e) => e.chain),
        events.map((e) => jsonText(e.headers)),
        events.map((e) => e.value),
        new Date(now),
      ],
    });
  }

  /** These events have reached an instance: they are not early any more. */
  async unpark(tx: Queryable, tokens: readonly string[]): Promise<void> {
    if (tokens.length === 0) return;
    await tx.query({
      name: 'chain-unpark',
      text: `delete from chain_parked where token = any($1::uuid[]) and kind = 'park'`,
      values: [tokens],
    });
  }

  /**
   * Parked events that somebody answers to by now; of these keys, or of all. Both sides ask after their commit (the router for what it
   * parked, the engine for the keys it added), so whoever commits last sees the other.
   */
  async claimedParked(page: {
    readonly limit: number;
    readonly keys?: readonly string[];
    readonly after?: ClaimedCursor;
  }): Promise<readonly Claimed[]> {
    const { limit, keys, after } = page;
    const none = '00000000-0000-0000-0000-000000000000';
    return this.database.query<Claimed & object>({
      name: keys ? 'chain-claimed-keys' : 'chain-claimed',
      text: `select p.ck as key, p.token, p.kind, p.chain, p.headers, p.value, c.id as instance
               from chain_parked p join chain_correlation c on c.ck = p.ck
              where p.kind = 'park' and (p.ck, p.token, c.id) > ($2::uuid, $3::uuid, $4::uuid) ${keys ? 'and p.ck = any($5::uuid[])' : ''}
              order by p.ck, p.token, c.id limit $1`,
      values: [limit, after?.key ?? none, after?.token ?? none, after?.instance ?? none, ...(keys ? [keys] : [])],
    });
  }

  /** Offers to whoever answers to these keys by now, but for who started with it; the newest of each key. */
  async offeredTo(keys: readonly string[]): Promise<readonly Claimed[]> {
    return this.database.query<Claimed & object>({
      name: 'chain-offered-keys',
      text: `select k.ck as key, p.token, 'offer' as kind, p.chain, p.headers, p.value, c.id as instance
               from unnest($1::uuid[]) as k (ck)
              cross join lateral (select * from chain_parked q where q.ck = k.ck and q.kind = 'offer' order by q.received desc limit ${offersMax}) as p
               join chain_correlation c on c.ck = k.ck and c.id <> p.token`,
      values: [keys],
    });
  }

  /** Offers to instances that answer to their keys by now, but for who started with it; of one partition, or of all. The newest first. */
  async offered(limit: number, part?: number): Promise<readonly Claimed[]> {
    return this.database.query<Claimed & object>({
      name: 'chain-offered',
      text: `select p.ck as key, p.token, p.kind, p.chain, p.headers, p.value, c.id as instance
               from chain_parked p join chain_correlation c on c.ck = p.ck and c.id <> p.token
              where p.kind = 'offer' and ($2::smallint is null or c.part = $2) order by p.received desc limit $1`,
      values: [limit, part ?? null],
    });
  }

  /** Forgets offers received before `until` (ms): all who could still have claimed them have been read. */
  async expireOffers(until: number): Promise<void> {
    await this.database.query({
      name: 'chain-offers-expire',
      text: `delete from chain_parked where kind = 'offer' and received < $1`,
      values: [new Date(until)],
    });
  }

  /** A parked event, by the digest of its source and id. */
  async parked(tx: Queryable, event: string): Promise<Pick<EarlyEvent, 'chain' | 'headers' | 'value'> | undefined> {
    const rows = await tx.query<Pick<EarlyEvent, 'chain' | 'headers' | 'value'>>({
      name: 'chain-parked-one',
      text: `select chain, headers, value from chain_parked where token = $1 and kind = 'park' limit 1`,
      values: [event],
    });
    return rows[0];
  }

  /** Makes an incident of each parked event older than the policy age; answers how many. Once per event: it stays parked as well. */
  async tellOverdue(receivedBefore: number, now: number): Promise<number> {
    const rows = await this.database.query({
      name: 'chain-parked-overdue',
      text: `with overdue as (
               update chain_parked set told = $2 where kind = 'park' and received < $1 and told is null returning chain, token, headers)
             insert into chain_incident (part, id, chain, fingerprint, error, input, behind, opened)
             select -1, null, chain, decode(md5(chain || 'early'), 'hex'), 'no instance answers to this event',
                    jsonb_build_object('kind', 'early', 'event', token, 'headers', headers), false, $2 from overdue returning n`,
      values: [new Date(receivedBefore), new Date(now)],
    });
    return rows.length;
  }

  /** Makes an incident of each event that several instances answer to by a key that only one may have. */
  async tellAmbiguous(tx: Queryable, events: readonly Omit<EarlyEvent, 'kind'>[], now: number): Promise<void> {
    if (events.length === 0) return;
    await tx.query({
      name: 'chain-ambiguous',
      text: `insert into chain_incident (part, id, chain, fingerprint, error, input, behind, opened)
             select -1, null, chain, decode(md5(chain || 'ambiguous'), 'hex'), 'several instances answer to this event',
                    jsonb_build_object('kind', 'ambiguous', 'event', token, 'headers', headers), false, $4
               from unnest($1::text[], $2::uuid[], $3::jsonb[]) as e (chain, token, headers)`,
      values: [
        events.map((e) => e.chain),
        events.map((e) => e.token),
        events.map((e) => jsonText(e.headers)),
        new Date(now),
      ],
    });
  }

  /** Notes that everything of an intake partition before `next` stands in keten.in. */
  async routed(
    tx: Queryable,
    place: { readonly topic: string; readonly partition: number; readonly next: number },
  ): Promise<void> {
    await tx.query({
      name: 'chain-routed',
      text: `insert into chain_routed (topic, part, next) values ($1, $2, $3)
             on conflict (topic, part) do update set next = greatest(chain_routed.next, excluded.next)`,
      values: [place.topic, place.partition, place.next],
    });
  }

  async routedTo(
    topics: readonly string[],
  ): Promise<readonly { readonly topic: string; readonly partition: number; readonly next: number }[]> {
    return this.database.query<{ topic: string; partition: number; next: number }>({
      name: 'chain-routed-to',
      text: 'select topic, part as partition, next from chain_routed where topic = any($1::text[])',
      values: [topics],
    });
  }
}

import type { Database } from './database.js';

/** One subscription as it stands now: every number from the stores, none from a counter in a process. */
export interface FlowRow {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly channel: string;
  readonly state: string;
  readonly circuit: { readonly kind: string };
  readonly matched: number;
  readonly delivered: number;
  readonly suppressed: number;
  readonly held: number;
  readonly parked: number;
  readonly discarded: number;
  /** I5: must be 0, in every partition. */
  readonly difference: number;
  /** Since when the oldest key of it is held (ms); null: none is. */
  readonly heldSince: number | null;
  readonly suppressedBy: Readonly<Record<string, number>>;
  readonly positions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly next: number;
    readonly behind: boolean;
  }[];
}

/** How delivery flows, per subscription. */
export class PostgresFlow {
  constructor(private readonly database: Database) {}

  async list(limit: number): Promise<readonly FlowRow[]> {
    return this.database.query<FlowRow>({
      name: 'flow-list',
      text: `select s.id, s.name, s.org as organisation, s.channel, s.state, jsonb_build_object('kind', coalesce(s.circuit->>'kind', 'closed')) as circuit,
               coalesce(sum(c.matched), 0)::bigint as matched, coalesce(sum(c.delivered), 0)::bigint as delivered, coalesce(sum(c.suppressed), 0)::bigint as suppressed,
               coalesce(sum(c.held), 0)::bigint as held, coalesce(sum(c.parked), 0)::bigint as parked, coalesce(sum(abs(c.difference)), 0)::bigint as difference,
               coalesce(sum(c.discarded), 0)::bigint as discarded,
               (select (extract(epoch from min(h.since)) * 1000)::bigint from held_key h where h.sub = s.id and h.state <> 'free') as "heldSince",
               coalesce((select jsonb_object_agg(r.rule, r.n) from (select rule, sum(n) as n from suppression where sub = s.id group by rule) r), '{}') as "suppressedBy",
               coalesce((select jsonb_agg(jsonb_build_object('topic', p.topic, 'partition', p.part, 'behind', p.behind,
                   'next', case when p.behind then p.next else greatest(p.next, coalesce(o.next, 0)) end) order by p.topic, p.part)
                 from position p left join partition_owner o on o.consumer = 'delivery' and o.topic = p.topic and o.part = p.part where p.sub = s.id), '[]') as positions
             from subscription s left join delivery_conservation c on c.sub = s.id
             where s.state <> 'ended' group by s.id order by s.org, s.name limit $1`,
      values: [limit],
    });
  }
}

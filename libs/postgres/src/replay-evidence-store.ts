import type { After, Before, Evidence, ItemState } from '@kruispunt/delivery';
import { copyLine } from './copy-in.js';
import type { Database } from './database.js';

/** An item of a run with the audit lines about it and how the stores see it now. */
export interface EvidencedItem {
  readonly n: number;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly before: Before;
  readonly state: ItemState;
  readonly reason: string | null;
  readonly after: After;
  readonly references: readonly string[];
  readonly delivered: readonly boolean[];
}

const deletedAtOnce = 50_000;

/** Audit lines of one verification, and what they say of its items. Whoever adds them drops them. */
export class PostgresReplayEvidence {
  constructor(private readonly database: Database) {}

  /** Adds lines to a verification that has `before` of them. */
  async add(verification: string, before: number, lines: readonly Evidence[], at: number): Promise<void> {
    const when = new Date(at);
    const rows = lines.map(({ source, id, reference, delivered }, i) =>
      copyLine([verification, before + i, source, id, reference, delivered ? 't' : 'f', when]),
    );
    const text = 'copy replay_evidence (verification, line, source, event_id, reference, delivered, at) from stdin';
    await this.database.copyIn('replay-evidence-add', text, rows.join(''));
  }

  /** Items of a plan after item `after`, in order. What was discarded since is parked all the same: it has not left. */
  async items(
    verification: string,
    { plan, subscription }: { readonly plan: string; readonly subscription: string },
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<readonly EvidencedItem[]> {
    return this.database.query<EvidencedItem>({
      name: 'replay-evidence-items',
      text: `select i.n, i.event_id as id, i.source, i.type, i.before, i.state, i.reason,
                    case when h.off is not null then 'waiting' when p.off is not null then 'parked' else 'settled' end as after,
                    coalesce(e.lines, '{}') as references, coalesce(e.delivered, '{}') as delivered
             from (select * from replay_item where plan = $2 and n > $4 order by n limit $5) i
             left join lateral (
               select array_agg(reference order by line) as lines, array_agg(delivered order by line) as delivered
               from replay_evidence where verification = $1 and event_id = i.event_id and source = i.source) e on true
             left join parked p on p.sub = $3 and p.topic = i.topic and p.part = i.part and p.off = i.off
             left join held_event h on h.sub = $3 and h.topic = i.topic and h.part = i.part and h.off = i.off
             order by i.n`,
      values: [verification, plan, subscription, after, limit],
    });
  }

  /** Lines about events that are not in the plan, in log order, at most `limit`. */
  async outside(verification: string, plan: string, limit: number): Promise<readonly Evidence[]> {
    return this.database.query<Evidence>({
      name: 'replay-evidence-outside',
      text: `select reference, event_id as id, source, delivered from replay_evidence e
             where verification = $1
               and not exists (select from replay_item i where i.plan = $2 and i.event_id = e.event_id and i.source = e.source)
             order by line limit $3`,
      values: [verification, plan, limit],
    });
  }

  /** Lets the lines of a verification go. */
  async drop(verification: string): Promise<void> {
    await this.dropAll({ name: 'replay-evidence-drop', among: 'verification = $1', value: verification });
  }

  /** Lets go what verifications left behind that began before `at` (ms): their process died. */
  async dropAbandoned(at: number): Promise<void> {
    await this.dropAll({ name: 'replay-evidence-abandoned', among: 'at < $1', value: new Date(at) });
  }

  private async dropAll(which: {
    readonly name: string;
    readonly among: string;
    readonly value: unknown;
  }): Promise<void> {
    const text = `delete from replay_evidence where ctid = any(array(select ctid from replay_evidence where ${which.among} limit $2)) returning 1`;
    for (let gone = deletedAtOnce; gone === deletedAtOnce;)
      gone = (await this.database.query({ name: which.name, text, values: [which.value, deletedAtOnce] })).length;
  }
}

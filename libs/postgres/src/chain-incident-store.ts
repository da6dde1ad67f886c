import type { Input } from '@kruispunt/chain-engine';
import type { Queryable } from './statement.js';

/** An input that waits, and behind what. */
export interface WaitingInput {
  readonly n: number;
  readonly instance: string;
  readonly chain: string;
  readonly error: string;
  readonly behind: boolean;
  readonly input: Input;
}

/** Incidents of one cause. */
export interface IncidentGroup {
  readonly fingerprint: string;
  readonly chain: string;
  readonly error: string;
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
}

export type PauseKind = 'instance' | 'chain' | 'node' | 'participant' | 'partition';
export interface Pause {
  readonly part: number;
  readonly kind: PauseKind;
  readonly key: string;
  readonly since: Date;
}

const waiting = 'n, id as instance, chain, error, behind, input';

/** What waits for a person in one partition: incidents, what stands behind them, and what is paused. */
export class PostgresChainIncidents {
  /** Open inputs of these instances: what failed first, then what came after it, in order. */
  async open(tx: Queryable, part: number, instances: readonly string[]): Promise<readonly WaitingInput[]> {
    if (instances.length === 0) return [];
    return tx.query<WaitingInput>({
      name: 'chain-incident-open-of',
      text: `select ${waiting} from chain_incident where part = $1 and id = any($2::uuid[]) and closed is null order by id, behind, n`,
      values: [part, instances],
    });
  }

  /** Inputs that stand behind nothing any more, of at most `limit` instances: no incident before them, and nothing of theirs paused. */
  async free(tx: Queryable, part: number, limit: number): Promise<readonly WaitingInput[]> {
    return tx.query<WaitingInput>({
      name: 'chain-incident-free',
      text: `with free as (
               select id from chain_incident where part = $1 and closed is null and id is not null
                group by id having bool_and(behind) order by min(n) limit $2)
             select ${waiting} from chain_incident where part = $1 and closed is null and id in (select id from free) order by n`,
      values: [part, limit],
    });
  }

  async close(
    tx: Queryable,
    part: number,
    closing: {
      readonly numbers: readonly number[];
      readonly outcome: string;
      readonly op: string | null;
      readonly at: number;
    },
  ): Promise<void> {
    if (closing.numbers.length === 0) return;
    await tx.query({
      name: 'chain-incident-close',
      text: 'update chain_incident set closed = $3, outcome = $4, op = $5 where part = $1 and n = any($2::bigint[])',
      values: [part, closing.numbers, new Date(closing.at), closing.outcome, closing.op],
    });
  }

  async pauses(tx: Queryable, part?: number): Promise<readonly Pause[]> {
    return tx.query<Pause>({
      name: 'chain-pauses',
      text: 'select part, kind, key, since from chain_pause where $1::smallint is null or part = $1 order by part, kind, key',
      values: [part ?? null],
    });
  }

  async pause(
    tx: Queryable,
    pause: {
      readonly part: number;
      readonly kind: PauseKind;
      readonly key: string;
      readonly op: string;
      readonly at: number;
    },
  ): Promise<void> {
    await tx.query({
      name: 'chain-pause-set',
      text: 'insert into chain_pause (part, kind, key, op, since) values ($1, $2, $3, $4, $5) on conflict do nothing',
      values: [pause.part, pause.kind, pause.key, pause.op, new Date(pause.at)],
    });
  }

  /** False when nothing was paused under this name. */
  async resume(tx: Queryable, pause: Pick<Pause, 'part' | 'kind' | 'key'>): Promise<boolean> {
    const rows = await tx.query({
      name: 'chain-pause-end',
      text: 'delete from chain_pause where part = $1 and kind = $2 and key = $3 returning part',
      values: [pause.part, pause.kind, pause.key],
    });
    return rows.length > 0;
  }

  /** Open incidents by cause, the most frequent first. */
  async groups(tx: Queryable, limit: number): Promise<readonly IncidentGroup[]> {
    return tx.query<IncidentGroup>({
      name: 'chain-incident-groups',
      text: `select encode(fingerprint, 'hex') as fingerprint, chain, min(error) as error, count(*), min(opened) as first, max(opened) as last
               from chain_incident where closed is null and not behind group by fingerprint, chain order by count(*) desc, fingerprint limit $1`,
      values: [limit],
    });
  }
}

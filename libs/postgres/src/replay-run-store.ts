import { parseRamp, rampText, type PauseCause, type Progress, type Ramp } from '@kruispunt/delivery';
import { Problem, problem } from '@kruispunt/problem';
import type { Database } from './database.js';
import { isConflictOn } from './database-problem.js';
import type { Queryable } from './statement.js';

export type RunState = 'running' | 'paused' | 'done' | 'cancelled';

/** A run, as it stands. Instants in ms; `rate` is items per second. */
export interface ReplayRun {
  readonly id: string;
  readonly plan: string;
  readonly subscription: string;
  readonly state: RunState;
  readonly pauseCause: PauseCause | 'operator' | null;
  readonly rate: number;
  readonly inFlightMax: number;
  readonly ramp: Ramp;
  readonly progress: Progress;
  readonly startedBy: string;
  readonly reason: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Where the audit lines of this run begin. */
  readonly auditFrom: { readonly partition: number; readonly offset: number };
  readonly epoch: number;
}

interface RunRow {
  id: string;
  plan: string;
  sub: string;
  state: RunState;
  pause_cause: ReplayRun['pauseCause'];
  rate: number;
  in_flight_max: number;
  ramp: string;
  step: number;
  settled_in_step: number;
  failed_in_step: number;
  last: string;
  started_by: string;
  reason: string;
  started_at: Date;
  ended_at: Date | null;
  audit_part: number;
  audit_off: number;
  epoch: number;
}

const runColumns = `id, plan, sub, state, pause_cause, rate, in_flight_max, ramp, step, settled_in_step, failed_in_step, last, started_by,
  reason, started_at, ended_at, audit_part, audit_off, epoch`;

export type NewRun = Pick<
  ReplayRun,
  'id' | 'plan' | 'subscription' | 'rate' | 'inFlightMax' | 'ramp' | 'startedBy' | 'reason' | 'startedAt' | 'auditFrom'
>;

/** Runs: one active per subscription; owned by one process at a time through a lease and an epoch. */
export class PostgresReplayRunStore {
  constructor(private readonly database: Database) {}

  /**
   * Takes a plan that may run: not expired, the digest it was approved with, approved when it has causes, and nothing else active for
   * its subscription. Throws `not-found`, `plan-changed`, `approval-required`, or `run-active` with the run that is in the way.
   */
  async take(tx: Queryable, id: string, seen: { readonly digest: string; readonly at: number }): Promise<void> {
    const plans = await tx.query<{ sub: string; state: string; causes: string[]; digest: string; live: boolean }>({
      name: 'replay-plan-take',
      text: `select sub, state, causes, digest, expires_at > $2 as live from replay_plan where id = $1 and state <> 'freezing' for update`,
      values: [id, new Date(seen.at)],
    });
    const plan = plans[0];
    if (plan === undefined) throw problem('not-found');
    const { state } = plan;
    if (plan.digest !== seen.digest || !plan.live || state === 'rejected' || state === 'started') {
      const reason = { started: 'started already', rejected: 'rejected' }[state] ?? 'expired or another digest';
      throw problem('plan-changed', { reason });
    }
    if (plan.causes.length > 0 && state !== 'approved') throw problem('approval-required', { causes: plan.causes });
    const active = await this.active(plan.sub);
    if (active !== undefined) throw problem('run-active', { run: active });
    await tx.query({
      name: 'replay-plan-started',
      text: `update replay_plan set state = 'started' where id = $1`,
      values: [id],
    });
  }

  /** Starts the run of a plan that was taken in this transaction. Throws `run-active` when somebody else was quicker. */
  async start(tx: Queryable, run: NewRun): Promise<ReplayRun> {
    try {
      const rows = await tx.query<RunRow>({
        name: 'replay-run-start',
        text: `insert into replay_run (id, plan, sub, state, rate, in_flight_max, ramp, started_by, reason, started_at, audit_part, audit_off)
               values ($1, $2, $3, 'running', $4, $5, $6, $7, $8, $9, $10, $11) returning ${runColumns}`,
        values: [
          run.id,
          run.plan,
          run.subscription,
          run.rate,
          run.inFlightMax,
          rampText(run.ramp),
          run.startedBy,
          run.reason,
          new Date(run.startedAt),
          run.auditFrom.partition,
          run.auditFrom.offset,
        ],
      });
      return runOf(rows[0]!);
    } catch (thrown) {
      if (!isConflictOn(thrown, 'replay_run_active')) throw thrown;
      throw problem('run-active', { run: (await this.active(run.subscription)) ?? '' }, thrown);
    }
  }

  private async active(subscription: string): Promise<string | undefined> {
    const rows = await this.database.query<{ id: string }>({
      name: 'replay-run-active',
      text: `select id from replay_run where sub = $1 and state in ('running', 'paused')`,
      values: [subscription],
    });
    return rows[0]?.id;
  }

  async find(id: string): Promise<ReplayRun | undefined> {
    const rows = await this.database.query<RunRow>({
      name: 'replay-run-find',
      text: `select ${runColumns} from replay_run where id = $1 or plan = $1`,
      values: [id],
    });
    return rows[0] && runOf(rows[0]);
  }

  private async inTheWay(subscription: string, cause: unknown): Promise<Problem> {
    const rows = await this.database.query<{ id: string }>({
      name: 'replay-run-active',
      text: `select id from replay_run where sub = $1 and state in ('running', 'paused')`,
      values: [subscription],
    });
    return problem('run-active', { run: rows[0]?.id ?? '' }, cause);
  }

  /** Newest first, at most `limit`. */
  async list(query: {
    readonly activeOnly: boolean;
    readonly since?: number;
    readonly by?: string;
    readonly limit: number;
  }): Promise<readonly ReplayRun[]> {
    const rows = await this.database.query<RunRow>({
      name: 'replay-run-list',
      text: `select ${runColumns} from replay_run
             where (not $1 or state in ('running', 'paused')) and started_at >= $2 and ($3::text is null or started_by = $3)
             order by started_at desc, id limit $4`,
      values: [query.activeOnly, new Date(query.since ?? 0), query.by ?? null, query.limit],
    });
    return rows.map(runOf);
  }

  /** Takes running runs that nobody holds, for `leaseMs`; raises their epoch, so that an old owner writes nothing more. */
  async claim(owner: string, leaseMs: number, limit: number): Promise<readonly ReplayRun[]> {
    const rows = await this.database.query<RunRow>({
      name: 'replay-run-claim',
      text: `update replay_run set owner = $1, epoch = epoch + 1, lease_until = now() + $2 * interval '1 millisecond'
             where id in (select id from replay_run where state = 'running' and (lease_until is null or lease_until < now())
                          order by started_at limit $3 for update skip locked)
             returning ${runColumns}`,
      values: [owner, leaseMs, limit],
    });
    return rows.map(runOf);
  }

  /** Prolongs the lease and reads how the run stands now. Throws `fenced` when another process has taken it. */
  async renew(run: Pick<ReplayRun, 'id' | 'epoch'>, leaseMs: number): Promise<ReplayRun> {
    const rows = await this.database.query<RunRow>({
      name: 'replay-run-renew',
      text: `update replay_run set lease_until = now() + $3 * interval '1 millisecond' where id = $1 and epoch = $2 returning ${runColumns}`,
      values: [run.id, run.epoch, leaseMs],
    });
    if (rows[0] === undefined) throw problem('fenced', { run: run.id });
    return runOf(rows[0]);
  }

  /** How the run stands now, and that it is still ours. Throws `fenced` when another process has taken it. */
  async look(run: Pick<ReplayRun, 'id' | 'epoch'>): Promise<ReplayRun> {
    const rows = await this.database.query<RunRow>({
      name: 'replay-run-look',
      text: `select ${runColumns} from replay_run where id = $1 and epoch = $2`,
      values: [run.id, run.epoch],
    });
    if (rows[0] === undefined) throw problem('fenced', { run: run.id });
    return runOf(rows[0]);
  }

  /** Gives the run back, so that the next process need not wait for the end of the lease. */
  async release(run: Pick<ReplayRun, 'id' | 'epoch'>): Promise<void> {
    await this.database.query({
      name: 'replay-run-release',
      text: 'update replay_run set lease_until = null where id = $1 and epoch = $2',
      values: [run.id, run.epoch],
    });
  }

  /** An operator's verb. Answers the run as it then is, or undefined when its state does not allow the verb. */
  async change(tx: Queryable, id: string, change: RunChange): Promise<ReplayRun | undefined> {
    const { text, values } = changes[change.verb];
    const rows = await tx.query<RunRow>({
      name: `replay-run-${change.verb}`,
      text: `${text} returning ${runColumns}`,
      values: [id, ...values(change)],
    });
    return rows[0] && runOf(rows[0]);
  }
}

/** What an operator may do to a run that is active. `at` in ms. */
export type RunChange =
  | { readonly verb: 'pause' }
  | { readonly verb: 'resume' }
  | { readonly verb: 'cancel'; readonly at: number }
  | { readonly verb: 'rate'; readonly rate: number }
  | { readonly verb: 'ramp'; readonly ramp: Ramp };

const changes: Readonly<
  Record<RunChange['verb'], { readonly text: string; readonly values: (change: RunChange) => readonly unknown[] }>
> = {
  pause: {
    text: `update replay_run set state = 'paused', pause_cause = 'operator' where id = $1 and state = 'running'`,
    values: () => [],
  },
  // A person decided to go on: the outcomes that made it pause are judged no more.
  resume: {
    text: `update replay_run set state = 'running', pause_cause = null, last = '', lease_until = null, epoch = epoch + 1
           where id = $1 and state = 'paused'`,
    values: () => [],
  },
  cancel: {
    text: `update replay_run set state = 'cancelled', ended_at = $2 where id = $1 and state in ('running', 'paused')`,
    values: (change) => (change.verb === 'cancel' ? [new Date(change.at)] : []),
  },
  rate: {
    text: `update replay_run set rate = $2 where id = $1 and state in ('running', 'paused')`,
    values: (change) => (change.verb === 'rate' ? [change.rate] : []),
  },
  // The step it stands in stays; its size and what follows are the new ones.
  ramp: {
    text: `update replay_run set ramp = $2 where id = $1 and state in ('running', 'paused')`,
    values: (change) => (change.verb === 'ramp' ? [rampText(change.ramp)] : []),
  },
};

/** A row of replay_run as a run. */
export function runOf(row: RunRow): ReplayRun {
  const ramp = parseRamp(row.ramp);
  if (ramp instanceof Problem) throw ramp;
  return {
    id: row.id,
    plan: row.plan,
    subscription: row.sub,
    state: row.state,
    pauseCause: row.pause_cause,
    rate: row.rate,
    inFlightMax: row.in_flight_max,
    ramp,
    progress: { step: row.step, settledInStep: row.settled_in_step, failedInStep: row.failed_in_step, last: row.last },
    startedBy: row.started_by,
    reason: row.reason,
    startedAt: row.started_at.getTime(),
    endedAt: row.ended_at?.getTime() ?? null,
    auditFrom: { partition: row.audit_part, offset: row.audit_off },
    epoch: row.epoch,
  };
}

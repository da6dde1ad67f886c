import type { ItemState, PauseCause, Progress } from '@kruispunt/delivery';
import { problem } from '@kruispunt/problem';
import type { Database } from './database.js';
import type { ReplayRun } from './replay-run-store.js';
import { releaseKeys, type ParkedKey } from './release-keys.js';
import type { Queryable } from './statement.js';

/** How one item ended. `parked` names the row of `parked` that it may leave behind when it was delivered. */
export interface SettledItem {
  readonly n: number;
  readonly state: Extract<ItemState, 'delivered' | 'failed' | 'skipped' | 'queued'>;
  readonly reason?: string;
  readonly status?: number;
  readonly auditRef?: string;
  readonly parked?: { readonly topic: string; readonly partition: number; readonly offset: number };
}

/** What a run writes while it runs, every statement under its epoch. */
export class PostgresReplayItemStore {
  constructor(private readonly database: Database) {}

  /** Marks items as being sent, before the first byte goes. Throws `fenced`. */
  async sending(run: Pick<ReplayRun, 'id' | 'plan' | 'epoch'>, items: readonly number[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      await fence(tx, run);
      await tx.query({
        name: 'replay-items-sending',
        text: `update replay_item set state = 'sending' where plan = $1 and n = any($2) and state = 'queued'`,
        values: [run.plan, items],
      });
    });
  }

  /**
   * Settles items, moves the run on, and lets parked events that were delivered leave `parked` (counted as delivered in the position,
   * I5) and their key go on when nothing else of it is parked: one transaction. Throws `fenced`; then nothing was written.
   */
  async settle(
    run: Pick<ReplayRun, 'id' | 'plan' | 'subscription' | 'epoch'>,
    items: readonly SettledItem[],
    moved: {
      readonly progress: Progress;
      readonly pause?: PauseCause | undefined;
      /** Hashes of keys that failed: what stands behind in the plan is not sent (order `preserve`). */
      readonly failedKeys?: readonly string[];
      readonly at: number;
    },
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await fence(tx, run);
      await writeItems(tx, run.plan, items, moved.at);
      await unpark(tx, run.subscription, items);
      await skipBehind(tx, run.plan, moved.failedKeys ?? [], moved.at);
      await tx.query({
        name: 'replay-run-progress',
        text: `update replay_run set step = $2, settled_in_step = $3, failed_in_step = $4, last = $5,
                 state = case when $6::text is not null and state = 'running' then 'paused' else state end,
                 pause_cause = case when $6::text is not null and state = 'running' then $6 else pause_cause end
               where id = $1`,
        values: [
          run.id,
          moved.progress.step,
          moved.progress.settledInStep,
          moved.progress.failedInStep,
          moved.progress.last,
          moved.pause ?? null,
        ],
      });
    });
  }

  /** Ends the run when no item is open any more. Answers whether it did. */
  async finish(run: Pick<ReplayRun, 'id' | 'plan' | 'epoch'>, at: number): Promise<boolean> {
    const rows = await this.database.query({
      name: 'replay-run-finish',
      text: `update replay_run set state = 'done', ended_at = $3, lease_until = null where id = $1 and epoch = $2 and state = 'running'
               and not exists (select from replay_item where plan = $4 and state in ('queued', 'sending')) returning id`,
      values: [run.id, run.epoch, new Date(at), run.plan],
    });
    return rows.length > 0;
  }
}

/** Holds the run's row until the transaction ends, under its epoch: a process that lost the run writes nothing. */
async function fence(tx: Queryable, run: { readonly id: string; readonly epoch: number }): Promise<void> {
  const rows = await tx.query({
    name: 'replay-run-fence',
    text: 'select id from replay_run where id = $1 and epoch = $2 for update',
    values: [run.id, run.epoch],
  });
  if (rows.length === 0) throw problem('fenced', { run: run.id });
}

const writeItems = (tx: Queryable, plan: string, items: readonly SettledItem[], at: number): Promise<unknown> =>
  tx.query({
    name: 'replay-items-settle',
    text: `update replay_item i set state = s.state, reason = s.reason, status = s.status, audit_ref = s.audit_ref, at = $7
           from unnest($2::int[], $3::text[], $4::text[], $5::int[], $6::text[]) as s (n, state, reason, status, audit_ref)
           where i.plan = $1 and i.n = s.n and i.state in ('queued', 'sending')`,
    values: [
      plan,
      items.map((i) => i.n),
      items.map((i) => i.state),
      items.map((i) => i.reason ?? null),
      items.map((i) => i.status ?? null),
      items.map((i) => i.auditRef ?? null),
      new Date(at),
    ],
  });

/** In the transaction of the failure itself: a crash in between would let the next owner send what stands behind it. */
async function skipBehind(tx: Queryable, plan: string, keyHashes: readonly string[], at: number): Promise<void> {
  if (keyHashes.length === 0) return;
  await tx.query({
    name: 'replay-items-skip-behind',
    text: `update replay_item set state = 'skipped', reason = 'behind-a-failure', at = $3
           where plan = $1 and state = 'queued' and key_hash = any($2)`,
    values: [plan, keyHashes, new Date(at)],
  });
}

async function unpark(tx: Queryable, sub: string, items: readonly SettledItem[]): Promise<void> {
  const left = items.flatMap((i) => (i.state === 'delivered' && i.parked ? [i.parked] : []));
  if (left.length === 0) return;
  const gone = await tx.query<ParkedKey>({
    name: 'replay-unpark',
    text: `with gone as (
             delete from parked p using unnest($2::text[], $3::int[], $4::bigint[]) as d (topic, part, off)
             where p.sub = $1 and p.topic = d.topic and p.part = d.part and p.off = d.off returning p.topic, p.part, p.key),
           counted as (
             update position p set delivered = p.delivered + g.n, updated = now()
             from (select topic, part, count(*) as n from gone group by 1, 2) g
             where p.sub = $1 and p.topic = g.topic and p.part = g.part)
           select topic, part, key from gone`,
    values: [sub, left.map((p) => p.topic), left.map((p) => p.partition), left.map((p) => p.offset)],
  });
  await releaseKeys(tx, sub, gone);
}

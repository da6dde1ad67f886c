import type {
  ApprovalCause,
  Before,
  FrozenItem,
  Intent,
  ItemState,
  PlanRequest,
  PlanSummary,
} from '@kruispunt/delivery';
import { problem } from '@kruispunt/problem';
import { copyLine } from './copy-in.js';
import type { Database } from './database.js';
import type { Queryable } from './statement.js';

/** `planned` needs a second person when it has causes; `started` has a run. Whether it expired is told by `expiresAt`. One that is still being frozen is not shown. */
export type PlanState = 'planned' | 'approved' | 'rejected' | 'started';

/** A frozen plan, as it stands. Instants in ms. */
export interface ReplayPlan {
  readonly id: string;
  readonly subscription: string;
  readonly request: PlanRequest;
  readonly digest: string;
  readonly summary: PlanSummary;
  readonly causes: readonly ApprovalCause[];
  readonly state: PlanState;
  readonly requestedBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  readonly decisionReason: string | null;
}

/** One frozen item, as it stands. `n` counts from 1. */
export interface StoredItem {
  readonly n: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly keyHash: string;
  readonly loggedAt: number;
  readonly before: Before;
  readonly state: ItemState;
  readonly reason: string | null;
  readonly status: number | null;
  readonly auditRef: string | null;
}

export interface ItemQuery {
  readonly states?: readonly ItemState[];
  readonly after?: number;
  readonly limit: number;
}

interface PlanRow {
  id: string;
  sub: string;
  intent: Intent;
  request: PlanRequest;
  digest: string;
  summary: PlanSummary;
  causes: ApprovalCause[];
  state: PlanState;
  requested_by: string;
  created_at: Date;
  expires_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
  decision_reason: string | null;
}

const planColumns = `id, sub, intent, request, digest, summary, causes, state, requested_by, created_at, expires_at,
  decided_by, decided_at, decision_reason`;

/** Plans and their items: written once, decided once. */
export class PostgresReplayPlanStore {
  constructor(private readonly database: Database) {}

  /** A plan without items yet: nobody sees it, approves it or starts it before it is sealed. */
  async begin(plan: Pick<ReplayPlan, 'id' | 'request' | 'requestedBy' | 'createdAt' | 'expiresAt'>): Promise<void> {
    const { request } = plan;
    await this.database.query({
      name: 'replay-plan-begin',
      text: `insert into replay_plan (id, sub, intent, order_kind, request, digest, summary, causes, state, requested_by, reason, ticket, created_at, expires_at)
             values ($1, $2, $3, $4, $5::jsonb, '', '{}', '{}', 'freezing', $6, $7, $8, $9, $10)`,
      values: [
        plan.id,
        request.subscription,
        request.intent,
        request.order,
        JSON.stringify(request),
        plan.requestedBy,
        request.reason,
        request.ticket ?? null,
        new Date(plan.createdAt),
        new Date(plan.expiresAt),
      ],
    });
  }

  /** Adds frozen items to a plan that has `before` of them: all of these, or none. */
  async add(plan: string, before: number, items: readonly FrozenItem[]): Promise<void> {
    if (items.length === 0) return;
    const rows = items.map((item, i) => itemLine(plan, before + i + 1, item)).join('');
    await this.database.copyIn('replay-items-save', `copy replay_item (${itemColumns}) from stdin`, rows);
  }

  /** The last item stands: from now on it is a plan. Throws `conflict` when it was removed meanwhile. */
  async seal(
    tx: Queryable,
    id: string,
    frozen: {
      readonly digest: string;
      readonly summary: PlanSummary;
      readonly causes: readonly ApprovalCause[];
      /** It must not be run, and why: an import that came out otherwise. */
      readonly rejected?: { readonly by: string; readonly reason: string; readonly at: number } | undefined;
    },
  ): Promise<ReplayPlan> {
    const { digest, summary, causes, rejected } = frozen;
    const rows = await tx.query<PlanRow>({
      name: 'replay-plan-seal',
      text: `update replay_plan set digest = $2, summary = $3::jsonb, causes = $4, state = $5, decided_by = $6, decided_at = $7, decision_reason = $8
             where id = $1 and state = 'freezing' returning ${planColumns}`,
      values: [
        id,
        digest,
        JSON.stringify(summary),
        causes,
        rejected ? 'rejected' : 'planned',
        rejected?.by ?? null,
        rejected ? new Date(rejected.at) : null,
        rejected?.reason ?? null,
      ],
    });
    if (rows[0] === undefined) throw problem('conflict', { reason: 'the plan took too long to freeze' });
    return planOf(rows[0]);
  }

  /** Removes a plan that is still being frozen. */
  async drop(id: string): Promise<void> {
    await this.database.transaction((tx) => dropFreezing(tx, { id }));
  }

  /** Removes plans whose freezing began before `at` (ms) and never ended: their process died. */
  async dropAbandoned(at: number): Promise<void> {
    await this.database.transaction((tx) => dropFreezing(tx, { before: new Date(at) }));
  }

  async find(id: string): Promise<ReplayPlan | undefined> {
    const rows = await this.database.query<PlanRow>({
      name: 'replay-plan-find',
      text: `select ${planColumns} from replay_plan where id = $1 and state <> 'freezing'`,
      values: [id],
    });
    return rows[0] && planOf(rows[0]);
  }

  /** Newest first, at most `limit`. */
  async list(query: {
    readonly since?: number;
    readonly by?: string;
    readonly limit: number;
  }): Promise<readonly ReplayPlan[]> {
    const rows = await this.database.query<PlanRow>({
      name: 'replay-plan-list',
      text: `select ${planColumns} from replay_plan
             where state <> 'freezing' and created_at >= $1 and ($2::text is null or requested_by = $2) order by created_at desc, id limit $3`,
      values: [new Date(query.since ?? 0), query.by ?? null, query.limit],
    });
    return rows.map(planOf);
  }

  /** How many plans were made for a subscription since `since` (ms), by anybody. */
  async madeFor(subscription: string, since: number): Promise<number> {
    const [row] = await this.database.query<{ n: number }>({
      name: 'replay-plans-made',
      text: 'select count(*) as n from replay_plan where sub = $1 and created_at >= $2',
      values: [subscription, new Date(since)],
    });
    return row?.n ?? 0;
  }

  /** Items in their order, after item `after`. */
  async items(plan: string, query: ItemQuery): Promise<readonly StoredItem[]> {
    return this.database.query<StoredItem>({
      name: 'replay-items',
      text: `select n, topic, part as partition, off as offset, event_id as "eventId", source, type, key_hash as "keyHash",
                    (extract(epoch from logged_at) * 1000)::bigint as "loggedAt", before, state, reason, status, audit_ref as "auditRef"
             from replay_item where plan = $1 and n > $2 and ($3::text[] is null or state = any($3)) order by n limit $4`,
      values: [plan, query.after ?? 0, query.states ?? null, query.limit],
    });
  }

  /** Items per state, and per reason of the skipped and failed ones. */
  async counts(
    plan: string,
  ): Promise<readonly { readonly state: ItemState; readonly reason: string | null; readonly n: number }[]> {
    return this.database.query({
      name: 'replay-item-counts',
      text: 'select state, reason, count(*) as n from replay_item where plan = $1 group by 1, 2 order by 1, 2',
      values: [plan],
    });
  }

  /** A decision of a second person, bound to the digest. undefined when the plan is not `planned`, has expired, or has another digest. */
  async decide(
    tx: Queryable,
    id: string,
    decision: {
      readonly state: 'approved' | 'rejected';
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
      readonly at: number;
    },
  ): Promise<ReplayPlan | undefined> {
    const rows = await tx.query<PlanRow>({
      name: 'replay-plan-decide',
      text: `update replay_plan set state = $2, decided_by = $3, decided_at = $4, decision_reason = $5
             where id = $1 and state = 'planned' and digest = $6 and expires_at > $4 and requested_by <> $3 returning ${planColumns}`,
      values: [id, decision.state, decision.by, new Date(decision.at), decision.reason, decision.digest],
    });
    return rows[0] && planOf(rows[0]);
  }
}

async function dropFreezing(tx: Queryable, which: { readonly id?: string; readonly before?: Date }): Promise<void> {
  const values = [which.id ?? null, which.before ?? null];
  const among = `state = 'freezing' and ($1::text is null or id = $1) and ($2::timestamptz is null or created_at < $2)`;
  await tx.query({
    name: 'replay-items-drop',
    text: `delete from replay_item where plan in (select id from replay_plan where ${among} for update)`,
    values,
  });
  await tx.query({ name: 'replay-plan-drop', text: `delete from replay_plan where ${among}`, values });
}

const itemColumns = 'plan, n, topic, part, off, event_id, source, type, key_hash, logged_at, before, state, reason';

const itemLine = (plan: string, n: number, { candidate: c, keyHash, state, reason }: FrozenItem): string => {
  const { topic, partition, offset } = c.position;
  const when = new Date(c.loggedAt);
  return copyLine([
    ...[plan, n, topic, partition, offset, c.id, c.source, c.type, keyHash, when, c.before, state],
    reason ?? null,
  ]);
};

const planOf = (row: PlanRow): ReplayPlan => ({
  id: row.id,
  subscription: row.sub,
  request: row.request,
  digest: row.digest,
  summary: row.summary,
  causes: row.causes,
  state: row.state,
  requestedBy: row.requested_by,
  createdAt: row.created_at.getTime(),
  expiresAt: row.expires_at.getTime(),
  decidedBy: row.decided_by,
  decidedAt: row.decided_at?.getTime() ?? null,
  decisionReason: row.decision_reason,
});

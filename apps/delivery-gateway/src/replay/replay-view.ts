import { rampText } from '@kruispunt/delivery';
import type { ReplayPlan, ReplayRun, StoredItem } from '@kruispunt/postgres';

const apiVersion = 'kruispunt/v1';
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const rfc3339 = (at: number): string => new Date(at).toISOString();

export interface PlanView {
  readonly kind: 'ReplayPlan';
  readonly [member: string]: unknown;
}

/** A plan as JSON. Instants are RFC 3339; `approval` says why a second person is needed, and who that was. */
export function planView(plan: ReplayPlan, now: number): PlanView {
  const { request, summary } = plan;
  const { from, to, ...asked } = request;
  return {
    kind: 'ReplayPlan',
    apiVersion,
    id: plan.id,
    digest: plan.digest,
    subscription: plan.subscription,
    state: plan.state !== 'started' && plan.state !== 'rejected' && plan.expiresAt <= now ? 'expired' : plan.state,
    request: {
      ...asked,
      ...(from !== undefined && { from: rfc3339(from) }),
      ...(to !== undefined && { to: rfc3339(to) }),
    },
    summary: { ...summary, oldestAt: iso(summary.oldestAt), newestAt: iso(summary.newestAt) },
    approval: { needed: plan.causes, by: plan.decidedBy, at: iso(plan.decidedAt), reason: plan.decisionReason },
    requestedBy: plan.requestedBy,
    createdAt: rfc3339(plan.createdAt),
    expiresAt: rfc3339(plan.expiresAt),
  };
}

/** What makes a plan again on another day: its request with the range closed, and the digest it must come out with. */
export const planExport = (plan: ReplayPlan) => {
  const { from, to, reason: _, ticket: __, ...asked } = plan.request;
  return {
    kind: 'ReplayPlanExport',
    apiVersion,
    plan: plan.id,
    digest: plan.digest,
    request: {
      ...asked,
      ...(from !== undefined && { from: rfc3339(from) }),
      // Without an end it was until then: the log has grown since.
      to: rfc3339(to ?? plan.createdAt),
    },
    summary: plan.summary,
    createdAt: rfc3339(plan.createdAt),
    requestedBy: plan.requestedBy,
  };
};

export interface StateCount {
  readonly state: string;
  readonly reason: string | null;
  readonly n: number;
}

/** A run as JSON, with its items counted per state from the items themselves. */
export function runView(
  run: ReplayRun,
  counts: readonly StateCount[],
): { readonly kind: 'ReplayRun'; readonly [member: string]: unknown } {
  const byState = { queued: 0, sending: 0, delivered: 0, failed: 0, skipped: 0 } as Record<string, number>;
  const reasons: Record<string, number> = {};
  for (const { state, reason, n } of counts) {
    byState[state] = (byState[state] ?? 0) + n;
    if (reason !== null && state !== 'delivered') reasons[`${state}:${reason}`] = n;
  }
  return {
    kind: 'ReplayRun',
    apiVersion,
    id: run.id,
    plan: run.plan,
    subscription: run.subscription,
    state: run.state,
    pauseCause: run.pauseCause,
    rate: run.rate,
    inFlightMax: run.inFlightMax,
    ramp: rampText(run.ramp),
    step: run.progress.step,
    items: { total: counts.reduce((sum, c) => sum + c.n, 0), ...byState },
    reasons,
    startedBy: run.startedBy,
    reason: run.reason,
    startedAt: rfc3339(run.startedAt),
    endedAt: iso(run.endedAt),
  };
}

export const itemView = ({ loggedAt, ...item }: StoredItem) => ({ ...item, loggedAt: rfc3339(loggedAt) });

import { reportCsv, reportMarkdown, type ReportHead, type Verification } from '@kruispunt/delivery';
import { problem } from '@kruispunt/problem';
import type { ReplayPlan, ReplayRun } from '@kruispunt/postgres';

const iso = (at: number): string => new Date(at).toISOString();

/** The report of a run, in the form asked. Throws `invalid-request` for another form. */
export function renderReport(
  plan: ReplayPlan,
  run: ReplayRun,
  verification: Verification,
  format: string,
): { readonly type: string; readonly body: string } {
  const head: ReportHead = {
    run: run.id,
    plan: plan.id,
    digest: plan.digest,
    subscription: plan.subscription,
    intent: plan.request.intent,
    reason: plan.request.reason,
    ticket: plan.request.ticket ?? null,
    requestedBy: plan.requestedBy,
    approvedBy: plan.decidedBy,
    startedBy: run.startedBy,
    startedAt: iso(run.startedAt),
    endedAt: run.endedAt === null ? null : iso(run.endedAt),
  };
  switch (format) {
    case 'json':
      return {
        type: 'application/json',
        body: JSON.stringify({
          kind: 'ReplayReport',
          apiVersion: 'kruispunt/v1',
          ...head,
          state: run.state,
          ...verification,
        }),
      };
    case 'csv':
      return { type: 'text/csv; charset=utf-8', body: reportCsv(verification) };
    case 'md':
      return { type: 'text/markdown; charset=utf-8', body: reportMarkdown(head, verification) };
    default:
      throw problem('invalid-request', { at: 'format', reason: 'expected json, csv or md' });
  }
}

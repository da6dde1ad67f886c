import type { ItemState } from '@kruispunt/delivery';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { ReplayPlan, ReplayRun } from '@kruispunt/postgres';
import type { ReplayParts } from './replay-parts.js';
import { itemView, planView, runView } from './replay-view.js';

const pageMax = 500;
const idShape = /^RP?-[0-9A-Z]{4,16}$/;

/** A plan by its own id. Throws `not-found`. */
export async function findPlan(parts: ReplayParts, id: string): Promise<ReplayPlan> {
  const plan = idShape.test(id) ? await parts.stores.plans.find(id) : undefined;
  if (plan === undefined) throw problem('not-found');
  return plan;
}

/** A run by its id, or a plan with the run it may have. Throws `not-found`. */
export async function findReplay(
  parts: ReplayParts,
  id: string,
): Promise<{ readonly run?: ReplayRun; readonly plan: string; readonly view: unknown }> {
  if (!idShape.test(id)) throw problem('not-found');
  const run = await parts.stores.runs.find(id);
  const plan = run?.id === id ? undefined : await findPlan(parts, id);
  const runSeen = run && runView(run, await parts.stores.plans.counts(run.plan));
  if (plan === undefined) return { run: run!, plan: run!.plan, view: runSeen };
  const view = { ...planView(plan, parts.ambient.clock.now()), run: runSeen ?? null };
  return { ...(run && { run }), plan: plan.id, view };
}

type Query = Readonly<Record<string, string>>;

/** Runs and plans, newest first. `active=true` runs that are not over; `mine=true` of this caller; `since` RFC 3339. */
export async function listReplays(parts: ReplayParts, caller: Caller, query: Query): Promise<unknown> {
  const since = query['since'] === undefined ? undefined : Date.parse(query['since']);
  if (Number.isNaN(since)) throw problem('invalid-request', { at: 'since', reason: 'expected an RFC 3339 instant' });
  const asked = {
    limit: pageMax,
    ...(since !== undefined && { since }),
    ...(query['mine'] === 'true' && { by: caller.subject }),
  };
  const activeOnly = query['active'] === 'true';
  const runs = await parts.stores.runs.list({ ...asked, activeOnly });
  const plans = activeOnly ? [] : await parts.stores.plans.list(asked);
  const now = parts.ambient.clock.now();
  const views = await Promise.all(runs.map(async (run) => runView(run, await parts.stores.plans.counts(run.plan))));
  return {
    kind: 'ReplayList',
    apiVersion: 'kruispunt/v1',
    runs: views,
    plans: plans.map((plan) => planView(plan, now)),
  };
}

const states: readonly string[] = ['queued', 'sending', 'delivered', 'failed', 'skipped'] satisfies ItemState[];

/** Items of a plan or of its run, a page at a time. */
export async function replayItems(parts: ReplayParts, id: string, query: Query): Promise<unknown> {
  const { plan } = await findReplay(parts, id);
  const wanted = query['state']?.split(',');
  if (wanted?.some((state) => !states.includes(state)))
    throw problem('invalid-request', { at: 'state', reason: `expected ${states.join(', ')}` });
  const limit = Math.min(pageMax, Math.max(1, Number(query['limit'] ?? pageMax) || pageMax));
  const items = await parts.stores.plans.items(plan, {
    after: Number(query['after'] ?? 0) || 0,
    limit,
    ...(wanted && { states: wanted as ItemState[] }),
  });
  return {
    kind: 'ReplayItemList',
    apiVersion: 'kruispunt/v1',
    items: items.map(itemView),
    next: items.length < limit ? null : items.at(-1)!.n,
  };
}

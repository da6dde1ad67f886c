import type { ApprovalRules, PlanRequest, Subscription } from '@kruispunt/delivery';
import type { Caller } from '@kruispunt/policy';
import type { ReplayPlan, ReplayRun } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { makePlan, type PlanWish } from './make-plan.js';
import { startRun, type StartWish } from './operate-replay.js';
import type { ReplayParts } from './replay-parts.js';

const dayMs = 86_400_000;

/** What a subscriber may ask of its own subscriptions without an operator. */
export const ownBounds = {
  itemsMax: 1_000,
  rangeMsMax: 7 * dayMs,
  plansPerDayMax: 24,
  ratePerSecondMax: 50,
} as const;

/**
 * It asks for what it was entitled to and has not had: policy is asked again per item, and every step is audited. So personal data alone
 * needs no second person here; a duplicate would, and more items than the bound cannot be asked.
 */
const ownApproval: ApprovalRules = { itemsMax: ownBounds.itemsMax, forPersonalData: false, forDuplicates: true };

/** A plan by the owner of the subscription. Slugs beside those of a plan: `forbidden` (intent all), `invalid-request`, `too-many-requests`. */
export async function planOwn(
  parts: ReplayParts,
  caller: Caller,
  subscription: Subscription,
  wish: PlanWish,
): Promise<ReplayPlan> {
  const now = parts.ambient.clock.now();
  const request = bounded(wish.request, now);
  const made = await parts.stores.plans.madeFor(subscription.id, now - dayMs);
  if (made >= ownBounds.plansPerDayMax)
    throw problem('too-many-requests', { reason: `${ownBounds.plansPerDayMax} plans a day for one subscription` });
  return makePlan(parts, caller, {
    request: { ...request, subscription: subscription.id },
    dryRun: wish.dryRun,
    approval: ownApproval,
  });
}

function bounded(request: PlanRequest, now: number): PlanRequest {
  if (request.intent === 'all')
    throw problem('forbidden', { scope: 'kruispunt.operate', at: '/intent', reason: 'failed or missing' });
  const to = request.to ?? now;
  const from = request.from ?? to - dayMs;
  if (to - from > ownBounds.rangeMsMax)
    throw problem('invalid-request', { at: '/from', reason: 'a range of at most 7 days' });
  if ((request.limit ?? 0) > ownBounds.itemsMax)
    throw problem('invalid-request', { at: '/limit', reason: `at most ${ownBounds.itemsMax}` });
  return { ...request, from, limit: request.limit ?? ownBounds.itemsMax };
}

/** Starts it, no faster than a subscriber may. */
export function startOwn(parts: ReplayParts, caller: Caller, plan: ReplayPlan, wish: StartWish): Promise<ReplayRun> {
  if ((wish.rate ?? 0) > ownBounds.ratePerSecondMax)
    throw problem('invalid-request', { at: '/rate', reason: `at most ${ownBounds.ratePerSecondMax} a second` });
  return startRun(parts, caller, plan, wish);
}

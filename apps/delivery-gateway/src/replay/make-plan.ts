import {
  approvalCauses,
  planDigest,
  planItems,
  planLifeMs,
  summarise,
  type PlanRequest,
  type Subscription,
} from '@kruispunt/delivery';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { ReplayPlan } from '@kruispunt/postgres';
import { loggedCandidates, parkedCandidates } from './find-candidates.js';
import { shortId } from './plan-id.js';
import type { ReplayParts } from './replay-parts.js';
import { writeAct } from './write-act.js';

/** The rate a plan's duration is estimated at, and a run has by default. Items per second. */
export const standardRate = 5;

/**
 * Finds what a request would send, judges it under the present filter and policy, and freezes it. Sends nothing. The act stands in
 * the audit trail before the plan exists. Slugs: `not-found`, `conflict` (channel PULL), `audit-unavailable`, `store-unavailable`.
 */
export async function makePlan(parts: ReplayParts, caller: Caller, request: PlanRequest): Promise<ReplayPlan> {
  const subscription = await replayable(parts, request.subscription);
  const asked: PlanRequest = { ...request, subscription: subscription.id };
  const { clock, random, approval } = parts.ambient;
  const id = shortId('RP', random);
  const { position } = await writeAct(parts, caller, subscription, {
    action: 'replay.plan',
    reason: request.reason,
    ticket: request.ticket,
    replay: id,
  });
  const candidates =
    request.intent === 'failed'
      ? await parkedCandidates(parts, subscription, asked)
      : await loggedCandidates(parts, subscription, asked, { partition: position.partition, next: position.offset });
  const { items, limited } = planItems(asked, candidates);
  const summary = summarise(items, { limited, ratePerSecond: standardRate });
  const createdAt = clock.now();
  const plan = {
    id,
    subscription: subscription.id,
    request: asked,
    digest: planDigest(asked, items),
    summary,
    causes: approvalCauses(summary, approval),
    requestedBy: caller.subject,
    createdAt,
    expiresAt: createdAt + planLifeMs,
  };
  await parts.stores.plans.save(plan, items);
  return { ...plan, state: 'planned', decidedBy: null, decidedAt: null, decisionReason: null };
}

async function replayable(parts: ReplayParts, name: string): Promise<Subscription> {
  const subscription = await parts.door.subscription(name);
  if (subscription === undefined) throw problem('not-found');
  if (subscription.channel === 'PULL')
    throw problem('conflict', { reason: 'a pull subscription goes back by its own cursor' });
  if (subscription.state === 'ended') throw problem('conflict', { reason: 'the subscription has ended' });
  return subscription;
}

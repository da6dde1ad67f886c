import {
  approvalCauses,
  Freezing,
  planLifeMs,
  type ApprovalRules,
  type FrozenItem,
  type PlanRequest,
  type Subscription,
} from '@kruispunt/delivery';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { ReplayPlan } from '@kruispunt/postgres';
import { perform } from '../operate/perform.js';
import { loggedCandidates } from './logged-candidates.js';
import { parkedCandidates } from './parked-candidates.js';
import { shortId } from './plan-id.js';
import type { ReplayParts } from './replay-parts.js';

/** The rate a plan's duration is estimated at, and a run has by default. Items per second. */
export const standardRate = 5;
/** More items than this are not planned in one go; narrow the request. */
const itemsMax = 2_000_000;
const itemsPerWrite = 5_000;
/** Plans this process freezes at once: each reads the log as fast as it can. */
const freezingMax = 2;

export interface PlanWish {
  readonly request: PlanRequest;
  readonly dryRun: boolean;
  /** The digest it must come out with (an import); with another it is kept, rejected, so that the difference can be looked at. */
  readonly expected?: string;
  /** When a second person must look; default the house's rules. */
  readonly approval?: ApprovalRules;
}

/**
 * Finds what a request would send, judges it under the present filter and policy, and freezes it batch by batch. Sends nothing. The act
 * stands in the audit trail before the plan can be seen. Slugs: `not-found`, `conflict` (channel PULL), `too-many-requests`,
 * `invalid-request` (too many items), `audit-unavailable`, `store-unavailable`.
 */
export async function makePlan(parts: ReplayParts, caller: Caller, wish: PlanWish): Promise<ReplayPlan> {
  const subscription = await replayable(parts, wish.request.subscription);
  if (parts.freezing.size >= freezingMax)
    throw problem('too-many-requests', { reason: `${freezingMax} plans are being made; try again in a moment` });
  const id = shortId('RP', parts.ambient.random);
  parts.freezing.add(id);
  let sealed = false;
  try {
    const plan = await freeze(parts, caller, { ...wish, id, subscription });
    sealed = !wish.dryRun;
    return plan;
  } finally {
    parts.freezing.delete(id);
    if (!sealed) await parts.stores.plans.drop(id);
  }
}

async function freeze(
  parts: ReplayParts,
  caller: Caller,
  {
    id,
    subscription,
    request,
    dryRun,
    expected,
    approval = parts.ambient.approval,
  }: PlanWish & { readonly id: string; readonly subscription: Subscription },
): Promise<ReplayPlan> {
  const { clock } = parts.ambient;
  const asked: PlanRequest = { ...request, subscription: subscription.id };
  const createdAt = clock.now();
  const head = { id, request: asked, requestedBy: caller.subject, createdAt, expiresAt: createdAt + planLifeMs };
  await parts.stores.plans.begin(head);
  const { digest, summary } = await freezeItems(parts, id, subscription, asked);
  const differs = expected !== undefined && expected !== digest;
  const rejected = differs
    ? { by: caller.subject, reason: `imported with digest ${expected}`, at: clock.now() }
    : undefined;
  const action = expected === undefined ? 'replay.plan' : 'replay.import';
  const act = { action, reason: request.reason, ticket: request.ticket, replay: id, dryRun };
  return perform(parts.operator, caller, act, async (tx, tell) => {
    const causes = approvalCauses(summary, approval);
    const plan = await parts.stores.plans.seal(tx, id, { digest, summary, causes, rejected });
    await tell({ subscription: subscription.id });
    return plan;
  });
}

/** Item by item from the log into the store: of the items nothing stays in memory but two batches, one of which is being written. */
async function freezeItems(parts: ReplayParts, id: string, subscription: Subscription, request: PlanRequest) {
  const freezing = new Freezing(request);
  const find = request.intent === 'failed' ? parkedCandidates : loggedCandidates;
  let batch: FrozenItem[] = [];
  let taken = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    await writing;
    writing = parts.stores.plans.add(id, taken, batch);
    // Whoever stops before it is awaited has a fault of its own.
    writing.catch(() => undefined);
    taken += batch.length;
    batch = [];
  };
  for await (const { candidates } of find(parts, subscription, request)) {
    for (const candidate of candidates) {
      const item = freezing.take(candidate);
      if (item !== undefined) batch.push(item);
    }
    if (batch.length >= itemsPerWrite) await write();
    if (taken > itemsMax)
      throw problem('invalid-request', { at: '/from', reason: `more than ${itemsMax} events; narrow the range` });
    if (freezing.limited) break;
  }
  await write();
  await writing;
  return freezing.end(standardRate);
}

async function replayable(parts: ReplayParts, name: string): Promise<Subscription> {
  const subscription = await parts.door.subscription(name);
  if (subscription === undefined) throw problem('not-found');
  if (subscription.channel === 'PULL' || subscription.channel === 'FILE')
    throw problem('conflict', { reason: 'a pull subscription goes back by its own cursor' });
  if (subscription.state === 'ended') throw problem('conflict', { reason: 'the subscription has ended' });
  return subscription;
}

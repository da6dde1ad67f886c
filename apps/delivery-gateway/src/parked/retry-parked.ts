import type { PlanRequest } from '@kruispunt/delivery';
import type { Caller } from '@kruispunt/policy';
import { parkedStanding, type ReplayPlan } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { ActWish } from '../operate/read-act.js';
import { makePlan } from '../replay/make-plan.js';
import type { ParkedParts } from './parked-parts.js';
import { selectionOf } from './list-parked.js';

/** Plans a replay of a group, or of one parked event: to retry is nothing else. Throws `not-found`, and what a plan throws. */
export async function retryParked(
  parts: ParkedParts,
  caller: Caller,
  name: string,
  { reason, dryRun, ticket }: ActWish & { readonly ticket?: string | undefined },
): Promise<ReplayPlan> {
  const selection = selectionOf(name);
  // Looking takes a transaction that changes nothing.
  const standing = await parts.acts.run((tx) => parkedStanding(tx, selection), { dryRun: true });
  const [one] = standing.filter(({ parked }) => parked > 0);
  if (one === undefined) throw problem('not-found');
  const request: PlanRequest = {
    subscription: one.subscription,
    intent: 'failed',
    order: 'preserve',
    reason,
    ...('group' in selection ? { group: selection.group } : { eventIds: [one.eventId] }),
    ...(ticket !== undefined && { ticket }),
  };
  return makePlan(parts.replay, caller, { request, dryRun });
}

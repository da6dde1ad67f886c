import { parseRamp } from '@kruispunt/delivery';
import type { Caller } from '@kruispunt/policy';
import { Problem, problem } from '@kruispunt/problem';
import type { ReplayPlan, ReplayRun, RunChange } from '@kruispunt/postgres';
import { standardRate } from './make-plan.js';
import { shortId } from './plan-id.js';
import type { ReplayParts } from './replay-parts.js';
import { writeAct } from './write-act.js';

/** A decision on a plan. Bound to the digest that was seen. */
export interface Decision {
  readonly state: 'approved' | 'rejected';
  readonly digest: string;
  readonly reason: string;
}

/** Approves or rejects a plan. Slugs: `not-found`, `conflict` (nobody approves an own plan), `plan-changed`, `audit-unavailable`. */
export async function decide(parts: ReplayParts, caller: Caller, plan: ReplayPlan, decision: Decision): Promise<void> {
  if (plan.requestedBy === caller.subject && decision.state === 'approved') {
    throw problem('conflict', { reason: 'who asked for a plan does not approve it' });
  }
  const action = decision.state === 'approved' ? 'replay.approve' : 'replay.reject';
  await writeAct(parts, caller, { id: plan.subscription }, { action, reason: decision.reason, replay: plan.id });
  const decided = await parts.stores.plans.decide(plan.id, {
    ...decision,
    by: caller.subject,
    at: parts.ambient.clock.now(),
  });
  if (!decided) throw problem('plan-changed', { reason: 'decided already, expired, or another digest' });
}

export interface StartWish {
  readonly digest: string;
  readonly reason: string;
  readonly rate?: number;
  readonly inFlightMax?: number;
  readonly ramp?: string;
}

/** Starts the run of a plan. Slugs: `plan-changed`, `approval-required`, `run-active`, `invalid-request`, `audit-unavailable`. */
export async function startRun(
  parts: ReplayParts,
  caller: Caller,
  plan: ReplayPlan,
  wish: StartWish,
): Promise<ReplayRun> {
  const ramp = parseRamp(wish.ramp ?? '1,10,100,rest');
  if (ramp instanceof Problem) throw ramp;
  const { clock, random } = parts.ambient;
  const id = shortId('R', random);
  const { position } = await writeAct(
    parts,
    caller,
    { id: plan.subscription },
    { action: 'replay.start', reason: wish.reason, replay: id },
  );
  await parts.stores.runs.start(
    {
      id,
      plan: plan.id,
      subscription: plan.subscription,
      rate: wish.rate ?? standardRate,
      inFlightMax: wish.inFlightMax ?? 8,
      ramp,
      startedBy: caller.subject,
      reason: wish.reason,
      startedAt: clock.now(),
      auditFrom: { partition: position.partition, offset: position.offset },
    },
    wish.digest,
  );
  return (await parts.stores.runs.find(id))!;
}

/** Pause, resume, cancel or another rate. Throws `conflict` when the run's state does not allow it. */
export async function changeRun(
  parts: ReplayParts,
  caller: Caller,
  run: ReplayRun,
  wish: { readonly change: RunChange; readonly reason: string },
): Promise<ReplayRun> {
  const { change, reason } = wish;
  await writeAct(parts, caller, { id: run.subscription }, { action: `replay.${change.verb}`, reason, replay: run.id });
  const changed = await parts.stores.runs.change(run.id, change);
  if (changed === undefined)
    throw problem('conflict', { reason: `the run is ${(await parts.stores.runs.find(run.id))?.state ?? 'gone'}` });
  return changed;
}

import { parseRamp, type Ramp } from '@kruispunt/delivery';
import type { Caller } from '@kruispunt/policy';
import { Problem, problem } from '@kruispunt/problem';
import type { ReplayPlan, ReplayRun, RunChange } from '@kruispunt/postgres';
import { perform } from '../operate/perform.js';
import type { ActWish } from '../operate/read-act.js';
import { standardRate } from './make-plan.js';
import { shortId } from './plan-id.js';
import type { ReplayParts } from './replay-parts.js';

/** A decision on a plan. Bound to the digest that was seen. */
export interface Decision extends ActWish {
  readonly state: 'approved' | 'rejected';
  readonly digest: string;
}

/** Approves or rejects a plan. Slugs: `conflict` (nobody approves an own plan), `plan-changed`, `audit-unavailable`. */
export async function decide(
  parts: ReplayParts,
  caller: Caller,
  plan: ReplayPlan,
  { state, digest, reason, dryRun }: Decision,
): Promise<ReplayPlan> {
  if (plan.requestedBy === caller.subject && state === 'approved') {
    throw problem('conflict', { reason: 'who asked for a plan does not approve it' });
  }
  const action = state === 'approved' ? 'replay.approve' : 'replay.reject';
  return perform(parts.operator, caller, { action, reason, dryRun, replay: plan.id }, async (tx, tell) => {
    const at = parts.ambient.clock.now();
    const decided = await parts.stores.plans.decide(tx, plan.id, { state, digest, reason, by: caller.subject, at });
    if (!decided) throw problem('plan-changed', { reason: 'decided already, expired, or another digest' });
    await tell({ subscription: plan.subscription });
    return decided;
  });
}

export interface StartWish extends ActWish {
  readonly digest: string;
  readonly rate?: number;
  readonly inFlightMax?: number;
  readonly ramp?: string;
}

/** The steps of a ramp as they were typed. Throws `invalid-request`. */
export function rampOf(text: string): Ramp {
  const ramp = parseRamp(text);
  if (ramp instanceof Problem) throw ramp;
  return ramp;
}

/** Starts the run of a plan. Slugs: `plan-changed`, `approval-required`, `run-active`, `invalid-request`, `audit-unavailable`. */
export async function startRun(
  parts: ReplayParts,
  caller: Caller,
  plan: ReplayPlan,
  wish: StartWish,
): Promise<ReplayRun> {
  const ramp = rampOf(wish.ramp ?? '1,10,100,rest');
  const { clock, random } = parts.ambient;
  const id = shortId('R', random);
  const act = { action: 'replay.start', reason: wish.reason, dryRun: wish.dryRun, replay: id };
  return perform(parts.operator, caller, act, async (tx, tell) => {
    const startedAt = clock.now();
    await parts.stores.runs.take(tx, plan.id, { digest: wish.digest, at: startedAt });
    const { position } = await tell({ subscription: plan.subscription });
    const run = {
      id,
      plan: plan.id,
      subscription: plan.subscription,
      rate: wish.rate ?? standardRate,
      inFlightMax: wish.inFlightMax ?? 8,
      ramp,
      startedBy: caller.subject,
      reason: wish.reason,
      startedAt,
      auditFrom: { partition: position.partition, offset: position.offset },
    };
    return parts.stores.runs.start(tx, run);
  });
}

/** Pause, resume, cancel, another rate or ramp. Throws `conflict` when the run's state does not allow it. */
export async function changeRun(
  parts: ReplayParts,
  caller: Caller,
  run: ReplayRun,
  { change, reason, dryRun }: ActWish & { readonly change: RunChange },
): Promise<ReplayRun> {
  const act = { action: `replay.${change.verb}`, reason, dryRun, replay: run.id };
  return perform(parts.operator, caller, act, async (tx, tell) => {
    const changed = await parts.stores.runs.change(tx, run.id, change);
    if (changed === undefined)
      throw problem('conflict', { reason: `the run is ${(await parts.stores.runs.find(run.id))?.state ?? 'gone'}` });
    await tell({ subscription: run.subscription });
    return changed;
  });
}

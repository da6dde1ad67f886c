import type { Outcome } from './definition.js';
import type { Draft } from './draft.js';

/** More immediate steps than any chain has in a row: a loop in the definition ends as an incident and not as a stopped process. */
const stepsMax = 100;

/**
 * Carries out an outcome for one token, and then every immediate step it leads to, until each token waits or the chain has
 * ended. `how` names what moved it: a lapse and an `always` leave the node without completing it.
 */
export function take(
  draft: Draft,
  token: string,
  outcome: Outcome<unknown>,
  how: 'event' | 'lapse' | 'always' | 'step',
): void {
  let next: Outcome<unknown> | undefined = outcome;
  for (let steps = 0; next !== undefined; steps += 1) {
    if (steps > stepsMax) throw new Error(`more than ${stepsMax} steps in a row at ${draft.nodeOf(token)}`);
    next = one(draft, token, next, steps === 0 ? how : 'step');
  }
}

function one(
  draft: Draft,
  token: string,
  outcome: Outcome<unknown>,
  how: 'event' | 'lapse' | 'always' | 'step',
): Outcome<unknown> | undefined {
  if (outcome.ignore !== undefined) return undefined;
  const node = draft.nodeOf(token);
  if (outcome.set) draft.assign(outcome.set);
  if (outcome.toestand !== undefined) draft.toestand = outcome.toestand;
  if (outcome.term !== undefined) draft.setTerm(token, outcome.term);
  if (outcome.to !== undefined) draft.leave(token, how === 'event');
  draft.perform(outcome.acts ?? [], node);
  if (outcome.over?.includes(token))
    return finishBranch(draft, { token, node, uitkomst: outcome.uitkomst, met: how === 'event' });
  for (const name of outcome.over ?? []) draft.removeToken(name);
  for (const [name, to] of Object.entries(outcome.branches ?? {})) beginBranch(draft, name, to);
  if (outcome.to === undefined) {
    if (outcome.uitkomst !== undefined) draft.stepDone(node, outcome.uitkomst);
    return undefined;
  }
  if (how !== 'lapse') draft.stepDone(node, outcome.uitkomst);
  return draft.token(token, outcome.to);
}

/** A branch that begins where another of its name stands takes its place. */
function beginBranch(draft: Draft, name: string, to: string): void {
  draft.removeToken(name);
  const first = draft.token(name, to);
  if (first) take(draft, name, first, 'step');
}

function finishBranch(
  draft: Draft,
  over: { readonly token: string; readonly node: string; readonly uitkomst: string | undefined; readonly met: boolean },
): undefined {
  if (over.token === 'main') throw new Error('the main token ends only with the chain');
  draft.leave(over.token, over.met);
  draft.removeToken(over.token);
  draft.stepDone(over.node, over.uitkomst);
}

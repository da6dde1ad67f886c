import type { Outcome } from './definition.js';
import type { Draft } from './draft.js';
import { branchName } from './scopes.js';

/** More immediate steps than any chain has in a row: a loop in the definition ends as an incident and not as a stopped process. */
const stepsMax = 100;

type How = 'event' | 'lapse' | 'always' | 'step';

/**
 * Carries out an outcome for one token, and then every immediate step it leads to, until each token waits or the chain has
 * ended. `how` names what moved it: a lapse and an `always` leave the node without completing it.
 */
export function take(draft: Draft, token: string, outcome: Outcome<unknown>, how: How): void {
  let next: Outcome<unknown> | undefined = outcome;
  for (let steps = 0; next !== undefined; steps += 1) {
    if (steps > stepsMax) throw new Error(`more than ${stepsMax} steps in a row at ${draft.nodeOf(token)}`);
    next = one(draft, token, next, steps === 0 ? how : 'step');
  }
}

/** Lets branches begin and end as their elements come and go, and takes each join that has what it takes, until all is at rest. */
export function settle(draft: Draft): void {
  for (let rounds = 0; draft.tokens().some(([token]) => settleOne(draft, token)); rounds += 1)
    if (rounds > stepsMax) throw new Error(`more than ${stepsMax} joins in a row`);
}

function one(draft: Draft, token: string, outcome: Outcome<unknown>, how: How): Outcome<unknown> | undefined {
  if (outcome.ignore !== undefined) return undefined;
  const node = draft.nodeOf(token);
  const met = how === 'event';
  if (outcome.set) draft.assign(outcome.set);
  if (outcome.toestand !== undefined) draft.toestand = outcome.toestand;
  if (outcome.term !== undefined) draft.setTerm(token, outcome.term);
  if (outcome.to !== undefined) draft.leave(token, met);
  draft.perform(outcome.acts ?? [], token, outcome.undo);
  if (outcome.fail !== undefined) return fail(draft, token, outcome.fail);
  if (outcome.compensate) return compensate(draft, token, outcome.compensate);
  if (outcome.done || outcome.over?.includes(token))
    return finish(draft, token, { node, met, uitkomst: outcome.uitkomst });
  for (const name of outcome.over ?? []) draft.removeToken(name);
  for (const [name, to] of Object.entries(outcome.branches ?? {})) beginBranch(draft, name, { parent: token }, to);
  if (outcome.to === undefined) {
    if (outcome.uitkomst !== undefined) draft.stepDone(node, outcome.uitkomst);
    return undefined;
  }
  if (how !== 'lapse') draft.stepDone(node, outcome.uitkomst);
  return draft.token(token, outcome.to);
}

/** A branch that begins where another of its name stands takes its place. */
function beginBranch(
  draft: Draft,
  name: string,
  belongs: { readonly parent: string; readonly fork?: string; readonly element?: string },
  to: string,
): void {
  draft.removeToken(name);
  draft.scopes.reserve(name, belongs);
  const first = draft.token(name, to);
  if (first) take(draft, name, first, 'step');
}

/** A branch is done; or an undo is, and the step before it comes next. */
function finish(
  draft: Draft,
  token: string,
  over: { readonly node: string; readonly uitkomst: string | undefined; readonly met: boolean },
): Outcome<unknown> | undefined {
  draft.leave(token, over.met);
  if (draft.scopes.undoing(token)) {
    draft.stepDone(over.node, over.uitkomst);
    return undoNext(draft, token);
  }
  if (token === 'main') throw new Error('the main token ends only with the chain');
  draft.removeToken(token, true);
  draft.stepDone(over.node, over.uitkomst);
  return undefined;
}

function compensate(
  draft: Draft,
  token: string,
  { reden, then, since }: NonNullable<Outcome<unknown>['compensate']>,
): Outcome<unknown> | undefined {
  const step = draft.nodeOf(token);
  draft.leave(token, false);
  const order = { reden, step, then, ...(since === undefined ? {} : { since }) };
  if (draft.scopes.beginUndoing(token, order)) return undoOne(draft, token);
  draft.compensated({ stap: step, reden, ingetrokken: [] });
  return draft.token(token, then);
}

const undoOne = (draft: Draft, token: string): Outcome<unknown> | undefined =>
  draft.token(token, draft.scopes.undoing(token)?.now.undo ?? '');

function undoNext(draft: Draft, token: string): Outcome<unknown> | undefined {
  const undoing = draft.scopes.undoing(token);
  if (draft.scopes.undoNext(token)) return undoOne(draft, token);
  if (!undoing) return undefined;
  draft.compensated({ stap: undoing.step, reden: undoing.reden, ingetrokken: undoing.withdrawn });
  return draft.token(token, undoing.then);
}

/** Goes up to the nearest scope that says where a failure leads; there everything in it is undone. */
function fail(draft: Draft, token: string, reden: string): Outcome<unknown> | undefined {
  if (draft.scopes.undoing(token)) throw new Error(`undoing ${draft.nodeOf(token)} failed: ${reden}`);
  for (let at = draft.scopes.at(token)?.parent; at !== undefined; at = draft.scopes.at(at)?.parent) {
    const then = draft.waitOf(at)?.onFailure;
    if (then === undefined) continue;
    take(draft, at, { compensate: { reden, then } }, 'always');
    return undefined;
  }
  const then = draft.onFailure;
  if (then === undefined) throw new Error(`nobody takes the failure ${reden} at ${draft.nodeOf(token)}`);
  if (token === 'main') return compensate(draft, token, { reden, then });
  take(draft, 'main', { compensate: { reden, then } }, 'always');
  return undefined;
}

function settleOne(draft: Draft, token: string): boolean {
  const wait = draft.waitOf(token);
  if (!wait?.forks || draft.ended) return false;
  if (refork(draft, token, wait.forks)) return true;
  const { join } = wait;
  const { done = [], joined = false } = draft.scopes.at(token) ?? {};
  const left = draft.scopes.branches(token).filter(([, b]) => b.fork !== undefined).length;
  const enough = left === 0 || (join?.when !== 'all' && done.length >= (join?.when === 'any' ? 1 : (join?.when ?? 0)));
  if (!join || enough === joined) return false;
  draft.scopes.patch(token, { joined: enough });
  if (!enough) return false;
  take(draft, token, join.run(draft.vars, draft.context(token)), 'event');
  return true;
}

/** Begins the branches that should be there and are not, and ends those that should not. Answers whether anything changed. */
function refork(draft: Draft, token: string, forks: NonNullable<ReturnType<Draft['waitOf']>>['forks']): boolean {
  const wanted = new Map(
    (forks ?? []).flatMap(({ name: fork, to, each }) =>
      each
        ? [...new Set(each(draft.vars))].map((element) => [branchName(fork, element), { fork, to, element }] as const)
        : [[fork, { fork, to }] as const],
    ),
  );
  const { done = [] } = draft.scopes.at(token) ?? {};
  const there = new Map(
    draft.scopes
      .branches(token)
      .flatMap(([name, b]) => (b.fork === undefined ? [] : [[branchName(b.fork, b.element), name]])),
  );
  const gone = [...there].filter(([short]) => !wanted.has(short));
  const lost = done.filter((short) => !wanted.has(short));
  const missing = [...wanted].filter(([short]) => !there.has(short) && !done.includes(short));
  for (const [, name] of gone) draft.removeToken(name);
  if (lost.length > 0) draft.scopes.patch(token, { done: done.filter((short) => !lost.includes(short)) });
  for (const [short, { to, ...belongs }] of missing)
    beginBranch(draft, token === 'main' ? short : `${token}/${short}`, { parent: token, ...belongs }, to);
  return gone.length + lost.length + missing.length > 0;
}

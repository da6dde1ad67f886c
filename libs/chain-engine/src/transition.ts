import { civilDateAt } from '@kruispunt/term';
import type { Context } from './act.js';
import type { ChainState } from './chain-state.js';
import { instanceId, rootKey } from './correlation.js';
import type { ChainDefinition, Outcome } from './definition.js';
import { Draft } from './draft.js';
import type { Effect } from './effect.js';
import type { Input } from './input.js';
import { newborn } from './newborn.js';
import { operate } from './operate.js';
import { settle, take } from './take.js';

export interface Transition {
  readonly state: ChainState;
  readonly effects: readonly Effect[];
  readonly verdict: 'applied' | 'ignored';
}

/**
 * The whole engine: one input, one instance, one moment; a new state and what must be written for it. Pure: the same arguments
 * always give the same answer, and nothing happens but the answer. `state` undefined starts an instance and needs its start
 * event. An input that nobody waits for is stored as ignored. Answers undefined for a timer that is stale or not yet due
 * (I6): that leaves no trace. Throws only for a bug in the definition; the caller makes that an incident.
 */
export function transition(
  definition: ChainDefinition,
  state: ChainState | undefined,
  input: Input,
  now: number,
): Transition | undefined {
  if (input.kind === 'op') return operate(definition, state, input, now);
  if (input.kind === 'timer') return state && fire(definition, state, input, now);
  if (!state) return begin(definition, input, now);
  const draft = new Draft(definition, state, input, now);
  if (state.status === 'ENDED') return finish(draft, 'afgesloten');
  if (input.name === definition.start.event && rootKey(definition, input.payload) === rootOf(definition, state)) {
    // Told again about the same case: nothing new, unless the place where it stands waits for exactly that.
    if (!waits(definition, draft, input.name)) return finish(draft, 'al gestart');
  }
  return finish(draft, deliver(definition, draft, input));
}

function begin(definition: ChainDefinition, input: Extract<Input, { kind: 'event' }>, now: number): Transition {
  if (input.name !== definition.start.event) throw new Error(`${definition.name} does not start on ${input.name}`);
  const id = instanceId(definition.name, rootKey(definition, input.payload));
  const none = { term: undefined, element: undefined, task: undefined, child: undefined, undoing: undefined };
  const context: Context = {
    ...{ instance: id, now, today: civilDateAt(now), published: () => [], token: 'main', tokens: [], done: [] },
    ...none,
  };
  const { vars, to, acts = [] } = definition.start.run(input.payload, context);
  const draft = new Draft(definition, newborn(definition, { id, vars, now, parent: input.parent }), input, now);
  draft.started();
  draft.perform(acts, 'main');
  const first = draft.token('main', to);
  if (first) take(draft, 'main', first, 'step');
  return finish(draft, undefined);
}

/** Gives the event to each token that waits for it, else to the handlers that always listen. Answers why it was ignored, if it was. */
function deliver(
  definition: ChainDefinition,
  draft: Draft,
  input: Extract<Input, { kind: 'event' }>,
): string | undefined {
  const waiting = draft.tokens().filter(([, node]) => {
    const at = definition.nodes[node];
    return at?.kind === 'wait' && at.on[input.name] !== undefined;
  });
  let ignored: string | undefined = 'niet verwacht';
  for (const [token, node] of waiting) {
    const at = definition.nodes[node];
    const handler = at?.kind === 'wait' ? at.on[input.name] : undefined;
    if (!handler || !draft.stands(token, node)) continue;
    const outcome = handler.run(draft.vars, input.payload, draft.context(token));
    if (outcome.ignore === undefined) ignored = undefined;
    else if (ignored !== undefined) ignored = outcome.ignore;
    take(draft, token, outcome, 'event');
  }
  const always = definition.always[input.name];
  if (always === undefined || draft.ended) return ignored;
  const outcome = always.run(draft.vars, input.payload, draft.context('main'));
  if (outcome.ignore !== undefined) return ignored === undefined ? undefined : outcome.ignore;
  redirect(draft, outcome);
  return undefined;
}

const waits = (definition: ChainDefinition, draft: Draft, name: string): boolean =>
  draft.tokens().some(([, node]) => {
    const at = definition.nodes[node];
    return at?.kind === 'wait' && at.on[name] !== undefined;
  });

/** An outcome for the instance as a whole: where it leads, every other token ends. */
function redirect(draft: Draft, outcome: Outcome<unknown>): void {
  if (outcome.to !== undefined) for (const [token] of draft.tokens()) if (token !== 'main') draft.removeToken(token);
  if (draft.nodeOf('main') !== '') take(draft, 'main', outcome, 'always');
}

function fire(
  definition: ChainDefinition,
  state: ChainState,
  input: Extract<Input, { kind: 'timer' }>,
  now: number,
): Transition | undefined {
  const timer = state.timers[input.timer];
  if (!timer || timer.gen !== input.gen || timer.dueAt > now || state.status === 'ENDED') return undefined;
  const draft = new Draft(definition, state, input, now);
  const at = definition.nodes[state.tokens[timer.token]?.node ?? ''];
  if (at?.kind !== 'wait' || !at.term) return undefined;
  draft.ring(input.timer, timer);
  if (timer.signal === 'VERSTREKEN')
    take(draft, timer.token, at.term.onLapse(draft.vars, draft.context(timer.token)), 'lapse');
  return finish(draft, undefined);
}

function finish(draft: Draft, ignored: string | undefined): Transition {
  if (ignored === undefined) settle(draft);
  return { ...draft.close(ignored), verdict: ignored === undefined ? 'applied' : 'ignored' };
}

/** The instance's own root key value, from the variables. */
const rootOf = (definition: ChainDefinition, state: ChainState): string | undefined =>
  definition.keys.find((k) => k.name === definition.start.key)?.of(state.vars, state.tokens)[0];

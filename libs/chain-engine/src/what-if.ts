import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import { glance, type Glance } from './glance.js';
import { transition } from './transition.js';

/** One thing that would happen by itself. `at` is ms since the epoch. */
export interface Foreseen {
  readonly at: number;
  readonly timer: string;
  readonly signal: 'NADERT' | 'VERSTREKEN';
  readonly publishes: readonly string[];
  readonly after: Glance;
}

/** More timers than any chain fires without an event in between. */
const stepsMax = 1_000;

/**
 * What would happen to an instance until `until` (ms) if nobody did anything: its timers, in the order of their moments, on a copy.
 * Nothing is written and nothing is told. Throws when the definition does, as the clock itself would then.
 */
export function whatIf(
  definition: ChainDefinition,
  state: ChainState,
  until: number,
): { readonly state: ChainState; readonly foreseen: readonly Foreseen[] } {
  const foreseen: Foreseen[] = [];
  let now = state;
  while (foreseen.length < stepsMax) {
    const next = firstTimer(now, until);
    if (!next) break;
    const at = Math.max(next.dueAt, state.updatedAt);
    const step = transition(definition, now, { kind: 'timer', timer: next.name, gen: next.gen }, at);
    if (!step) break;
    now = step.state;
    foreseen.push({
      at,
      timer: next.name,
      signal: next.signal,
      publishes: step.effects.flatMap((e) => (e.kind === 'publish' ? [e.publication.type] : [])),
      after: glance(now),
    });
  }
  return { state: now, foreseen };
}

const firstTimer = (state: ChainState, until: number) =>
  Object.entries(state.timers)
    .map(([name, timer]) => ({ name, ...timer }))
    .filter(({ dueAt }) => dueAt <= until)
    .sort((a, b) => a.dueAt - b.dueAt || (a.name < b.name ? -1 : 1))[0];

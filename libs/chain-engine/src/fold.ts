import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import type { HistoryRow } from './history.js';
import { transition } from './transition.js';

/** The state that a history gives under a definition (I15). Throws when the history holds a timer that could not have fired. */
export function fold(definition: ChainDefinition, rows: readonly HistoryRow[]): ChainState | undefined {
  let state: ChainState | undefined;
  for (const row of rows) {
    const step = transition(definition, state, row.input, row.at);
    if (!step) throw new Error(`row ${row.seq} changes nothing`);
    state = step.state;
  }
  return state;
}

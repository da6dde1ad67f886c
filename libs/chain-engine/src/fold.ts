import { definitionFor } from './definition-for.js';
import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import type { HistoryRow } from './history.js';
import { transition } from './transition.js';

/**
 * The state that a history gives (I15), under the definition or, when it went from one version to another on the way, under those it was
 * pinned to. Throws when the history holds a timer that could not have fired, or a version that is not given.
 */
export function fold(
  definitions: ChainDefinition | readonly ChainDefinition[],
  rows: readonly HistoryRow[],
): ChainState | undefined {
  const given = [definitions].flat() as readonly ChainDefinition[];
  let state: ChainState | undefined;
  for (const row of rows) {
    const definition = definitionFor(given, state, { chain: given[0]?.name ?? '', input: row.input });
    const step = transition(definition, state, row.input, row.at);
    if (!step) throw new Error(`row ${row.seq} changes nothing`);
    state = step.state;
  }
  return state;
}

import { definitionFor } from './definition-for.js';
import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import type { HistoryRow } from './history.js';
import { transition } from './transition.js';

/**
 * The state that a history gives (I15), under the definition or, when it went from one version to another on the way, under those it was
 * pinned to; `pinned` is the hash of the one it ends under. Throws when the history holds a timer that could not have fired, or when it
 * needs a version that is not given.
 */
export function fold(
  definitions: ChainDefinition | readonly ChainDefinition[],
  rows: readonly HistoryRow[],
  pinned?: string,
): ChainState | undefined {
  const given = [definitions].flat() as readonly ChainDefinition[];
  const first = rows.map(leftVersion).find((hash) => hash !== undefined) ?? pinned;
  const begun = given.find((d) => d.hash === first) ?? given[0];
  let state: ChainState | undefined;
  for (const row of rows) {
    const definition = state ? definitionFor(given, state, { chain: state.chain }) : begun;
    if (!definition) throw new Error('no definition given');
    const step = transition(definition, state, row.input, row.at);
    if (!step) throw new Error(`row ${row.seq} changes nothing`);
    state = step.state;
  }
  return state;
}

/** The version that an instance left by this row. */
function leftVersion({ input }: HistoryRow): string | undefined {
  if (input.kind !== 'op') return undefined;
  return input.act.verb === 'migrate' || input.act.verb === 'unmigrate' ? input.act.from : undefined;
}

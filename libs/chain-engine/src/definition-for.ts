import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import type { Input } from './input.js';

/**
 * The pinned definition of an instance. For one that begins: the newest of its chain whose law holds for the dossier, by its own date and
 * not by that of a deployment. Throws when there is none.
 */
export function definitionFor(
  definitions: readonly ChainDefinition[],
  state: ChainState | undefined,
  { chain, input }: { readonly chain: string; readonly input?: Input },
): ChainDefinition {
  const found = definitions.find((d) =>
    state ? d.hash === state.definition : d.name === chain && (input?.kind !== 'event' || isFor(d, input)),
  );
  if (found) return found;
  if (state) throw new Error('the pinned definition is not in this build');
  const known = definitions.some((d) => d.name === chain);
  throw new Error(known ? `no version of ${chain} is for this dossier` : `no chain ${chain}`);
}

/** Does the law of this version hold for the dossier that this event begins? */
function isFor(
  { start: { event, valid } }: ChainDefinition,
  { name, payload }: Extract<Input, { kind: 'event' }>,
): boolean {
  if (!valid || name !== event) return true;
  const on = valid.on(payload);
  return (valid.from === undefined || on >= valid.from) && (valid.until === undefined || on <= valid.until);
}

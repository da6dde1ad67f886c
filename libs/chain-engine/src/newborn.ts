import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';

/** An instance at its first moment: no token yet, and nothing told. */
export function newborn(
  definition: ChainDefinition,
  birth: { readonly id: string; readonly vars: unknown; readonly now: number; readonly parent: string | undefined },
): ChainState {
  const { id, vars, now, parent } = birth;
  return {
    id,
    chain: definition.name,
    version: definition.version,
    definition: definition.hash,
    status: 'OPEN',
    toestand: definition.start.toestand,
    dossier: definition.dossierOf(vars),
    gemeente: definition.gemeenteOf(vars),
    rev: 0,
    seq: 0,
    gen: 0,
    tokens: {},
    timers: {},
    terms: {},
    tasks: {},
    keys: [],
    published: {},
    ...(parent === undefined ? {} : { parent }),
    vars,
    startedAt: now,
    updatedAt: now,
    head: '',
  };
}

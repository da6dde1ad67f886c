import type { ChainState } from '@kruispunt/chain-engine';

/** An instance as its row holds it. */
export interface ChainRow {
  readonly id: string;
  readonly chain: string;
  readonly version: number;
  readonly definition: Buffer;
  readonly status: ChainState['status'];
  readonly toestand: string;
  readonly dossier: string;
  readonly gemeente: string | null;
  readonly rev: number;
  readonly seq: number;
  readonly gen: number;
  readonly work: Pick<
    ChainState,
    'tokens' | 'timers' | 'terms' | 'tasks' | 'keys' | 'published' | 'undo' | 'undoing' | 'parent'
  >;
  readonly vars: unknown;
  readonly head: Buffer;
  readonly started: Date;
  readonly updated: Date;
}

export const chainColumns =
  'id, chain, version, definition, status, toestand, dossier, gemeente, rev, seq, gen, work, vars, head, started, updated';

export const chainStateOf = (row: ChainRow): ChainState => ({
  id: row.id,
  chain: row.chain,
  version: row.version,
  definition: row.definition.toString('hex'),
  status: row.status,
  toestand: row.toestand,
  dossier: row.dossier,
  gemeente: row.gemeente ?? undefined,
  rev: row.rev,
  seq: row.seq,
  gen: row.gen,
  ...row.work,
  vars: row.vars,
  startedAt: row.started.getTime(),
  updatedAt: row.updated.getTime(),
  head: row.head.toString('hex'),
});

/** Postgres keeps no zero character in JSON. */
export const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');

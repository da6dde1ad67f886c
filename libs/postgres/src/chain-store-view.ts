import { canonical, type ChainState, type HistoryRow } from '@kruispunt/chain-engine';
import { chainColumns, chainStateOf, jsonText, type ChainRow } from './chain-row.js';
import type { Queryable } from './statement.js';

/** What to list; every field that is there must fit. */
export interface ChainQuery {
  readonly chain?: string;
  readonly state?: string;
  readonly dossier?: string;
  readonly limit: number;
}

export interface OpenTask {
  readonly task: string;
  readonly instance: string;
  readonly dossier: string;
  readonly name: string;
  readonly role: string;
  readonly reden: string;
  readonly due: string | null;
  readonly opened: Date;
}

export interface OpenIncident {
  readonly part: number;
  readonly n: number;
  readonly instance: string | null;
  readonly chain: string;
  readonly error: string;
  readonly behind: boolean;
  readonly opened: Date;
  readonly attempts: number;
  readonly fingerprint: string;
}

export type HistoryRecord = {
  seq: number;
  at: Date;
  data: Omit<HistoryRow, 'seq' | 'at' | 'prev' | 'hash'>;
  prev: Buffer;
  hash: Buffer;
};

/** A history row as the engine made it. */
export const historyRowOf = ({ seq, at, data, prev, hash }: HistoryRecord): HistoryRow => ({
  ...data,
  seq,
  at: at.getTime(),
  prev: prev.toString('hex'),
  hash: hash.toString('hex'),
});

/** Instances as people look at them. Reads only; never on the hot path. */
export class PostgresChainView {
  constructor(private readonly database: Queryable) {}

  /** The most recently changed first. */
  async list({ chain, state, dossier, limit }: ChainQuery): Promise<readonly ChainState[]> {
    const rows = await this.database.query<ChainRow>({
      name: 'chain-list',
      text: `select ${chainColumns} from chain_instance
              where ($1::text is null or chain = $1) and ($2::text is null or toestand = $2 or status = $2) and ($3::text is null or dossier = $3)
              order by updated desc, id limit $4`,
      values: [chain ?? null, state ?? null, dossier ?? null, limit],
    });
    return rows.map(chainStateOf);
  }

  async find(id: string): Promise<ChainState | undefined> {
    const rows = await this.database.query<ChainRow>({
      name: 'chain-find',
      text: `select ${chainColumns} from chain_instance where id = $1`,
      values: [id],
    });
    return rows.map(chainStateOf)[0];
  }

  /** All rows, in order. `part`: where it lies, when that is known. */
  async history(id: string, part?: number): Promise<readonly HistoryRow[]> {
    const rows = await this.database.query<HistoryRecord>({
      name: part === undefined ? 'chain-history-of' : 'chain-history-in',
      text: `select seq, at, data, prev, hash from chain_history where id = $1 ${part === undefined ? '' : 'and part = $2'} order by seq`,
      values: [id, ...(part === undefined ? [] : [part])],
    });
    return rows.map(historyRowOf);
  }

  /** How many instances stand in each state, per chain. */
  async counts(): Promise<
    readonly { readonly chain: string; readonly status: string; readonly toestand: string; readonly count: number }[]
  > {
    return this.database.query<{ chain: string; status: string; toestand: string; count: number }>({
      name: 'chain-counts',
      text: 'select chain, status, toestand, count(*) from chain_instance group by chain, status, toestand order by chain, toestand',
    });
  }

  /** How many instances are pinned to each definition, by status. */
  async pinned(): Promise<
    readonly { readonly chain: string; readonly definition: string; readonly status: string; readonly count: number }[]
  > {
    return this.database.query<{ chain: string; definition: string; status: string; count: number }>({
      name: 'chain-pinned-counts',
      text: `select chain, encode(definition, 'hex') as definition, status, count(*) from chain_instance group by chain, definition, status`,
    });
  }

  /** Open instances of a definition, in the order of their ids, after `after`. */
  async pinnedTo(page: {
    readonly definition: string;
    readonly after: string;
    readonly limit: number;
  }): Promise<readonly ChainState[]> {
    const rows = await this.database.query<ChainRow>({
      name: 'chain-pinned-to',
      text: `select ${chainColumns} from chain_instance where status = 'OPEN' and definition = $1 and id > $2 order by id limit $3`,
      values: [Buffer.from(page.definition, 'hex'), page.after, page.limit],
    });
    return rows.map(chainStateOf);
  }

  async openTasks(limit: number): Promise<readonly OpenTask[]> {
    return this.database.query<OpenTask>({
      name: 'chain-open-tasks',
      text: `select t.task, t.id as instance, i.dossier, t.name, t.role, t.reden, t.due, t.opened
               from chain_task t join chain_instance i on i.part = t.part and i.id = t.id where t.closed is null order by t.due, t.opened limit $1`,
      values: [limit],
    });
  }

  async openIncidents(limit: number, instance?: string): Promise<readonly OpenIncident[]> {
    return this.database.query<OpenIncident>({
      name: 'chain-open-incidents',
      text: `select part, n, id as instance, chain, error, behind, opened, attempts, encode(fingerprint, 'hex') as fingerprint
               from chain_incident where closed is null and ($2::uuid is null or id = $2) order by part, n limit $1`,
      values: [limit, instance ?? null],
    });
  }

  /** The earliest timer of each of the partitions, ms since the epoch. */
  async nextTimers(parts: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const rows = await this.database.query<{ part: number; due: Date }>({
      name: 'chain-next-timers',
      text: `select p.part, f.due from unnest($1::smallint[]) as p (part)
              cross join lateral (select due from chain_timer t where t.part = p.part order by due limit 1) as f`,
      values: [parts],
    });
    return new Map(rows.map(({ part, due }) => [part, due.getTime()]));
  }

  /** Notes the definitions of this build; answers the hashes that open instances are pinned to and the build lacks. */
  async missingDefinitions(
    build: readonly {
      readonly hash: string;
      readonly name: string;
      readonly version: number;
      readonly outline: unknown;
    }[],
  ): Promise<readonly string[]> {
    await this.database.query({
      name: 'chain-definitions-note',
      text: `insert into chain_definition (hash, chain, version, outline) select * from unnest($1::bytea[], $2::text[], $3::int[], $4::jsonb[]) on conflict do nothing`,
      values: [
        build.map((d) => Buffer.from(d.hash, 'hex')),
        build.map((d) => d.name),
        build.map((d) => d.version),
        build.map((d) => jsonText(JSON.parse(canonical(d.outline)))),
      ],
    });
    const rows = await this.database.query<{ definition: Buffer }>({
      name: 'chain-definitions-missing',
      text: `select distinct definition from chain_instance where status = 'OPEN' and definition <> all($1::bytea[])`,
      values: [build.map((d) => Buffer.from(d.hash, 'hex'))],
    });
    return rows.map((row) => row.definition.toString('hex'));
  }
}

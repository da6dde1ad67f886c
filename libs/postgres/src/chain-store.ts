import assert from 'node:assert';
import { createHash } from 'node:crypto';
import type { BatchResult, ChainState } from '@kruispunt/chain-engine';
import { chainColumns, chainStateOf, jsonText, type ChainRow } from './chain-row.js';
import { writeIncidents, writeTasks, writeTerms } from './chain-side-rows.js';
import type { Queryable } from './statement.js';

/** A timer that is due. `due` is ms since the epoch. */
export interface DueTimer {
  readonly instance: string;
  readonly name: string;
  readonly gen: number;
  readonly due: number;
  readonly chain: string;
}

/** 128 bits that stand for an event, whatever its source and id are: (source, id) is unique for ever. */
export function eventDigest(event: { readonly source: string; readonly id: string }): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([event.source, event.id]))
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/**
 * The instances of one partition, inside its transaction: read what a batch needs, write what it changed; one statement per
 * table and batch. A changed row must still have the revision that was read, or the transaction fails (assert).
 */
export class PostgresChainStore {
  async load(
    tx: Queryable,
    part: number,
    ids: readonly string[],
  ): Promise<{ states: Map<string, ChainState>; blocked: Set<string> }> {
    const rows = await tx.query<ChainRow>({
      name: 'chain-load',
      text: `select ${chainColumns} from chain_instance where part = $1 and id = any($2::uuid[])`,
      values: [part, ids],
    });
    const held = await tx.query<{ id: string }>({
      name: 'chain-blocked',
      text: 'select distinct id from chain_incident where part = $1 and id = any($2::uuid[]) and closed is null',
      values: [part, ids],
    });
    return {
      states: new Map(rows.map((row) => [row.id, chainStateOf(row)])),
      blocked: new Set(held.map((row) => row.id)),
    };
  }

  /** Timers of the partition that are due at `at` (ms), earliest first. */
  async dueTimers(tx: Queryable, part: number, at: number, limit: number): Promise<readonly DueTimer[]> {
    const rows = await tx.query<{ id: string; name: string; gen: number; due: Date; chain: string }>({
      name: 'chain-timers-due',
      text: `select t.id, t.name, t.gen, t.due, i.chain from chain_timer t join chain_instance i on i.part = t.part and i.id = t.id
              where t.part = $1 and t.due <= $2 order by t.due, t.id, t.name limit $3`,
      values: [part, new Date(at), limit],
    });
    return rows.map(({ id, name, gen, due, chain }) => ({ instance: id, name, gen, chain, due: due.getTime() }));
  }

  async save(tx: Queryable, part: number, batch: BatchResult, now: number): Promise<void> {
    const changed = [...batch.states.values()];
    await this.insert(
      tx,
      part,
      changed.filter((c) => c.revBefore === 0).map((c) => c.state),
    );
    await this.update(
      tx,
      part,
      changed.filter((c) => c.revBefore > 0),
    );
    await this.writeHistory(tx, part, batch);
    await this.writeTimers(tx, part, batch.timers);
    await this.writeKeys(tx, part, batch.keys);
    await writeTerms(tx, part, batch.terms);
    await writeTasks(tx, part, batch.tasks, now);
    await writeIncidents(tx, part, batch.incidents, now);
  }

  /** Removes timers that were looked at and had nothing to say: stale ones. */
  async dropTimers(
    tx: Queryable,
    part: number,
    timers: readonly Pick<DueTimer, 'instance' | 'name' | 'gen'>[],
  ): Promise<void> {
    if (timers.length === 0) return;
    await tx.query({
      name: 'chain-timers-drop',
      text: `delete from chain_timer t using unnest($2::uuid[], $3::text[], $4::int[]) as gone (id, name, gen)
              where t.part = $1 and t.id = gone.id and t.name = gone.name and t.gen = gone.gen`,
      values: [part, timers.map((t) => t.instance), timers.map((t) => t.name), timers.map((t) => t.gen)],
    });
  }

  private async insert(tx: Queryable, part: number, states: readonly ChainState[]): Promise<void> {
    if (states.length === 0) return;
    await tx.query({
      name: 'chain-insert',
      text: `insert into chain_instance (part, ${chainColumns})
             select $1, * from unnest($2::uuid[], $3::text[], $4::int[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[],
                                      $10::int[], $11::int[], $12::int[], $13::jsonb[], $14::jsonb[], $15::bytea[], $16::timestamptz[], $17::timestamptz[])`,
      values: [part, ...columnsOf(states)],
    });
  }

  private async update(
    tx: Queryable,
    part: number,
    changes: readonly { state: ChainState; revBefore: number }[],
  ): Promise<void> {
    if (changes.length === 0) return;
    const rows = await tx.query({
      name: 'chain-update',
      text: `update chain_instance i set version = n.version, definition = n.definition, status = n.status, toestand = n.toestand, dossier = n.dossier, gemeente = n.gemeente, rev = n.rev,
                    seq = n.seq, gen = n.gen, work = n.work, vars = n.vars, head = n.head, updated = n.updated
               from unnest($2::uuid[], $3::text[], $4::int[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::int[],
                           $12::int[], $13::jsonb[], $14::jsonb[], $15::bytea[], $16::timestamptz[], $17::timestamptz[], $18::int[])
                    as n (${chainColumns}, rev_before)
              where i.part = $1 and i.id = n.id and i.rev = n.rev_before returning i.id`,
      values: [part, ...columnsOf(changes.map((c) => c.state)), changes.map((c) => c.revBefore)],
    });
    // Fewer rows than changes means that somebody else wrote in between: without this check a lost update is silent.
    assert(
      rows.length === changes.length,
      `${changes.length - rows.length} instances of partition ${part} were changed by another`,
    );
  }

  private async writeHistory(tx: Queryable, part: number, { history }: BatchResult): Promise<void> {
    if (history.length === 0) return;
    await tx.query({
      name: 'chain-history',
      text: `insert into chain_history (part, id, seq, at, event, data, prev, hash)
             select $1, * from unnest($2::uuid[], $3::int[], $4::timestamptz[], $5::uuid[], $6::jsonb[], $7::bytea[], $8::bytea[])`,
      values: [
        part,
        history.map((h) => h.instance),
        history.map((h) => h.row.seq),
        history.map((h) => new Date(h.row.at)),
        history.map((h) => (h.row.input.kind === 'event' ? eventDigest(h.row.input) : null)),
        history.map(({ row: { seq: _, at: __, prev: ___, hash: ____, ...data } }) => jsonText(data)),
        history.map((h) => Buffer.from(h.row.prev, 'hex')),
        history.map((h) => Buffer.from(h.row.hash, 'hex')),
      ],
    });
  }

  private async writeTimers(tx: Queryable, part: number, timers: BatchResult['timers']): Promise<void> {
    const gone = timers.filter((t) => t.timer === undefined);
    if (gone.length > 0) {
      await tx.query({
        name: 'chain-timers-clear',
        text: 'delete from chain_timer t using unnest($2::uuid[], $3::text[]) as gone (id, name) where t.part = $1 and t.id = gone.id and t.name = gone.name',
        values: [part, gone.map((t) => t.instance), gone.map((t) => t.name)],
      });
    }
    const set = timers.flatMap(({ instance, name, timer }) => (timer ? [{ instance, name, ...timer }] : []));
    if (set.length === 0) return;
    await tx.query({
      name: 'chain-timers-set',
      text: `insert into chain_timer (part, id, name, due, gen)
             select $1, * from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::int[])
             on conflict (part, id, name) do update set due = excluded.due, gen = excluded.gen`,
      values: [
        part,
        set.map((t) => t.instance),
        set.map((t) => t.name),
        set.map((t) => new Date(t.dueAt)),
        set.map((t) => t.gen),
      ],
    });
  }

  private async writeKeys(tx: Queryable, part: number, keys: BatchResult['keys']): Promise<void> {
    const [added, removed] = [keys.filter((k) => k.added), keys.filter((k) => !k.added)];
    if (removed.length > 0) {
      await tx.query({
        name: 'chain-keys-remove',
        text: 'delete from chain_correlation c using unnest($2::uuid[], $3::uuid[]) as gone (ck, id) where c.ck = gone.ck and c.part = $1 and c.id = gone.id',
        values: [part, removed.map((k) => k.key), removed.map((k) => k.instance)],
      });
    }
    if (added.length === 0) return;
    await tx.query({
      name: 'chain-keys-add',
      text: 'insert into chain_correlation (part, ck, id) select $1, * from unnest($2::uuid[], $3::uuid[]) on conflict do nothing',
      values: [part, added.map((k) => k.key), added.map((k) => k.instance)],
    });
  }
}

const columnsOf = (states: readonly ChainState[]): readonly (readonly unknown[])[] => [
  states.map((s) => s.id),
  states.map((s) => s.chain),
  states.map((s) => s.version),
  states.map((s) => Buffer.from(s.definition, 'hex')),
  states.map((s) => s.status),
  states.map((s) => s.toestand),
  states.map((s) => s.dossier),
  states.map((s) => s.gemeente ?? null),
  states.map((s) => s.rev),
  states.map((s) => s.seq),
  states.map((s) => s.gen),
  states.map(({ tokens, timers, terms, tasks, keys, published, undo, undoing, parent }) =>
    jsonText({ tokens, timers, terms, tasks, keys, published, undo, undoing, parent }),
  ),
  states.map((s) => jsonText(s.vars)),
  states.map((s) => Buffer.from(s.head, 'hex')),
  states.map((s) => new Date(s.startedAt)),
  states.map((s) => new Date(s.updatedAt)),
];

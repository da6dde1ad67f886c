import type { BatchResult, ChainDefinition, Item, Known } from '@kruispunt/chain-engine';
import type { Clock } from '@kruispunt/clock';
import type { SchemaIds } from '@kruispunt/contracts';
import { fromEntry, type LogRecord, type Quarantine, type QuarantinedRecord } from '@kruispunt/event';
import type { LogEntry } from '@kruispunt/kafka';
import {
  eventDigest,
  type Claim,
  type PartitionStore,
  type PostgresChainIncidents,
  type PostgresChainRouting,
  type PostgresChainStore,
  type Tx,
} from '@kruispunt/postgres';
import { Problem, problem } from '@kruispunt/problem';
import { attr, type Log } from '@kruispunt/telemetry';
import type { EarlyDelivery } from './early-delivery.js';
import { chainOf } from './keten-in.js';
import { holdsOf } from './holds-of.js';
import { parentOf } from './publication-record.js';
import { runBatch } from './run-batch.js';

export interface RunParts {
  readonly definitions: readonly ChainDefinition[];
  readonly schemaIds: SchemaIds;
  readonly store: PartitionStore;
  readonly chains: PostgresChainStore;
  readonly incidents: PostgresChainIncidents;
  readonly routing: PostgresChainRouting;
  readonly quarantine: Quarantine;
  readonly early: EarlyDelivery;
  readonly clock: Clock;
  readonly log: Log;
}

export const chainConsumer = 'chain';

interface Stretch {
  readonly from: number;
  readonly next: number;
  readonly entries: readonly LogEntry[];
}

/** What one turn tries: inputs, the instances whose incidents they are, and records that go out as they are. */
export interface Tried {
  readonly items: readonly Item[];
  readonly unblocked?: readonly string[];
  readonly records?: readonly LogRecord[];
}

export interface Steps<W extends Tried, T> {
  load(tx: Pick<Tx, 'query'>): Promise<W>;
  settle(work: W, done: { readonly known: Known; readonly result: BatchResult }, tx: Pick<Tx, 'query'>): Promise<T>;
}

/** One input of the log with the id under which its instance remembers it. */
interface Taken {
  readonly item: Item;
  readonly inboxId: string;
  readonly event: string;
}

/**
 * The engine's turn: a batch of one partition becomes one transaction {fence, inbox, instances, history, timers, keys, outbox}.
 * Batch read → decoded → applied (pure) → committed → early events of new keys brought in. Publishing follows in the runner.
 */
export class Run {
  constructor(private readonly parts: RunParts) {}

  /** Throws what the partition transaction throws. A fault in the data itself is halved down to the one record, and that is set apart. */
  async handle(claim: Claim, stretch: Stretch): Promise<void> {
    try {
      await this.commit(claim, stretch);
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.slug !== 'internal') throw thrown;
      if (stretch.entries.length > 1) {
        for (const half of halves(stretch)) await this.handle(claim, half);
        return;
      }
      await this.setApart(stretch.entries, thrown);
      await this.parts.store.transact(claim, { from: stretch.from, next: stretch.next }, () => Promise.resolve());
    }
  }

  /** Applies inputs that are no records of the log (timers) at the partition's own position. `before` runs first in the transaction. */
  apply(claim: Claim, position: number, load: (tx: Pick<Tx, 'query'>) => Promise<readonly Item[]>): Promise<number> {
    return this.turn(claim, position, {
      load: async (tx) => ({ items: await load(tx) }),
      settle: ({ items }) => Promise.resolve(items.length),
    });
  }

  /** One turn beside the log, in the same transaction as an event's: `load` says what is tried, `settle` writes what became of it. */
  async turn<W extends Tried, T>(claim: Claim, position: number, steps: Steps<W, T>): Promise<T> {
    const { store } = this.parts;
    const { result, settled } = await store.transact(claim, { from: position, next: position }, (tx) =>
      this.steps(tx, claim.partition, steps),
    );
    await this.after(result);
    await store.publishOutbox(claim);
    return settled;
  }

  /** The steps of a turn, inside whichever transaction: that of the owner, or one that a dry run rolls back. */
  async steps<W extends Tried, T>(
    tx: Pick<Tx, 'query' | 'publish'>,
    part: number,
    { load, settle }: Steps<W, T>,
  ): Promise<{ readonly result: BatchResult; readonly settled: T }> {
    const work = await load(tx);
    const { known, result } = await this.write(tx, part, work.items, work.unblocked);
    if (work.records) tx.publish(work.records);
    return { result, settled: await settle(work, { known, result }, tx) };
  }

  private async commit(claim: Claim, { from, next, entries }: Stretch): Promise<void> {
    const taken = await this.decode(entries);
    const stretch = { from, next, eventIds: taken.map((t) => t.inboxId) };
    const result = await this.parts.store.transact(claim, stretch, (tx) => this.writeTaken(tx, claim, taken));
    await this.after(result);
  }

  /** Seen before or not: what got this far is not early any more. */
  private async writeTaken(tx: Tx, claim: Claim, taken: readonly Taken[]): Promise<BatchResult> {
    await this.parts.routing.unpark(
      tx,
      taken.map((t) => t.event),
    );
    const fresh = taken.filter((_, at) => tx.freshAt[at]);
    const { result } = await this.write(
      tx,
      claim.partition,
      fresh.map((t) => t.item),
    );
    return result;
  }

  /** `unblocked`: instances whose incidents are in these very items. */
  private async write(
    tx: Pick<Tx, 'query' | 'publish'>,
    part: number,
    items: readonly Item[],
    unblocked: readonly string[] = [],
  ): Promise<{ readonly known: Known; readonly result: BatchResult }> {
    const { chains, incidents, definitions, schemaIds, clock } = this.parts;
    const now = clock.now();
    const { states, blocked } = await chains.load(tx, part, [...new Set(items.map((item) => item.instance))]);
    for (const id of unblocked) blocked.delete(id);
    const holds = holdsOf(await incidents.pauses(tx, part));
    const known: Known = { states, blocked, ...(holds && { holds }) };
    const { result, records } = runBatch({ known, items, now }, definitions, schemaIds);
    await chains.save(tx, part, result, now);
    tx.publish(records);
    return { known, result };
  }

  /** After the commit: whoever parked an event for a key before we added it could not see us; now we look for it. */
  private async after(result: BatchResult): Promise<void> {
    for (const { item, error, behind } of result.incidents) {
      if (!behind && item.input.kind !== 'op')
        this.parts.log.error('chain incident opened', {
          [attr.chain]: item.chain,
          [attr.chainInstanceId]: item.instance,
          [attr.reason]: error,
        });
    }
    const added = result.keys.filter((k) => k.added).map((k) => k.key);
    if (added.length > 0) await this.parts.early.deliver(added);
  }

  private async decode(entries: readonly LogEntry[]): Promise<readonly Taken[]> {
    const taken: Taken[] = [];
    for (const entry of entries) {
      const decoded = fromEntry(entry, this.parts.schemaIds);
      if (decoded.kind === 'undecodable') {
        await this.setApart([entry], decoded.because);
        continue;
      }
      const { envelope, key: instance } = decoded.event;
      const input = {
        kind: 'event',
        name: decoded.type.name,
        id: envelope.id,
        source: envelope.source,
        payload: envelope.data,
        ...parentOf(envelope),
      } as const;
      taken.push({
        item: { instance, chain: chainOf(entry.headers), input },
        inboxId: `${instance} ${envelope.source} ${envelope.id}`,
        event: eventDigest(envelope),
      });
    }
    return taken;
  }

  private async setApart(entries: readonly LogEntry[], because: Problem): Promise<void> {
    const records = entries.map((entry): QuarantinedRecord => ({ ...entry, consumer: chainConsumer, because }));
    await this.parts.quarantine.put(records);
  }
}

function halves({ from, next, entries }: Stretch): readonly Stretch[] {
  const middle = Math.floor(entries.length / 2);
  const cut = entries[middle]?.offset;
  if (cut === undefined) throw problem('internal', { reason: 'a stretch of one record cannot be halved' });
  return [
    { from, next: cut, entries: entries.slice(0, middle) },
    { from: cut, next, entries: entries.slice(middle) },
  ];
}

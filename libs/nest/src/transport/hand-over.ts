import type { EventType, SchemaIds } from '@kruispunt/contracts';
import type { Timers } from '@kruispunt/clock';
import { fromEntry, type Quarantine, type StoredEvent } from '@kruispunt/event';
import type { LogBatch, LogEntry } from '@kruispunt/kafka';
import type { Claim, PartitionStore, Tx } from '@kruispunt/postgres';
import { asProblem, Problem } from '@kruispunt/problem';

/** How often one failing event is tried in all, and how long it rests between. */
const attemptsMax = 3;
const retryPauseMs = 200;

/** Faults of the outside and of ownership: nothing is wrong with the event, so it is tried again or left to the new owner. */
const outsideSlugs = new Set([
  'fenced',
  'store-unavailable',
  'log-unavailable',
  'registry-unavailable',
  'audit-unavailable',
]);

/** A conflict that names a position is the store's (a commit whose answer was lost); any other belongs to the handler. */
const isFromOutside = (thrown: unknown): boolean =>
  thrown instanceof Problem &&
  (outsideSlugs.has(thrown.slug) || (thrown.slug === 'conflict' && typeof thrown.fields['next'] === 'number'));

/** Events of one type that follow each other in one partition. */
export interface Stretch {
  readonly type: EventType;
  readonly events: readonly StoredEvent[];
}

export interface HandOverParts {
  readonly consumer: string;
  readonly schemaIds: SchemaIds;
  readonly store: PartitionStore;
  readonly quarantine: Quarantine;
  readonly timers: Timers;
  /** Whether anyone listens to this event type: what nobody listens to is not even decoded. */
  wants(type: string): boolean;
  call(stretch: Stretch, claim: Claim, tx: Tx): Promise<void>;
  onQuarantined(entry: LogEntry, because: Problem): void;
}

interface Item {
  readonly entry: LogEntry;
  readonly type: EventType;
  readonly event: StoredEvent;
  /** Duplicates of this are dropped: a publisher that sends again uses the same source and id. */
  readonly id: string;
}

interface Bad {
  readonly entry: LogEntry;
  readonly because: Problem;
}

interface Part {
  readonly from: number;
  readonly next: number;
  readonly items: readonly Item[];
}

/**
 * A batch of one partition on its way to the handlers: decoded → one transaction {fence, inbox, handlers, position}. When a handler
 * throws, nothing of the transaction stands and the batch is halved, down to the one event that fails; that one is tried three times
 * and then set apart, and the others go on. Bytes that do not decode are set apart at once. A fault of the outside (store, log) is
 * thrown: the runner brings the same batch again, and we go on where we were.
 */
export class HandOver {
  private readonly reached = new WeakMap<Claim, number>();

  constructor(private readonly parts: HandOverParts) {}

  async handle(claim: Claim, batch: LogBatch): Promise<void> {
    const reached = this.reached.get(claim);
    const from = reached !== undefined && reached > batch.from ? reached : batch.from;
    if (from >= batch.next) return;
    const entries = batch.entries.filter((entry) => entry.offset >= from);
    await this.commit(claim, { from, next: batch.next, items: await this.decode(entries) });
  }

  private async decode(entries: readonly LogEntry[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    const bad: Bad[] = [];
    for (const entry of entries) {
      if (!this.parts.wants(entry.headers['ce_type'] ?? '')) continue;
      const decoded = fromEntry(entry, this.parts.schemaIds);
      if (decoded.kind === 'undecodable') bad.push({ entry, because: decoded.because });
      else items.push({ entry, type: decoded.type, event: decoded.event, id: idOf(decoded.event) });
    }
    await this.setApart(bad);
    return items;
  }

  private async commit(claim: Claim, part: Part): Promise<void> {
    const thrown = await this.attempt(claim, part);
    if (thrown === undefined) return;
    if (part.items.length > 1) {
      for (const half of halves(part)) await this.commit(claim, half);
      return;
    }
    await this.lastOne(claim, part, thrown.cause);
  }

  /** One transaction. Answers what a handler threw; throws what came from outside. */
  private async attempt(claim: Claim, part: Part): Promise<{ readonly cause: unknown } | undefined> {
    const { store } = this.parts;
    const stretch = { from: part.from, next: part.next, eventIds: part.items.map((item) => item.id) };
    try {
      await store.transact(claim, stretch, async (tx) => {
        const fresh = part.items.filter((_, at) => tx.freshAt[at]);
        for (const run of runsOf(fresh)) await this.parts.call(run, claim, tx);
      });
    } catch (cause) {
      if (isFromOutside(cause)) throw cause;
      return { cause };
    }
    this.reached.set(claim, part.next);
    return undefined;
  }

  private async lastOne(claim: Claim, part: Part, firstCause: unknown): Promise<void> {
    let cause = firstCause;
    for (let attempt = 2; attempt <= attemptsMax; attempt++) {
      await this.parts.timers.sleep(retryPauseMs * (attempt - 1));
      const thrown = await this.attempt(claim, part);
      if (thrown === undefined) return;
      cause = thrown.cause;
    }
    const because = asProblem(cause);
    await this.setApart(part.items.map(({ entry }) => ({ entry, because })));
    await this.parts.store.transact(claim, { from: part.from, next: part.next }, async () => undefined);
    this.reached.set(claim, part.next);
  }

  private async setApart(bad: readonly Bad[]): Promise<void> {
    if (bad.length === 0) return;
    const { consumer, quarantine } = this.parts;
    await quarantine.put(bad.map(({ entry, because }) => ({ ...entry, consumer, because })));
    for (const { entry, because } of bad) this.parts.onQuarantined(entry, because);
  }
}

/** What makes an event the same event (CloudEvents 1.0 §3.1.1). */
const idOf = ({ envelope }: StoredEvent): string => `${envelope.source} ${envelope.id}`;

function halves({ from, next, items }: Part): readonly [Part, Part] {
  const middle = Math.ceil(items.length / 2);
  const cut = items[middle]!.entry.offset;
  return [
    { from, next: cut, items: items.slice(0, middle) },
    { from: cut, next, items: items.slice(middle) },
  ];
}

function runsOf(items: readonly Item[]): Stretch[] {
  const runs: { type: EventType; events: StoredEvent[] }[] = [];
  for (const { type, event } of items) {
    const last = runs.at(-1);
    if (last?.type === type) last.events.push(event);
    else runs.push({ type, events: [event] });
  }
  return runs;
}

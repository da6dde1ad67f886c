import assert from 'node:assert';

/** What became of one matched event. `open`: queued or on its way. `held` and `parked` are exceptions: the position goes past them. */
export type EntryState<P> =
  | { readonly kind: 'open' }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'suppressed'; readonly rule: string }
  | { readonly kind: 'held' }
  | { readonly kind: 'parked'; readonly attempts: number; readonly record: P };

/** A matched event as the ledger knows it. */
export interface LedgerItem {
  readonly offset: number;
  readonly key: string;
  readonly eventId: string;
}

/** A parked event; `record` is what the caller wants kept with it (error, sealed payload). */
export interface ParkedItem<P> extends LedgerItem {
  readonly attempts: number;
  readonly record: P;
}

/** A stretch of the log, from its first offset to the one after its last. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What moved since the last change, to be committed in one transaction: counters and exceptions keep the equation of I5. */
export interface LedgerChange<P> {
  readonly next: number;
  readonly behind: boolean;
  readonly matched: number;
  readonly delivered: number;
  readonly suppressed: ReadonlyMap<string, number>;
  readonly held: readonly LedgerItem[];
  readonly heldGone: readonly LedgerItem[];
  readonly parked: readonly ParkedItem<P>[];
  /** What retention took before this subscription had read it. */
  readonly passed: readonly Stretch[];
}

/** The live reader of a partition: `next` is the first offset it has not handed out. */
export interface LiveReader {
  readonly next: number;
}

interface Entry<P> extends LedgerItem {
  state: EntryState<P>;
}

/**
 * The position of one subscription in one partition, and what is not yet committed of it.
 *
 * Matched events enter in log order as `open` and are settled in any order. `next` is the first open one: everything below it is
 * settled or an exception. An outcome at or above `next` stays in memory until `next` passes it; so after a crash it happens again,
 * with the same id. Exceptions below `next` (held events) are settled later, one by one.
 */
export class Track<P> {
  private reader: LiveReader | undefined;
  private readonly entries: Entry<P>[] = [];
  private readonly byOffset = new Map<number, Entry<P>>();
  private openCount = 0;
  private matched = 0;
  private delivered = 0;
  private suppressed = new Map<string, number>();
  private readonly heldGone = new Map<number, LedgerItem>();
  private parked: ParkedItem<P>[] = [];
  private passed: Stretch[] = [];
  private written: { next: number; behind: boolean };

  constructor(
    readonly topic: string,
    readonly partition: number,
    private offered: number,
    behind: boolean,
  ) {
    this.written = { next: offered, behind };
  }

  /** True: read with the partition's live reader, and so implicitly at the partition's own position while nothing is open. */
  get live(): boolean {
    return this.reader !== undefined;
  }

  /** Every event below has been offered, or was never matched. */
  get frontier(): number {
    return this.reader === undefined ? this.offered : Math.max(this.offered, this.reader.next);
  }

  /** From now on the live reader reads for this subscription too. */
  join(reader: LiveReader): void {
    assert(this.offered >= reader.next, 'a subscription joins the live reader where it has caught up');
    this.reader = reader;
  }

  /** From now on it reads for itself, from where the live reader had come. */
  leave(): void {
    this.offered = this.frontier;
    this.reader = undefined;
  }

  get next(): number {
    return this.entries.find((e) => e.state.kind === 'open')?.offset ?? this.frontier;
  }

  /** Outcomes that a crash would repeat: those that an older open event keeps from being committed. */
  get blocked(): number {
    const first = this.entries.findIndex((e) => e.state.kind === 'open');
    return first < 0 ? 0 : this.entries.length - first - this.openCount;
  }

  /** True for an offset that was offered already: a subscription that had read ahead joins the live reader. */
  isPast(offset: number): boolean {
    return offset < this.offered;
  }

  get open(): number {
    return this.openCount;
  }

  firstOpen(): LedgerItem | undefined {
    return this.entries.find((e) => e.state.kind === 'open');
  }

  /** A matched event enters, in log order. */
  enter(item: LedgerItem, state: EntryState<P> = { kind: 'open' }): void {
    assert(item.offset >= this.offered, 'events enter a ledger in log order');
    const entry = { ...item, state };
    this.entries.push(entry);
    this.byOffset.set(item.offset, entry);
    if (state.kind === 'open') this.openCount += 1;
    this.offered = item.offset + 1;
  }

  /** Its own reader has offered everything below `to`. */
  advance(to: number): void {
    this.offered = Math.max(this.offered, to);
  }

  /** Retention took everything below `to`: read on from there, and say so with the next change that has come so far. */
  pass(to: number): void {
    if (to <= this.frontier) return;
    this.passed.push({ from: this.frontier, to });
    this.offered = to;
  }

  /** The outcome of one event, wherever it stands. */
  settle(item: LedgerItem, state: Exclude<EntryState<P>, { kind: 'open' }>): void {
    const entry = this.byOffset.get(item.offset);
    if (entry) {
      if (entry.state.kind === 'open') this.openCount -= 1;
      entry.state = state;
      return;
    }
    assert(state.kind !== 'held', 'an event below the position is held already');
    this.heldGone.set(item.offset, item);
    this.count(item, state);
  }

  /** Forgets the last event when it is still open: it will be read again. Answers it, or undefined when the last one is not open. */
  retreat(mayGo: (item: LedgerItem) => boolean): LedgerItem | undefined {
    assert(!this.live, 'the live reader does not go back');
    const last = this.entries.at(-1);
    if (last?.state.kind !== 'open' || !mayGo(last)) return undefined;
    this.entries.pop();
    this.byOffset.delete(last.offset);
    this.openCount -= 1;
    this.offered = last.offset;
    return last;
  }

  /**
   * Takes what can be committed: the settled stretch up to the first open event, and the exceptions below it that ended. undefined
   * when nothing moved. The caller commits it before it takes the next one, or gives up the partition.
   */
  takeChange(): LedgerChange<P> | undefined {
    const held: LedgerItem[] = [];
    let taken = 0;
    for (const entry of this.entries) {
      if (entry.state.kind === 'open') break;
      taken += 1;
      this.matched += 1;
      this.byOffset.delete(entry.offset);
      if (entry.state.kind === 'held') held.push(entry);
      else this.count(entry, entry.state);
    }
    this.entries.splice(0, taken);
    const next = this.next;
    const behind = !this.live || this.entries.length > 0;
    const passed = this.takePassed(next);
    const moved = taken > 0 || this.heldGone.size > 0 || this.parked.length > 0 || passed.length > 0;
    const restated = behind !== this.written.behind || (behind && next !== this.written.next);
    if (!moved && !restated) return undefined;
    this.written = { next, behind };
    return { next, behind, held, passed, ...this.takeCounts() };
  }

  /** The change that says nothing, for when only holds moved. */
  unchanged(): LedgerChange<P> {
    const { next, behind } = this.written;
    return {
      next,
      behind,
      matched: 0,
      delivered: 0,
      suppressed: new Map(),
      held: [],
      heldGone: [],
      parked: [],
      passed: [],
    };
  }

  private takePassed(next: number): readonly Stretch[] {
    if (this.passed.length === 0) return this.passed;
    const [said, kept] = [this.passed.filter(({ to }) => to <= next), this.passed.filter(({ to }) => to > next)];
    this.passed = kept;
    return said;
  }

  private takeCounts(): Pick<LedgerChange<P>, 'matched' | 'delivered' | 'suppressed' | 'heldGone' | 'parked'> {
    const { matched, delivered, suppressed, parked } = this;
    const heldGone = [...this.heldGone.values()];
    this.matched = 0;
    this.delivered = 0;
    this.suppressed = new Map();
    this.parked = [];
    this.heldGone.clear();
    return { matched, delivered, suppressed, heldGone, parked };
  }

  private count(item: LedgerItem, state: Exclude<EntryState<P>, { kind: 'open' } | { kind: 'held' }>): void {
    if (state.kind === 'delivered') this.delivered += 1;
    else if (state.kind === 'suppressed') this.suppressed.set(state.rule, (this.suppressed.get(state.rule) ?? 0) + 1);
    else this.parked.push({ ...item, attempts: state.attempts, record: state.record });
  }
}

import type { LogRecord } from '@kruispunt/event';

/** The right to write for one partition, valid until another process claims it. `consumer` names the work (e.g. `chain`). */
export interface Claim {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  /** Where to read on; -1 when this partition was never read. */
  readonly next: number;
}

/** A stretch of one partition that is committed as a whole. */
export interface Stretch {
  /**
   * Where the stretch before this one ended: `claim.next` at first, afterwards the `next` of the last `transact`. Not the offset of
   * the first record, which lies further when the log has a gap (compaction, retention). Any value will do while nothing was read.
   */
  readonly from: number;
  /** Where to read on afterwards; equal to `from` when only effects are to be written. */
  readonly next: number;
  /** For the inbox; left out or empty when the work needs no memory of what it has seen. */
  readonly eventIds?: readonly string[];
}

/** What a handler has inside the partition transaction. */
export interface Tx {
  /** One statement, named so that its plan is kept. */
  query<Row extends object = Record<string, unknown>>(statement: {
    name: string;
    text: string;
    values?: readonly unknown[];
  }): Promise<Row[]>;
  /** Of the ids given to `transact`, those this partition has not seen before. An id that stands twice in the stretch is in here once. */
  readonly fresh: ReadonlySet<string>;
  /** Per place in `eventIds`: true when neither an earlier stretch nor an earlier place of this one has this id. */
  readonly freshAt: readonly boolean[];
  /** Records to publish after the commit; they survive a crash and are published again with the same ids. */
  publish(records: readonly LogRecord[]): void;
}

/** One partition, one transaction: fence, offset, inbox, effects and outbox commit together or not at all. */
export abstract class PartitionStore {
  private readonly turns = new Map<string, Promise<void>>();

  /**
   * Takes the partition over: raises its epoch, ends the old owner's database session, re-reads the position, and publishes what the
   * old owner left in the outbox. Throws `store-unavailable` or `log-unavailable`: then claim again.
   */
  abstract claim(consumer: string, topic: string, partition: number, owner: string): Promise<Claim>;
  /**
   * Runs `work` for the stretch that ends before `next`. One at a time per partition: who asks meanwhile has its turn
   * after. When it throws, nothing was written:
   * - `fenced`: another process has claimed the partition; stop.
   * - `conflict`: the stored position is another than `from`; it stands in the problem's `next`. Claim again and read on from there.
   *   Happens after a commit whose answer was lost, when the same stretch comes again.
   * - `store-unavailable`: no answer; the same stretch may be tried again with the same claim.
   * - `log-unavailable`: too much waits in the outbox; try again later.
   * - what `work` threw.
   */
  transact<T>(claim: Claim, stretch: Stretch, work: (tx: Tx) => Promise<T>): Promise<T> {
    const place = placeOf(claim);
    const turn = (this.turns.get(place) ?? Promise.resolve()).then(() => this.inTurn(claim, stretch, work));
    const over = (): void => undefined;
    this.turns.set(place, turn.then(over, over));
    return turn;
  }
  /** `transact`, when nothing else of this process is under way in the partition. */
  protected abstract inTurn<T>(claim: Claim, stretch: Stretch, work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Publishes what the outbox holds for this claim, in order, and answers how many: from memory after a commit, from the table after a
   * take-over. Calls do not overlap; one that finds nothing is cheap. Throws `log-unavailable`; nothing is lost, call again.
   */
  abstract publishOutbox(claim: Claim): Promise<number>;
}

/** What names a partition of one consumer. */
export const placeOf = ({ consumer, topic, partition }: Pick<Claim, 'consumer' | 'topic' | 'partition'>): string =>
  `${consumer}\n${topic}\n${partition}`;

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

/** What a handler has inside the partition transaction. */
export interface Tx {
  /** One statement, named so that its plan is kept. */
  query<Row extends object = Record<string, unknown>>(statement: {
    name: string;
    text: string;
    values?: readonly unknown[];
  }): Promise<Row[]>;
  /** Of the ids given to `transact`, those this partition has not seen before. */
  readonly fresh: ReadonlySet<string>;
  /** Records to publish after the commit; they survive a crash and are published again with the same ids. */
  publish(records: readonly LogRecord[]): void;
}

/** One partition, one transaction: fence, offset, inbox, effects and outbox commit together or not at all. */
export abstract class PartitionStore {
  /** Takes the partition over: raises its epoch, ends the old owner's database session, re-reads the position. */
  abstract claim(consumer: string, topic: string, partition: number, owner: string): Promise<Claim>;
  /**
   * Runs `work` for the stretch that ends before `next`. Throws `fenced` when another process has claimed the partition; then
   * nothing was written. `eventIds` are put in the inbox; a retry of the same stretch sees them as not fresh.
   */
  abstract transact<T>(
    claim: Claim,
    stretch: { readonly from: number; readonly next: number; readonly eventIds: readonly string[] },
    work: (tx: Tx) => Promise<T>,
  ): Promise<T>;
  /** Publishes what the outbox holds for this claim: from memory after a commit, from the table after a take-over. */
  abstract publishOutbox(claim: Claim): Promise<number>;
}

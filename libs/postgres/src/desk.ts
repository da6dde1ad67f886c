import type { Claim, PartitionStore, Tx } from './partition-store.js';

/**
 * The desk of a partner service: commands that come from outside the log (an HTTP call) and change state and publish events together.
 * A desk is a private partition with one owner: commands run one at a time, each in one fenced transaction with its outbox.
 * A second process that opens the same desk takes it over; the first then gets `fenced`.
 */
export class Desk {
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly partitions: PartitionStore,
    private readonly claim: Claim,
  ) {}

  /** Takes the desk `consumer` over and publishes what an earlier owner left. */
  static async open(partitions: PartitionStore, consumer: string, owner: string): Promise<Desk> {
    return new Desk(partitions, await partitions.claim(consumer, 'desk', 0, owner));
  }

  /** Runs `work` after the commands before it, commits, publishes. Throws what `work` throws; then nothing was written. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const mine = this.queue.then(async () => {
      const result = await this.partitions.transact(this.claim, { from: this.claim.next, next: this.claim.next }, work);
      await this.partitions.publishOutbox(this.claim);
      return result;
    });
    this.queue = mine.catch(() => undefined);
    return mine;
  }
}

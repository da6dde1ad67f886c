import { Problem } from '@kruispunt/problem';
import type {
  GroupMember,
  KafkaDriver,
  LogBatch,
  MemberHandlers,
  MemberOptions,
  MemberTrouble,
  TopicPartition,
} from './driver.js';

/** What the runner needs to know of a claim: the store's own claim has more. `next` -1: read from the oldest record. */
export interface PartitionClaim {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** The half of the partition store that the runner itself calls (the handler calls `transact`). */
export interface PartitionClaims<C extends PartitionClaim> {
  claim(consumer: string, topic: string, partition: number, owner: string): Promise<C>;
  publishOutbox(claim: C): Promise<number>;
}

/**
 * `fenced`: another process took the partition; it is left alone and claimed again if it still is ours after a while. `stalled`: no
 * batch was finished for `stallMs` though there is work, or nothing was heard from the log at all.
 */
export type RunnerTrouble =
  | MemberTrouble
  | { readonly kind: 'fenced'; readonly partition: TopicPartition }
  | { readonly kind: 'stalled'; readonly partition: TopicPartition; readonly forMs: number; readonly lag: number };

export interface RunnerOptions<C extends PartitionClaim> extends Omit<MemberOptions, 'instanceId'> {
  readonly driver: KafkaDriver;
  readonly store: PartitionClaims<C>;
  /** Names the work in the store, e.g. `chain`: its positions belong to this name. */
  readonly consumer: string;
  /** Names this process in the store, for people who look. */
  readonly owner: string;
  readonly instanceId?: string | undefined;
  /**
   * One whole batch of one partition; commits its own position with `store.transact(claim, { from: batch.from, next: batch.next, … })`.
   * What it throws is tried again, with the same batch.
   */
  handle(claim: C, batch: LogBatch): Promise<void>;
  /** The partition stands at the end of the log. */
  onIdle?(claim: C, highWatermark: number): Promise<void>;
  /** After the last batch of these claims; they write nothing any more. */
  onReleased?(claims: readonly C[]): Promise<void>;
  onTrouble?(trouble: RunnerTrouble): void;
  /** No progress for this long is reported as `stalled`; default 60 000. */
  readonly stallMs?: number;
  /** How long a fenced partition is left alone before it is claimed again, if it still is ours; default 3 000. */
  readonly fencedPauseMs?: number;
}

export interface PartitionRun<C extends PartitionClaim = PartitionClaim> {
  claims(): readonly C[];
  close(): Promise<void>;
}

interface Held<C> {
  readonly claim: C;
  position: number;
  handled: LogBatch | undefined;
  highWatermark: number;
  lastNewsAt: number;
  stallReported: boolean;
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
const isFenced = (error: unknown): boolean => error instanceof Problem && error.slug === 'fenced';
/** The store's position is another than we thought (a commit whose answer was lost): it says which. */
const isElsewhere = (error: unknown): boolean =>
  error instanceof Problem && error.slug === 'conflict' && typeof error.fields['next'] === 'number';

/**
 * Reads partitions for a consumer whose positions live in a store. Per partition: claimed (the epoch is ours) → batches, each handled
 * to its end before the next → released. The group says which partitions are ours; the store's epoch says whose writes count.
 */
class Runner<C extends PartitionClaim> implements MemberHandlers, PartitionRun<C> {
  private readonly held = new Map<string, Held<C>>();
  private member: GroupMember | undefined;
  private readonly watch: NodeJS.Timeout;
  private readonly comebacks = new Set<NodeJS.Timeout>();

  constructor(private readonly options: RunnerOptions<C>) {
    this.watch = setInterval(() => this.lookForStalls(), this.stallMs / 4).unref();
  }

  async start(): Promise<this> {
    const { driver, instanceId, ...options } = this.options;
    this.member = await driver.join({ ...options, ...(instanceId === undefined ? {} : { instanceId }) }, this);
    return this;
  }

  claims(): readonly C[] {
    return [...this.held.values()].map((held) => held.claim);
  }

  async close(): Promise<void> {
    clearInterval(this.watch);
    for (const timer of this.comebacks) clearTimeout(timer);
    await this.member?.close();
  }

  async onAssigned(partitions: readonly TopicPartition[]): Promise<readonly number[]> {
    const claims = await Promise.all(partitions.map((partition) => this.claim(partition)));
    for (const claim of claims) this.hold(claim);
    return claims.map((claim) => claim.next);
  }

  async onRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    const released = partitions.flatMap((partition) => this.held.get(keyOf(partition))?.claim ?? []);
    for (const partition of partitions) this.held.delete(keyOf(partition));
    await this.options.onReleased?.(released);
  }

  async onBatch(batch: LogBatch): Promise<void> {
    const held = this.held.get(keyOf(batch));
    if (!held) return;
    held.highWatermark = batch.highWatermark;
    await this.unlessFenced(held, async () => {
      // When only the publishing failed, the batch comes again but its effects stand: publish, do not handle twice.
      if (held.handled !== batch) await this.options.handle(held.claim, batch);
      held.handled = batch;
      await this.options.store.publishOutbox(held.claim);
      held.handled = undefined;
      this.progressed(held, batch.next);
      await this.member?.commitHint([{ topic: batch.topic, partition: batch.partition, offset: batch.next }]);
    });
  }

  async onIdle(partition: TopicPartition, highWatermark: number): Promise<void> {
    const held = this.held.get(keyOf(partition));
    if (!held) return;
    held.highWatermark = highWatermark;
    this.progressed(held, highWatermark);
    await this.unlessFenced(held, async () => {
      await this.options.onIdle?.(held.claim, highWatermark);
      await this.options.store.publishOutbox(held.claim);
    });
  }

  onTrouble(trouble: RunnerTrouble): void {
    this.options.onTrouble?.(trouble);
  }

  private get stallMs(): number {
    return this.options.stallMs ?? 60_000;
  }

  private claim({ topic, partition }: TopicPartition): Promise<C> {
    const { store, consumer, owner } = this.options;
    return store.claim(consumer, topic, partition, owner);
  }

  private hold(claim: C): void {
    this.held.set(keyOf(claim), {
      claim,
      position: claim.next,
      handled: undefined,
      highWatermark: -1,
      lastNewsAt: performance.now(),
      stallReported: false,
    });
  }

  private progressed(held: Held<C>, position: number): void {
    held.position = position;
    held.lastNewsAt = performance.now();
    held.stallReported = false;
  }

  private async unlessFenced(held: Held<C>, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isFenced(error)) return this.fenced(held);
      if (isElsewhere(error)) return this.comeBack(held);
      throw error;
    }
  }

  private fenced(held: Held<C>): void {
    this.onTrouble({ kind: 'fenced', partition: { topic: held.claim.topic, partition: held.claim.partition } });
    this.leaveAlone(held);
  }

  /**
   * Someone claimed after us. Mostly a rebalance that we hear of in a moment. If not (a sleeper that claimed late and then learnt that
   * it is no member any more), nobody would read this partition: claim it again.
   */
  private leaveAlone(held: Held<C>): void {
    const { topic, partition } = held.claim;
    this.member?.pause({ topic, partition });
    const timer = setTimeout(() => {
      this.comebacks.delete(timer);
      void this.comeBack(held);
    }, this.options.fencedPauseMs ?? 3_000);
    this.comebacks.add(timer);
  }

  private async comeBack(held: Held<C>): Promise<void> {
    const { topic, partition } = held.claim;
    const isOurs = () => this.held.get(keyOf(held.claim)) === held;
    if (!isOurs()) return;
    try {
      const claim = await this.claim({ topic, partition });
      if (!isOurs()) return;
      this.hold(claim);
      this.member?.seek({ topic, partition }, claim.next);
      this.member?.resume({ topic, partition });
    } catch (cause) {
      this.onTrouble({ kind: 'assignment-failed', cause });
      if (isOurs()) this.leaveAlone(held);
    }
  }

  private lookForStalls(): void {
    const now = performance.now();
    for (const held of this.held.values()) {
      const forMs = Math.round(now - held.lastNewsAt);
      if (forMs < this.stallMs || held.stallReported) continue;
      held.stallReported = true;
      const { topic, partition } = held.claim;
      this.onTrouble({
        kind: 'stalled',
        partition: { topic, partition },
        forMs,
        lag: Math.max(0, held.highWatermark - held.position),
      });
    }
  }
}

/** Joins the group and runs until `close()`. Resolves once joined; rejoins by itself for ever after. */
export const runPartitions = <C extends PartitionClaim>(options: RunnerOptions<C>): Promise<PartitionRun<C>> =>
  new Runner(options).start();

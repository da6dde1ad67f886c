import { setTimeout as sleep } from 'node:timers/promises';
import type { LogBatch, MemberHandlers, TopicPartition } from './driver.js';
import type { Want } from './fetcher.js';

/** One batch in the handler and at most two waiting: the next fetch runs while the last batch is handled, and memory stays bounded. */
const waitingMax = 2;
const pauseFirstMs = 100;
const pauseMaxMs = 5_000;

/** Waits longer at each attempt (0.1 s doubling to 5 s), and not at all once `signal` is aborted. */
export const pauseBefore = (attempt: number, signal: AbortSignal): Promise<void> =>
  sleep(Math.min(pauseFirstMs * 2 ** (attempt - 1), pauseMaxMs), undefined, { signal }).catch(() => undefined);

export interface LaneLimits {
  readonly maxBytes: number;
  readonly entriesMax: number;
  readonly idleMs: number;
}

/** A wish and the state of the lane when it was made: an answer to an older wish is thrown away. */
export interface Asked {
  readonly want: Want;
  readonly version: number;
}

/** `batch` in stretches of at most `entriesMax` entries; together they cover exactly the same offsets. */
export function stretches(batch: LogBatch, entriesMax: number): LogBatch[] {
  const { entries } = batch;
  if (entries.length <= entriesMax) return [batch];
  const parts: LogBatch[] = [];
  for (let i = 0, from = batch.from; i < entries.length; i += entriesMax) {
    const next = entries[i + entriesMax]?.offset ?? batch.next;
    parts.push({ ...batch, from, entries: entries.slice(i, i + entriesMax), next });
    from = next;
  }
  return parts;
}

/**
 * One owned partition: open → (paused ⇄ open) → ended. At most one handler call at a time; batches come in order; after `end()` no
 * further call begins. A failed batch comes again, longer and longer after, until it passes or the lane ends.
 */
export class Lane {
  highWatermark = -1;
  paused = false;
  /** Where the last stretch that was queued ended: the next one's `from`, also over a gap or a jump to the oldest record. */
  private queuedTo: number;
  private version = 0;
  private waiting: LogBatch[] = [];
  private running: Promise<void> | undefined;
  private idleAt = 0;
  private readonly ended = new AbortController();

  constructor(
    readonly partition: TopicPartition,
    /** The next offset to ask for; -1: the oldest there is. */
    public next: number,
    private readonly limits: LaneLimits,
    private readonly handlers: MemberHandlers,
    private readonly onRoom: () => void,
  ) {
    this.queuedTo = next;
  }

  get isEnded(): boolean {
    return this.ended.signal.aborted;
  }

  get hasRoom(): boolean {
    return !this.isEnded && !this.paused && this.waiting.length < waitingMax;
  }

  ask(): Asked {
    return { want: { ...this.partition, offset: this.next, maxBytes: this.limits.maxBytes }, version: this.version };
  }

  isCurrent(asked: Asked): boolean {
    return !this.isEnded && asked.version === this.version;
  }

  /** Takes what was fetched: into the queue, or as the news that there is no news. */
  take(batch: LogBatch): void {
    this.next = batch.next;
    this.highWatermark = batch.highWatermark;
    if (batch.entries.length > 0) {
      this.waiting.push(...stretches({ ...batch, from: this.queuedTo }, this.limits.entriesMax));
      this.queuedTo = batch.next;
    }
    this.run();
    if (!this.running && this.next >= this.highWatermark) this.idle();
  }

  seek(offset: number): void {
    this.version += 1;
    this.waiting = [];
    this.next = offset;
    this.queuedTo = offset;
    this.onRoom();
  }

  resume(): void {
    this.paused = false;
    this.run();
    this.onRoom();
  }

  end(): void {
    this.waiting = [];
    this.ended.abort();
  }

  /** Resolves when no handler call of this lane is under way. */
  async settled(): Promise<void> {
    await this.running;
  }

  private run(): void {
    if (this.running || this.waiting.length === 0 || this.paused || this.isEnded) return;
    this.running = this.work().finally(() => {
      this.running = undefined;
      this.run();
      this.onRoom();
    });
  }

  private async work(): Promise<void> {
    while (!this.isEnded && !this.paused) {
      const batch = this.waiting.shift();
      if (!batch) return;
      this.onRoom();
      await this.untilHandled(batch);
    }
  }

  private async untilHandled(batch: LogBatch): Promise<void> {
    const version = this.version;
    for (let attempt = 1; !this.isEnded && version === this.version; attempt++) {
      try {
        return await this.handlers.onBatch(batch);
      } catch (cause) {
        this.handlers.onTrouble?.({ kind: 'handler-failed', partition: this.partition, attempt, cause });
        await pauseBefore(attempt, this.ended.signal);
      }
    }
  }

  private idle(): void {
    const { onIdle } = this.handlers;
    const now = performance.now();
    if (!onIdle || this.isEnded || this.paused || now - this.idleAt < this.limits.idleMs) return;
    this.idleAt = now;
    this.running = onIdle
      .call(this.handlers, this.partition, this.highWatermark)
      .catch((cause: unknown) =>
        this.handlers.onTrouble?.({ kind: 'handler-failed', partition: this.partition, attempt: 1, cause }),
      )
      .finally(() => {
        this.running = undefined;
        this.run();
        this.onRoom();
      });
  }
}

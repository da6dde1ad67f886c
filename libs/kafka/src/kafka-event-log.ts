import { EventLog, type LogPosition, type LogRecord } from '@kruispunt/event';
import { problem } from '@kruispunt/problem';
import type { KafkaDriver, LogProducer } from './driver.js';
import { logUnavailable } from './log-unavailable.js';
import { murmur2 } from './partition-of-key.js';

export interface EventLogLimits {
  /** Most records in one request. 500 is where throughput stops growing. */
  readonly batchRecordsMax: number;
  /** Most bytes of values in one request; brokers refuse a batch above 1 MiB (`max.message.bytes`). */
  readonly batchBytesMax: number;
  /** How long the first record of a request may wait for company. */
  readonly lingerMs: number;
  /** Requests under way at once. One key always takes the same turnstile, so its order is kept. */
  readonly inFlightMax: number;
  /** Records that may wait or be under way; more are refused at once. */
  readonly waitingMax: number;
  /** An append that is not acknowledged by then fails; what was not sent yet never will be. */
  readonly deadlineMs: number;
}

const defaults: EventLogLimits = {
  batchRecordsMax: 500,
  batchBytesMax: 900_000,
  lingerMs: 2,
  inFlightMax: 4,
  waitingMax: 20_000,
  deadlineMs: 5_000,
};

/** What the caller is told to wait before it sends again. */
const retryAfterS = 2;

interface Waiting {
  readonly record: LogRecord;
  readonly append: Append;
  readonly index: number;
}

/** One call of `append`: it waits until every record of it has a position, or until the first fault. */
class Append {
  readonly positions: LogPosition[];
  private left: number;
  private readonly result = Promise.withResolvers<LogPosition[]>();
  private readonly deadline: NodeJS.Timeout;
  isOver = false;

  constructor(count: number, deadlineMs: number) {
    this.positions = Array(count);
    this.left = count;
    this.deadline = setTimeout(
      () => this.fail(problem('log-unavailable', { reason: 'deadline', deadlineMs, retryAfterS })),
      deadlineMs,
    );
  }

  get done(): Promise<LogPosition[]> {
    return this.result.promise;
  }

  settle(index: number, position: LogPosition): void {
    this.positions[index] = position;
    this.left -= 1;
    if (this.left > 0 || this.isOver) return;
    this.finish();
    this.result.resolve(this.positions);
  }

  fail(because: unknown): void {
    if (this.isOver) return;
    this.finish();
    this.result.reject(because);
  }

  private finish(): void {
    this.isOver = true;
    clearTimeout(this.deadline);
  }
}

/** A queue with at most one request under way, so that what enters first is written first. idle → lingering → sending → idle. */
class Turnstile {
  private queue: Waiting[] = [];
  private linger: NodeJS.Timeout | undefined;
  private isSending = false;

  constructor(
    private readonly producer: LogProducer,
    private readonly limits: EventLogLimits,
    private readonly onLeft: (count: number) => void,
  ) {}

  enter(waiting: Waiting): void {
    this.queue.push(waiting);
    if (this.isSending) return;
    if (this.queue.length >= this.limits.batchRecordsMax) void this.send();
    else this.linger ??= setTimeout(() => void this.send(), this.limits.lingerMs);
  }

  private async send(): Promise<void> {
    clearTimeout(this.linger);
    this.linger = undefined;
    if (this.isSending) return;
    this.isSending = true;
    while (this.queue.length > 0) await this.sendOne(this.nextBatch());
    this.isSending = false;
  }

  /** As many as fit; those whose caller already got an error are dropped, never written. */
  private nextBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    let taken = 0;
    for (const waiting of this.queue) {
      if (!waiting.append.isOver) {
        bytes += waiting.record.value?.length ?? 0;
        if (batch.length > 0 && (batch.length >= this.limits.batchRecordsMax || bytes > this.limits.batchBytesMax))
          break;
        batch.push(waiting);
      }
      taken += 1;
    }
    this.queue.splice(0, taken);
    this.onLeft(taken - batch.length);
    return batch;
  }

  private async sendOne(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      const positions = await this.producer.send(batch.map((w) => w.record));
      batch.forEach((w, i) => w.append.settle(w.index, positions[i]!));
    } catch (error) {
      const because = logUnavailable('append', error);
      for (const w of batch) w.append.fail(because);
    } finally {
      this.onLeft(batch.length);
    }
  }
}

/**
 * The ledger on Kafka. Records wait at most `lingerMs` for company, go out in batches over a few turnstiles (one per key's hash,
 * one request each), and are acknowledged by every in-sync replica before `append` resolves. A full queue and a broker that is
 * away give `log-unavailable` with `retryAfterS`, at the latest after `deadlineMs`. open → closing (drains) → closed.
 */
export class KafkaEventLog extends EventLog {
  private readonly limits: EventLogLimits;
  private readonly turnstiles: readonly Turnstile[];
  private readonly open = new Set<Append>();
  private waiting = 0;
  private isClosed = false;

  constructor(
    private readonly producer: LogProducer,
    limits: Partial<EventLogLimits> = {},
  ) {
    super();
    this.limits = { ...defaults, ...limits };
    const onLeft = (count: number) => (this.waiting -= count);
    this.turnstiles = Array.from(
      { length: this.limits.inFlightMax },
      () => new Turnstile(producer, this.limits, onLeft),
    );
  }

  static async open(driver: KafkaDriver, limits: Partial<EventLogLimits> = {}): Promise<KafkaEventLog> {
    return new KafkaEventLog(await driver.producer(), limits);
  }

  override async append(records: readonly LogRecord[]): Promise<LogPosition[]> {
    if (this.isClosed) throw problem('log-unavailable', { reason: 'closed', retryAfterS });
    if (records.length === 0) return [];
    const { waitingMax, deadlineMs } = this.limits;
    if (this.waiting + records.length > waitingMax)
      throw problem('log-unavailable', { reason: 'full', limit: waitingMax, retryAfterS });
    const append = new Append(records.length, deadlineMs);
    this.open.add(append);
    this.waiting += records.length;
    records.forEach((record, index) => this.turnstileOf(record).enter({ record, append, index }));
    return append.done.finally(() => this.open.delete(append));
  }

  /** Takes no more, waits for what it took, then closes the producer. Takes at most `deadlineMs`. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled([...this.open].map((append) => append.done));
    await this.producer.close();
  }

  /** Topics whose partition count is a multiple of the number of turnstiles have each partition behind one of them. */
  private turnstileOf({ key, partition }: LogRecord): Turnstile {
    const place = partition ?? murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff;
    return this.turnstiles[place % this.turnstiles.length]!;
  }
}

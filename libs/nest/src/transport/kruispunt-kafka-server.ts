import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { SystemTimers } from '@kruispunt/clock';
import { eventTypeOf } from '@kruispunt/contracts';
import type { SchemaIds } from '@kruispunt/contracts';
import type { Quarantine } from '@kruispunt/event';
import { codeOf, runPartitions, type KafkaDriver, type PartitionRun, type RunnerTrouble } from '@kruispunt/kafka';
import type { Claim, PartitionStore, Tx } from '@kruispunt/postgres';
import { asProblem, problem } from '@kruispunt/problem';
import { attr, type Log } from '@kruispunt/telemetry';
import { HandOver, type Stretch } from './hand-over.js';
import type { EventContext } from './on-event.js';

export interface KafkaServerOptions {
  readonly driver: KafkaDriver;
  readonly store: PartitionStore;
  readonly schemaIds: SchemaIds;
  readonly quarantine: Quarantine;
  readonly log: Log;
  /** The service's name: its positions in the store and its group belong to it. */
  readonly consumer: string;
  /** Names this process, for people who look. */
  readonly owner: string;
  /** Keeps its partitions through a quick restart; unique per process of this consumer. */
  readonly instanceId?: string;
  readonly groupId?: string;
  readonly sessionTimeoutMs?: number;
}

/**
 * Nest's way to the log: hands batches of one partition to `@OnEvent` handlers, with the position in the store. idle → listening (a
 * group member) → closed. The topics follow from the handlers. No reply patterns: an event is answered by an event.
 */
export class KruispuntKafkaServer extends Server implements CustomTransportStrategy {
  override propagatesEventHandlerErrors = true;
  private run: PartitionRun<Claim> | undefined;
  private readonly journal: Log;

  constructor(private readonly options: KafkaServerOptions) {
    super();
    this.journal = options.log.with({ [attr.consumer]: options.consumer });
  }

  listen(done: (fault?: unknown) => void): void {
    this.start().then(() => done(), done);
  }

  async close(): Promise<void> {
    await this.run?.close();
  }

  on(): never {
    throw problem('internal', { reason: 'this transport has no events of its own; its troubles are in the log' });
  }

  unwrap<T>(): T {
    return this.run as T;
  }

  private async start(): Promise<void> {
    const { driver, store, consumer, owner, instanceId, groupId = consumer, sessionTimeoutMs } = this.options;
    const topics = this.topics();
    if (topics.length === 0) return;
    const handOver = this.handOver();
    this.run = await runPartitions<Claim>({
      driver,
      store,
      consumer,
      owner,
      groupId,
      topics,
      instanceId,
      ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
      handle: (claim, batch) => handOver.handle(claim, batch),
      onTrouble: (trouble) => this.tell(trouble),
    });
  }

  private topics(): string[] {
    const topics = [...this.messageHandlers.keys()].map((pattern) => {
      const type = eventTypeOf(pattern);
      if (!type) throw problem('unknown-type', { eventType: pattern });
      return type.topic;
    });
    return [...new Set(topics)].sort();
  }

  private handOver(): HandOver {
    const { consumer, schemaIds, store, quarantine } = this.options;
    return new HandOver({
      consumer,
      schemaIds,
      store,
      quarantine,
      timers: new SystemTimers(),
      wants: (type) => this.messageHandlers.has(type),
      call: (stretch, claim, tx) => this.call(stretch, claim, tx),
      onQuarantined: (entry, because) =>
        this.journal.error('record quarantined', {
          [attr.topic]: entry.topic,
          [attr.partition]: entry.partition,
          [attr.offset]: entry.offset,
          [attr.problem]: because.slug,
          [attr.reason]: because.fields['reason'],
          [attr.cause]: because.cause,
        }),
    });
  }

  private async call({ type, events }: Stretch, claim: Claim, tx: Tx): Promise<void> {
    const handler = this.messageHandlers.get(type.type);
    if (!handler) return;
    const context: EventContext = { consumer: claim.consumer, topic: claim.topic, partition: claim.partition, tx };
    const answer: unknown = await handler(events, context);
    if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
  }

  private tell(trouble: RunnerTrouble): void {
    const place =
      'partition' in trouble
        ? { [attr.topic]: trouble.partition.topic, [attr.partition]: trouble.partition.partition }
        : {};
    switch (trouble.kind) {
      case 'handler-failed':
        return this.journal.warn('batch failed', { ...place, [attr.attempt]: trouble.attempt, ...why(trouble.cause) });
      case 'assignment-failed':
        return this.journal.warn('partition claim failed', { ...place, ...why(trouble.cause) });
      case 'log-unreachable':
        return this.journal.warn('log not reached', { ...place, [attr.reason]: codeOf(trouble.cause) });
      case 'fenced':
        return this.journal.warn('partition fenced', place);
      case 'out-of-range':
        return this.journal.error('position lost', {
          ...place,
          [attr.offset]: trouble.asked,
          [attr.at]: trouble.resumedAt,
        });
      case 'stalled':
        return this.journal.error('partition stalled', {
          ...place,
          [attr.durationMs]: trouble.forMs,
          [attr.lag]: trouble.lag,
        });
      default:
        return trouble satisfies never;
    }
  }
}

const why = (cause: unknown) => ({ [attr.problem]: asProblem(cause).slug, [attr.cause]: cause });

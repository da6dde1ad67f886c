import type { LogPosition, LogRecord } from '@kruispunt/event';
import type { TopicSpec } from '@kruispunt/contracts';
import type { Granted } from './reader-acl.js';

/** A record as it stands in the log. `timestamp` is ms since the epoch. */
export interface LogEntry extends LogPosition {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A stretch of one partition, in log order. `next` is where to read on; it may lie beyond the last entry (a gap in the log). */
export interface LogBatch extends TopicPartition {
  /** Where the stretch before this one ended: the `next` of the last batch, or the start that was given. Not the first entry's offset. */
  readonly from: number;
  readonly entries: readonly LogEntry[];
  readonly next: number;
  /** The end of the log when this was fetched: `next === highWatermark` means caught up. */
  readonly highWatermark: number;
}

export interface LogProducer {
  /** Idempotent, acks=all; one position per record in the same order; throws `log-unavailable`. */
  send(records: readonly LogRecord[]): Promise<LogPosition[]>;
  close(): Promise<void>;
}

/** What a group member does with its partitions. Offsets are the member's own affair: they come from `onAssigned`. */
export interface MemberHandlers {
  /** Ownership gained. Answers, per partition in the same order, the offset to start at (-1: the oldest there is). */
  onAssigned(partitions: readonly TopicPartition[]): Promise<readonly number[]>;
  /** Ownership lost or about to be. Handlers of these partitions have ended when this is called, or run no further batch. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** One batch of one partition at a time, in order; partitions run side by side. The next batch comes after it resolves. When it throws, the same batch comes again after a pause. */
  onBatch(batch: LogBatch): Promise<void>;
  /** Called when a partition has nothing new, at most every `idleMs`: the reader stands at the end of the log. */
  onIdle?(partition: TopicPartition, highWatermark: number): Promise<void>;
  /** Something went wrong that the member mends by itself: for the log and the metrics, never for control flow. */
  onTrouble?(trouble: MemberTrouble): void;
}

/** What a member survives. `out-of-range`: the stored position is no longer in the log, reading goes on at `resumedAt`. */
export type MemberTrouble =
  | {
      readonly kind: 'handler-failed';
      readonly partition: TopicPartition;
      readonly attempt: number;
      readonly cause: unknown;
    }
  | {
      readonly kind: 'out-of-range';
      readonly partition: TopicPartition;
      readonly asked: number;
      readonly resumedAt: number;
    }
  | { readonly kind: 'assignment-failed'; readonly cause: unknown }
  | { readonly kind: 'log-unreachable'; readonly cause: unknown };

export interface MemberOptions {
  readonly groupId: string;
  /** Static membership name, where the driver knows it. */
  readonly instanceId?: string;
  readonly topics: readonly string[];
  /** Most bytes of one partition in one answer; default 1 MiB (a response of 50 MB decodes six times slower). */
  readonly maxBytes?: number;
  /** How long the broker may wait for new records; default 100. */
  readonly maxWaitMs?: number;
  /** How many bytes are worth an answer before that; default 1. Who may come later gets more at once, which costs far less per record. */
  readonly minBytes?: number;
  /** How long the group waits for a silent member; default 10 000. */
  readonly sessionTimeoutMs?: number;
  /** Most entries in one batch, however small they are; default 2 000. */
  readonly entriesMax?: number;
  /** Shortest time between two `onIdle` calls of one partition; default 250. */
  readonly idleMs?: number;
}

export interface GroupMember {
  assigned(): readonly TopicPartition[];
  /** Reads on at `offset` instead. */
  seek(partition: TopicPartition, offset: number): void;
  /** No further batch of this partition until `resume`; membership is not touched. Forgotten at the next assignment. */
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** Stores the group's own offset: a hint for lag tools, never the truth. */
  commitHint(positions: readonly LogPosition[]): Promise<void>;
  close(): Promise<void>;
}

export interface LogAdmin {
  /** Creates what is missing; answers what differs from the declaration, in words. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<readonly string[]>;
  listTopics(): Promise<readonly string[]>;
  partitionsOf(topic: string): Promise<number>;
  /** Oldest and next offset per partition. */
  offsets(
    topic: string,
  ): Promise<readonly { readonly partition: number; readonly first: number; readonly next: number }[]>;
  /** The first offset whose record is not older than `at` (ms since the epoch); the end of the log when there is none. */
  offsetAt(topic: string, partition: number, at: number): Promise<number>;
  /** Per partition: committed hint and end of the log. */
  lag(
    groupId: string,
    topic: string,
  ): Promise<readonly { readonly partition: number; readonly committed: number; readonly end: number }[]>;
  deleteTopics(topics: readonly string[]): Promise<void>;
  /** Lets a principal (`User:…`) read one topic, in groups whose names begin with the topic's. */
  grantRead(topic: string, principal: string): Promise<Granted>;
  close(): Promise<void>;
}

/** Records that bear one of these values in a header; a record without the header bears the empty text. */
export interface HeaderFilter {
  readonly header: string;
  readonly values: ReadonlySet<string>;
}

export interface ReadOptions extends TopicPartition {
  readonly offset: number;
  readonly maxBytes?: number;
  /** Nothing at or above this offset is wanted: it is not looked at, and `next` ends here. */
  readonly to?: number | undefined;
  /** Only these become entries: what is left out costs almost nothing. `next` counts all of them. */
  readonly only?: HeaderFilter | undefined;
  /** How long the broker may wait for the first byte; 0 answers at once. */
  readonly maxWaitMs?: number;
}

/** Reads by position, outside any group: catch-up, pull, replay, tail. */
export interface LogReader {
  /** Throws `not-found` when `offset` lies outside the log (retention), with `first` and `next` in its fields. */
  read(options: ReadOptions): Promise<LogBatch>;
  close(): Promise<void>;
}

/** A Kafka client behind one door. */
export interface KafkaDriver {
  readonly name: 'platformatic' | 'kafkajs';
  producer(options?: { readonly clientId?: string }): Promise<LogProducer>;
  join(options: MemberOptions, handlers: MemberHandlers): Promise<GroupMember>;
  reader(): Promise<LogReader>;
  admin(): Promise<LogAdmin>;
}

export interface DriverOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
}

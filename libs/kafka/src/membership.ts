import type { LogPosition } from '@kruispunt/event';
import type { TopicPartition } from './driver.js';

/** What a membership calls. Never both at once. */
export interface MembershipHooks {
  /** Before each (re)join: all partitions must be laid down; the join waits for it, so the next owner starts after us. */
  beforeJoin(): Promise<void>;
  /** After each join: what this member now owns. */
  onJoined(partitions: readonly TopicPartition[]): void;
  /** A try to (re)join failed; it is tried again. */
  onTrouble(cause: unknown): void;
}

/** Belonging to a consumer group: heartbeats, rebalances, rejoining, forever until `leave`. */
export interface Membership {
  /** Resolves at the first join. Tries again while the broker or the coordinator is not there. */
  join(): Promise<void>;
  /** Stores the group's own offsets; may fail while the group rebalances. */
  commit(positions: readonly LogPosition[]): Promise<void>;
  leave(): Promise<void>;
}

import type { DuplicateWindow, LiveReader } from '@kruispunt/delivery';
import type { TopicPartition } from '@kruispunt/kafka';
import type { Claim, GapWarning, PositionChange } from '@kruispunt/postgres';
import type { Line } from './line.js';

/**
 * A partition that is ours, from claim to release. `next` is where its live reader stands; `committed` what the database has of that.
 * States: open → (lost: another owner, or a commit that can never succeed) → gone. A lost one writes nothing any more.
 */
export class Partition implements LiveReader, TopicPartition {
  readonly topic: string;
  readonly partition: number;
  next: number;
  committed: number;
  /** Lines that may have something to commit. */
  readonly touched = new Set<Line>();
  readonly lines = new Set<Line>();
  /** Outcomes since the last commit. */
  outcomes = 0;
  committing: Promise<void> | undefined;
  /** Taken from the desks and not yet committed: goes first. */
  /** How often something was taken. */
  takes = 0;
  pending:
    | {
        readonly id: string;
        readonly next: number;
        readonly changes: readonly PositionChange[];
        readonly warnings: readonly GapWarning[];
      }
    | undefined;
  /** Subscriptions that retention is about to pass by: told with the next commit. */
  readonly warnings: GapWarning[] = [];
  catching = false;
  /** When a catch-up reader last began here, ms. */
  servedAt = 0;
  releasing = false;
  /** A live batch is being handed out: whoever joins now would miss what was not decoded for want of readers. */
  reading = false;
  lost: unknown;
  attempts = 0;

  constructor(
    readonly claim: Claim,
    from: number,
    readonly window: DuplicateWindow,
  ) {
    this.topic = claim.topic;
    this.partition = claim.partition;
    this.next = from;
    this.committed = claim.next;
  }

  get name(): string {
    return `${this.topic}/${this.partition}`;
  }
}

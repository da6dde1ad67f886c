import type { Clock } from '@kruispunt/clock';
import { topics } from '@kruispunt/contracts';
import type { LogAdmin } from '@kruispunt/kafka';
import type { PostgresGapStore } from '@kruispunt/postgres';
import { attr, type Log } from '@kruispunt/telemetry';
import type { Partition } from './partition.js';

export interface WatchParts {
  readonly admin: LogAdmin;
  readonly gaps: PostgresGapStore;
  readonly clock: Clock;
  readonly log: Log;
}

const dayMs = 86_400_000;
/** The owner is told this long before, or a tenth of the retention when that is less: long enough for a working day. */
const aheadMs = (retentionMs: number): number => Math.min(3 * dayMs, retentionMs / 10);
const retentionOf = new Map(topics.map(({ name, retentionMs }) => [name, retentionMs]));

/**
 * Looks which subscriptions have unread records that leave the log soon, and leaves word for the partition's next commit. One question to the
 * broker and one to the database per partition, however many subscriptions there are.
 */
export async function watchRetention(parts: WatchParts, partition: Partition): Promise<void> {
  const { topic, partition: number } = partition;
  const retentionMs = retentionOf.get(topic) ?? -1;
  if (retentionMs <= 0) return;
  const { admin, gaps, clock, log } = parts;
  const now = clock.now();
  const ahead = aheadMs(retentionMs);
  const boundary = await admin.offsetAt(topic, number, now - retentionMs + ahead);
  const behind = await gaps.below(topic, number, boundary);
  if (partition.lost !== undefined || partition.releasing) return;
  for (const { id, org, next } of behind) {
    partition.warnings.push({ owner: { id, org }, from: next, to: boundary, expectedAt: now + ahead });
    log.warn('retention nears a subscription', {
      [attr.subscriptionId]: id,
      [attr.topic]: topic,
      [attr.partition]: number,
      [attr.count]: boundary - next,
    });
  }
}

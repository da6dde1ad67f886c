import type { LogAdmin, TopicPartition } from '@kruispunt/kafka';

const dayMs = 86_400_000;

export interface WindowBounds {
  readonly idsMax: number;
  /** Now, ms. */
  readonly now: number;
}

/** From where the log must be read to know the duplicates before `to`: the last day, or the last `idsMax` events when that is less. */
export async function windowStart(
  admin: LogAdmin,
  at: TopicPartition & { readonly to: number },
  { idsMax, now }: WindowBounds,
): Promise<number> {
  const yesterday = await admin.offsetAt(at.topic, at.partition, now - dayMs);
  return Math.max(0, at.to - idsMax, Math.min(yesterday, at.to));
}

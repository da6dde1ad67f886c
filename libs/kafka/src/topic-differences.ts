import type { TopicSpec } from '@kruispunt/contracts';

/** A topic as the broker has it. `retentionMs` undefined: the broker did not say. */
export interface FoundTopic {
  readonly partitions: number;
  readonly retentionMs: number | undefined;
}

/** What differs between the declaration and the broker, in words; empty when nothing does. A difference is reported, never repaired. */
export function topicDifferences(spec: TopicSpec, found: FoundTopic): string[] {
  const differences: string[] = [];
  if (found.partitions !== spec.partitions) {
    differences.push(`${spec.name}: ${spec.partitions} partitions declared, ${found.partitions} found`);
  }
  if (found.retentionMs !== undefined && found.retentionMs !== spec.retentionMs) {
    differences.push(`${spec.name}: retention.ms ${spec.retentionMs} declared, ${found.retentionMs} found`);
  }
  return differences;
}

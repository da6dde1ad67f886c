import type { HeaderFilter, LogBatch, TopicPartition } from './driver.js';

/** A wish to read one partition on from `offset`. */
export interface Want extends TopicPartition {
  readonly offset: number;
  readonly maxBytes: number;
  readonly to?: number | undefined;
  readonly only?: HeaderFilter | undefined;
}

/** How long the broker may keep an answer back, ms; and how many bytes end that. */
export interface Patience {
  readonly maxWaitMs: number;
  readonly minBytes: number;
}

/** What the broker says to a wish. `stale`: the leader moved or the topic changed; learn the leaders again and ask again. */
export type Fetched =
  | { readonly kind: 'batch'; readonly batch: LogBatch }
  | { readonly kind: 'out-of-range'; readonly partition: TopicPartition }
  | { readonly kind: 'stale'; readonly partition: TopicPartition; readonly code: string };

/** Oldest offset in the log and the one that the next record will get. */
export interface Edges {
  readonly first: number;
  readonly next: number;
}

/**
 * Positioned reading without a group: the half that the two clients do differently. A fetcher has one connection per broker, and a
 * broker answers one request per connection at a time: ask one thing of one node at a time. Errors of the connection are thrown
 * as `log-unavailable`.
 */
export interface Fetcher {
  /** The node that leads each partition, from memory unless `refresh`. */
  leaderOf(partition: TopicPartition): Promise<number>;
  /** Forgets what is known about leaders. */
  forget(): void;
  /** One answer per wish, in any order; all wishes must be led by `node`. */
  fetch(node: number, wants: readonly Want[], patience: Patience): Promise<readonly Fetched[]>;
  edges(partition: TopicPartition): Promise<Edges>;
  close(): Promise<void>;
}

import type { LedgerItem, Track } from './track.js';

/** A matched event, handed in. */
export interface Offer<E> extends LedgerItem {
  readonly bytes: number;
  readonly event: E;
}

/** One attempt to be made. `event` undefined: read it from the log at `offset`. */
export interface Attempt<E, P> extends LedgerItem {
  readonly track: Track<P>;
  /** Counts from 1. */
  readonly attempt: number;
  readonly event: E | undefined;
  /** Ids that were parked before this one in its key (order policy `release`). */
  readonly gap: readonly string[];
}

/** What an attempt came to. `postponed`: nothing left the house (no audit, no log, stopping); it costs no step of the ladder. */
export type Outcome<P> =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'suppressed'; readonly rule: string }
  | { readonly kind: 'later'; readonly afterMs: number; readonly trouble: boolean; readonly reason: Uint8Array }
  | { readonly kind: 'parked'; readonly reason: Uint8Array; readonly record: P }
  | { readonly kind: 'postponed'; readonly afterMs: number };

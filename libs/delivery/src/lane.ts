import type { LedgerItem, Track } from './track.js';

/** An event that stands in a lane. `event` is there while it is in memory; a held one is read from the log again. */
export interface LaneItem<E> extends LedgerItem {
  readonly bytes: number;
  readonly event: E | undefined;
}

/** Why a key stands still. `waiting` until `nextAt` (ms); `parked` until a person decides. */
export interface Hold {
  readonly state: 'waiting' | 'parked';
  readonly nextAt: number;
  readonly since: number;
  readonly reason: Uint8Array | undefined;
  /** The offset at which the hold began: its row is written when the position has passed it. */
  readonly offset: number;
  /** The event that put it there last. One that is parked has a row once the position has passed it; until then the key is stored as waiting. */
  readonly front: number;
}

/** An event that was parked in front of what follows in its key (order policy `release`): the receiver is told of it once. */
export interface Gap {
  readonly offset: number;
  readonly eventId: string;
}

/** One request on its way: how many of its events have no outcome yet. */
export interface Request {
  left: number;
}

/**
 * The queue of one key within one subscription: one attempt at a time, in log order.
 *
 * Free (`hold` undefined): its events are open in the ledger. Held: its events are exceptions, and it alone stands still; it runs
 * event by event from the log once it may, and is free again when it is empty.
 */
export interface Lane<E, P> {
  readonly track: Track<P>;
  readonly key: string;
  readonly queue: LaneItem<E>[];
  busy: boolean;
  /** Events of it that are on their way, from the front: more than one only in a batch of one key. */
  sent: number;
  /** With which request. */
  request: Request | undefined;
  /** Failed attempts at the event in front. */
  failures: number;
  hold: Hold | undefined;
  /** True once a row of held_key exists for it. */
  written: boolean;
  /** What was parked in front of the next event (order policy `release`). */
  gap: readonly Gap[];
}

export const newLane = <E, P>(track: Track<P>, key: string): Lane<E, P> => ({
  track,
  key,
  queue: [],
  busy: false,
  sent: 0,
  request: undefined,
  failures: 0,
  hold: undefined,
  written: false,
  gap: [],
});

/** A held key as it was stored. `hold` undefined: it is free, and only has a gap to tell of. */
export interface HeldLane {
  readonly key: string;
  readonly failures: number;
  readonly hold: Omit<Hold, 'offset' | 'front'> | undefined;
  readonly events: readonly LedgerItem[];
  readonly gap: readonly Gap[];
}

export interface WrittenHold {
  readonly key: string;
  readonly failures: number;
  /** undefined: the key is free, and has a gap to tell of. */
  readonly hold: Hold | undefined;
  readonly gap: readonly Gap[];
}

/** Rows of held_key to write and to delete. */
export interface HoldChange {
  readonly written: readonly WrittenHold[];
  readonly gone: readonly string[];
}

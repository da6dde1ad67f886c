/** What bounds one subscription. */
export interface DeskLimits {
  /** Requests on their way at once. */
  readonly inFlightMax: number;
  /** Events in one request, and their bytes. */
  readonly batchMax: number;
  readonly batchBytesMax: number;
  /** Events in memory, and their bytes: full means the reader waits. */
  readonly queuedMax: number;
  readonly queuedBytesMax: number;
  /** Held events: above it the position stands still. */
  readonly heldMax: number;
  /** Outcomes that may wait behind one open event; one more and that event becomes an exception. */
  readonly blockedMax: number;
}

export const standardLimits: DeskLimits = {
  inFlightMax: 16,
  batchMax: 1,
  batchBytesMax: 524_288,
  queuedMax: 256,
  queuedBytesMax: 4_194_304,
  heldMax: 10_000,
  blockedMax: 500,
};

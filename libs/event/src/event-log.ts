import type { LogPosition } from './envelope.js';

/** One record for the log. Header values are text; `value` null is a tombstone. `partition` overrides the key's own. */
export interface LogRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly partition?: number;
}

/** The ledger, write side. Resolves only when every in-sync replica has the records; the order of one key is kept. */
export abstract class EventLog {
  /**
   * Appends and answers one position per record, in the same order. All or an error: throws `log-unavailable`, and then some
   * records may still have been written (publishing is at least once; the id never changes).
   */
  abstract append(records: readonly LogRecord[]): Promise<LogPosition[]>;
}

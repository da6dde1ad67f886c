import type { Problem } from '@kruispunt/problem';
import type { LogPosition } from './envelope.js';

/** A record that could not be processed, as it stood in the log. `value` may hold personal data: it is for operators, never for logs. */
export interface QuarantinedRecord extends LogPosition {
  /** Whose processing failed, e.g. `chain`; the same record may be in order for another consumer. */
  readonly consumer: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly because: Problem;
}

/** What an operator sees in a list: where and why, without the bytes. `at` is ms since the epoch. */
export interface QuarantineEntry extends LogPosition {
  readonly consumer: string;
  readonly reason: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/**
 * Where records go that cannot be decoded or keep failing, so that the rest of their partition goes on (invariant I13). Put a record
 * here before its position is committed: a crash in between puts it a second time, and that changes nothing.
 */
export abstract class Quarantine {
  /** Keeps the records; those that are here already stay as they were. Throws `store-unavailable`. */
  abstract put(records: readonly QuarantinedRecord[]): Promise<void>;
  /** The newest first, at most `limit` (1 to 500); of one consumer, or of all. */
  abstract list(filter: { readonly consumer?: string; readonly limit: number }): Promise<readonly QuarantineEntry[]>;
  /** How many are here, of one consumer or of all. */
  abstract count(consumer?: string): Promise<number>;
  /** One record with its bytes, or undefined. */
  abstract find(consumer: string, position: LogPosition): Promise<Omit<QuarantinedRecord, 'because'> | undefined>;
  /** Takes a record out, after it was repaired or given up; true when it was here. */
  abstract remove(consumer: string, position: LogPosition): Promise<boolean>;
}

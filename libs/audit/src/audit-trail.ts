import type { LogPosition } from '@kruispunt/event';

/** What an audit line tells of. `intent` stands in the log before personal data leaves; `outcome` after the answer. */
export type AuditKind = 'intent' | 'outcome' | 'fetch' | 'operator' | 'refusal';

/** The event a line is about: never its payload. */
export interface AuditedEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly position?: LogPosition;
}

/**
 * Who did what, why, when, about whom, for whom (the ten-year list of MAGDA, security.md §8). `about` is a pseudonymous key, never
 * a national number; `user` is the operator or the client as the issuer names it.
 */
export interface AuditEntry {
  readonly kind: AuditKind;
  /** ms since the epoch. */
  readonly at: number;
  /** What was done: `deliver`, `fetch`, `replay.approve`, `parked.discard` … */
  readonly action: string;
  readonly organisation: string;
  readonly application: string;
  readonly user?: string;
  readonly about?: string;
  readonly namens?: string;
  readonly hoedanigheid?: string;
  readonly protocol?: string;
  readonly rule?: string;
  readonly subscription?: string;
  readonly event?: AuditedEvent;
  /** The names of the fields that leave. */
  readonly fields?: readonly string[];
  readonly attempt?: number;
  readonly outcome?: string;
  readonly status?: number;
  /** SHA-256 (hex) of the bytes that left. */
  readonly digest?: string;
  readonly reason?: string;
  readonly ticket?: string;
  readonly replay?: string;
}

/** Where a line stands: its id, and its position in the audit topic. */
export interface AuditReference {
  readonly id: string;
  readonly position: LogPosition;
}

/** The record of everything that left or was done; append only. */
export abstract class AuditTrail {
  /**
   * Resolves when the log has every line, with one reference per entry in the same order. Throws `audit-unavailable`; then no
   * personal data may leave (I9). Lines of one subscription keep their order.
   */
  abstract append(entries: readonly AuditEntry[]): Promise<readonly AuditReference[]>;
}

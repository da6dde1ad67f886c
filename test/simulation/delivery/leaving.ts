import type { Logged } from './scene.js';

/** Steps that wait, and give something in the end. */
export type Steps<T> = Generator<number, T>;

/** An outcome as the audit trail holds it. */
export interface AuditLine {
  readonly sub: string;
  readonly event: Logged;
  readonly delivered: boolean;
  readonly replay: string | undefined;
}

/** How an attempt leaves the house. */
export interface Leaving {
  readonly attempt: number;
  readonly replay: string | undefined;
  readonly gap: readonly string[];
}

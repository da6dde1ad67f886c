/** How a legal term counts. One row of the table in `term-rules.ts`; a changed law is a new version, never an edit. */
export interface TermRule {
  readonly id: string;
  readonly version: string;
  readonly budget: number;
  readonly unit: 'days' | 'working-days' | 'months';
  /**
   * `next-day`: the day of the fact does not count, the last day does (Ger. W. art. 52). `same-day`: the first day counts,
   * as for a public inquiry that lasts 30 days from its first day.
   */
  readonly anchor: 'next-day' | 'same-day';
  readonly roll: 'none' | 'next-working-day';
  readonly suspendable: boolean;
  /** Absent: not extendable. Each ground may be used once; told before the end always holds. */
  readonly extension?: Extension;
  readonly sanction: Sanction;
  /** Article or source, as it is printed in an explanation. */
  readonly basis: string;
}

/** How a term may be lengthened: by how much, on which grounds (each a group of reasons), and what a refused one means. */
export interface Extension {
  readonly amount: number;
  readonly reasons: readonly (readonly string[])[];
  readonly sanction: Sanction;
  readonly basis: string;
}

/** What the law attaches to a lapse. The chain gives each its effect; the rule only names it. */
export type Sanction =
  | 'NONE'
  | 'TASK'
  | 'CLOCK_STARTS'
  | 'DEEMED_REFUSED'
  | 'NO_EFFECT'
  | 'INADMISSIBLE'
  | 'INCOMPLETE'
  | 'APPEAL_REJECTED'
  | 'JUDGMENT'
  | 'LAPSED';

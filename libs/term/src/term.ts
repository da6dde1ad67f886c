import { dayNumber, type CivilDate } from './civil-date.js';
import { termRule } from './term-rules.js';

/**
 * A term that runs: which rule, from which fact, and a ledger of what happened to its clock since. Nothing else is kept: the
 * last day is derived (`dueDate`), so it can be derived again under another calendar or explained line by line (`explain`).
 * Legal verbs: schorsen = suspend, hervatten = resume, stuiten = interrupt, verlengen = extend.
 */
export interface Term {
  readonly rule: string;
  readonly version: string;
  /** The day of the fact. */
  readonly anchor: CivilDate;
  readonly ledger: readonly Entry[];
}

/** What happened to the clock, on which day, and on which legal ground. */
export type Entry = Told &
  (
    | { readonly kind: 'suspended' | 'resumed' | 'interrupted' | 're-anchored' | 'met' | 'waived' | 'lapsed' }
    | { readonly kind: 'extended'; readonly amount: number }
    /** The days in `free` do not count (any more): a calendar that changed while the term ran. */
    | { readonly kind: 'reprojected'; readonly free: readonly CivilDate[] }
  );

interface Told {
  readonly on: CivilDate;
  readonly reason: string;
  /** The decree that did it: then `reason` is its article, and the rule's own limits did not hold. */
  readonly decree?: string;
}

/** Starts the clock of `rule` at the day of the fact. Throws `not-found` for a rule that does not exist. */
export function startTerm(start: {
  readonly rule: string;
  readonly version?: string;
  readonly anchor: CivilDate;
}): Term {
  dayNumber(start.anchor);
  return { rule: start.rule, version: termRule(start.rule, start.version).version, anchor: start.anchor, ledger: [] };
}

/** `running`, `suspended`, or how it ended. */
export function termState(term: Term): 'running' | 'suspended' | 'met' | 'waived' | 'lapsed' {
  const last = term.ledger.findLast((e) => e.kind !== 'extended' && e.kind !== 'reprojected');
  switch (last?.kind) {
    case 'suspended':
    case 'met':
    case 'waived':
    case 'lapsed':
      return last.kind;
    default:
      return 'running';
  }
}

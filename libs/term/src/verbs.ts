import { problem, type Problem } from '@kruispunt/problem';
import type { CivilDate } from './civil-date.js';
import { dueDate } from './due-date.js';
import { termState, type Entry, type Term } from './term.js';
import { termRule } from './term-rules.js';

/** The verbs of the legal clock. Each answers the term with one more entry, or a `conflict` with the legal reason in Dutch. */
export type Verdict =
  { readonly kind: 'done'; readonly term: Term } | { readonly kind: 'refused'; readonly because: Problem };

type Act = { readonly on: CivilDate; readonly reason: string };

/** Stops the clock (schorsen). The day itself no longer counts; the days before it are used up. */
export function suspend(term: Term, act: Act): Verdict {
  if (!termRule(term.rule, term.version).suspendable) return refused('niet schorsbaar');
  return inState(term, 'running', act.on) ?? append(term, { kind: 'suspended', ...act });
}

/** Lets the clock run on for the days that were left (hervatten); this day counts again. */
export const resume = (term: Term, act: Act): Verdict =>
  inState(term, 'suspended', act.on) ?? append(term, { kind: 'resumed', ...act });

/** Starts the whole term again from this day (stuiten). */
export const interrupt = (term: Term, act: Act): Verdict =>
  open(term, act.on) ?? append(term, { kind: 'interrupted', ...act });

/** Counts the whole term from another day of the fact: the first one was wrong (an operator's act). */
export const reAnchor = (term: Term, act: Act): Verdict =>
  openEver(term) ?? append(term, { kind: 're-anchored', ...act });

/**
 * Lengthens the term (verlengen): only where the rule allows it, each ground once, and told before the last day (OVD art. 32).
 * Refusals are `conflict` with the legal reason in Dutch.
 */
export function extend(term: Term, act: Act): Verdict {
  const { extension } = termRule(term.rule, term.version);
  if (!extension) return refused('niet verlengbaar');
  const ground = extension.reasons.find((reasons) => reasons.includes(act.reason));
  if (!ground) return refused(`geen grond voor verlenging: ${act.reason}`);
  if (term.ledger.some((e) => e.kind === 'extended' && ground.includes(e.reason))) return refused('tweede verlenging');
  const closed = openEver(term);
  if (closed) return closed;
  const due = dueDate(term);
  if (due !== undefined && act.on >= due) return refused('te laat meegedeeld');
  return append(term, { kind: 'extended', amount: extension.amount, ...act });
}

/** What was awaited has come. */
export const meet = (term: Term, act: Act): Verdict => openEver(term) ?? append(term, { kind: 'met', ...act });
/** A person lets the term go, with a reason. */
export const waive = (term: Term, act: Act): Verdict => openEver(term) ?? append(term, { kind: 'waived', ...act });
/** The last day has passed without what was awaited. */
export const lapse = (term: Term, act: Act): Verdict => openEver(term) ?? append(term, { kind: 'lapsed', ...act });

const append = (term: Term, entry: Entry): Verdict => ({
  kind: 'done',
  term: { ...term, ledger: [...term.ledger, entry] },
});

const refused = (reason: string): Verdict => ({ kind: 'refused', because: problem('conflict', { reason }) });

function inState(term: Term, wanted: 'running' | 'suspended', on: CivilDate): Verdict | undefined {
  return termState(term) === wanted ? chronological(term, on) : refused(`de termijn is ${termState(term)}`);
}

function openEver(term: Term): Verdict | undefined {
  const state = termState(term);
  return state === 'running' || state === 'suspended' ? undefined : refused(`de termijn is ${state}`);
}

const open = (term: Term, on: CivilDate): Verdict | undefined => openEver(term) ?? chronological(term, on);

/** The clock is a story in order: nothing happens to it before its start, before its last entry, or after its end. */
function chronological(term: Term, on: CivilDate): Verdict | undefined {
  const last = term.ledger.findLast((e) => e.kind !== 'extended' && e.kind !== 're-anchored')?.on ?? term.anchor;
  if (on < last) return refused(`vóór ${last}`);
  const due = dueDate(term);
  return due !== undefined && on > due ? refused(`na de einddatum ${due}`) : undefined;
}

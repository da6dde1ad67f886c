import { problem, type Problem } from '@kruispunt/problem';
import { dayNumber, type CivilDate } from './civil-date.js';
import { dueDate } from './due-date.js';
import { termState, type Entry, type Term } from './term.js';
import { termRule } from './term-rules.js';

/** The verbs of the legal clock. Each answers the term with one more entry, or a `conflict` with the legal reason in Dutch. */
export type Verdict =
  { readonly kind: 'done'; readonly term: Term } | { readonly kind: 'refused'; readonly because: Problem };

type Act = { readonly on: CivilDate; readonly reason: string; readonly decree?: string };

/** Stops the clock (schorsen). The day itself no longer counts; the days before it are used up. A decree stops any term but one in months. */
export function suspend(term: Term, act: Act): Verdict {
  const { suspendable, unit } = termRule(term.rule, term.version);
  if (!suspendable && (act.decree === undefined || unit === 'months')) return refused('niet schorsbaar');
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

/** Lengthens the term by decree: whatever the rule allows, `amount` units from 1 to 366, once per decree. */
export function extendByDecree(term: Term, act: Act & { readonly decree: string; readonly amount: number }): Verdict {
  if (!Number.isInteger(act.amount) || act.amount < 1 || act.amount > 366) return refused('verlenging van 1 tot 366');
  if (term.ledger.some((e) => e.kind === 'extended' && e.decree === act.decree))
    return refused('al verlengd door dit besluit');
  return openEver(term) ?? append(term, { kind: 'extended', ...act });
}

/** Counts the term again under a calendar in which the days of `calendar` (`YYYY-MM-DD`, comma-separated) are free too. */
export function reproject(term: Term, { calendar, ...act }: Act & { readonly calendar: string }): Verdict {
  const free = calendar.split(',').filter((day) => day !== '');
  if (free.length === 0 || !free.every(isDay)) return refused('geen vrije dagen');
  const known = new Set(term.ledger.flatMap((e) => (e.kind === 'reprojected' ? e.free : [])));
  if (free.every((day) => known.has(day))) return refused('al herrekend met deze dagen');
  return openEver(term) ?? append(term, { kind: 'reprojected', free, ...act });
}

function isDay(text: string): boolean {
  try {
    return Number.isInteger(dayNumber(text));
  } catch {
    return false;
  }
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
  const last =
    term.ledger.findLast((e) => e.kind !== 'extended' && e.kind !== 're-anchored' && e.kind !== 'reprojected')?.on ??
    term.anchor;
  if (on < last) return refused(`vóór ${last}`);
  const due = dueDate(term);
  return due !== undefined && on > due ? refused(`na de einddatum ${due}`) : undefined;
}

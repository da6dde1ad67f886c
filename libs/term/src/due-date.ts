import { addDays, addMonths, daysBetween, type CivilDate } from './civil-date.js';
import type { Term } from './term.js';
import type { TermRule } from './term-rule.js';
import { termRule } from './term-rules.js';
import { addWorkingDays, rollToWorkingDay, workingDaysAfter, type FreeDays } from './working-day.js';

/** Where the clock of a term stands: what was used up, and since which day it runs. */
export interface ClockReading {
  /** Units of the budget, extensions included. */
  readonly budget: number;
  /** Units used up before the present stretch. */
  readonly consumed: number;
  /** The day before the first counted day of the present stretch; undefined while suspended. */
  readonly runningAfter: CivilDate | undefined;
}

/**
 * The last day of a term: what is done on it is in time. undefined while the term is suspended, for then nobody can know it.
 * A term that has ended keeps the last day it had.
 */
export function dueDate(term: Term): CivilDate | undefined {
  const rule = termRule(term.rule, term.version);
  const { budget, consumed, runningAfter } = readClock(term);
  if (runningAfter === undefined) return undefined;
  const more = freeDays(term);
  // Suspended while its end only rolls to a working day: the last day is still to come.
  const last = count(rule, runningAfter, Math.max(1, budget - consumed), more);
  return rule.roll === 'next-working-day' ? rollToWorkingDay(last, more) : last;
}

/** The days that calendars which came while the term ran have freed, each with its ground. */
export function freeDays(term: Term): FreeDays | undefined {
  const entries = term.ledger.flatMap((e) => (e.kind === 'reprojected' ? [e] : []));
  return entries.length === 0
    ? undefined
    : new Map(entries.flatMap(({ free, reason }) => free.map((day) => [day, reason])));
}

/** Reads the ledger from its start. */
export function readClock(term: Term): ClockReading {
  const rule = termRule(term.rule, term.version);
  const before = (date: CivilDate) => (rule.anchor === 'same-day' ? addDays(date, -1) : date);
  const more = freeDays(term);
  let first = before(term.anchor);
  let reading: ClockReading = { budget: rule.budget, consumed: 0, runningAfter: first };
  for (const entry of term.ledger) {
    switch (entry.kind) {
      case 'suspended':
        reading = {
          ...reading,
          consumed: reading.consumed + used(rule, reading.runningAfter, addDays(entry.on, -1), more),
          runningAfter: undefined,
        };
        break;
      case 'resumed':
        // Resumed on the day of the fact itself: that day does not count, whatever stood still on it.
        reading = { ...reading, runningAfter: later(addDays(entry.on, -1), first) };
        break;
      case 'interrupted':
      case 're-anchored':
        first = before(entry.on);
        reading = { budget: rule.budget, consumed: 0, runningAfter: first };
        break;
      case 'extended':
        reading = { ...reading, budget: reading.budget + entry.amount };
        break;
      case 'met':
      case 'waived':
      case 'lapsed':
      case 'reprojected':
        break;
      default:
        entry satisfies never;
    }
  }
  return reading;
}

const later = (a: CivilDate, b: CivilDate): CivilDate => (a > b ? a : b);

/** Days of the rule's own unit that are left on `on`, that day included when it counts; negative when late. Months count as days. */
export function remaining(term: Term, on: CivilDate): number | undefined {
  const due = dueDate(term);
  if (due === undefined) return undefined;
  if (termRule(term.rule, term.version).unit !== 'working-days') return daysBetween(on, due);
  const more = freeDays(term);
  return on <= due ? workingDaysAfter(on, due, more) : -workingDaysAfter(due, on, more);
}

/** The day `count` units before the last day: when somebody should be reminded. */
export function reminderDate(term: Term, count: number): CivilDate | undefined {
  const due = dueDate(term);
  if (due === undefined) return undefined;
  return termRule(term.rule, term.version).unit === 'working-days'
    ? addWorkingDays(due, -count, freeDays(term))
    : addDays(due, -count);
}

function count(rule: TermRule, after: CivilDate, units: number, more: FreeDays | undefined): CivilDate {
  switch (rule.unit) {
    case 'days':
      return addDays(after, units);
    case 'working-days':
      return addWorkingDays(after, units, more);
    case 'months':
      return addMonths(after, units);
    default:
      return rule.unit satisfies never;
  }
}

/** Units used between the start of a stretch and its last counted day. A term in months is never suspendable. */
function used(rule: TermRule, after: CivilDate | undefined, last: CivilDate, more: FreeDays | undefined): number {
  if (after === undefined || last <= after) return 0;
  return rule.unit === 'working-days' ? workingDaysAfter(after, last, more) : daysBetween(after, last);
}

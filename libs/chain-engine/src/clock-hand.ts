import { dueAt, dueDate, reminderDate, startOfDay, startTerm, type Term } from '@kruispunt/term';
import type { Timer } from './chain-state.js';
import type { TermClause } from './definition.js';

/** The term of a wait, started on the day of the fact, and the moments at which its instance must be woken. */
export function wind(clause: TermClause, vars: unknown): { readonly term: Term; readonly wakes: readonly Wake[] } {
  const version = clause.version(vars);
  const term = startTerm({ rule: clause.rule, anchor: clause.anchor(vars), ...(version === undefined ? {} : { version }) });
  return { term, wakes: wakesOf(clause, term) };
}

export type Wake = Pick<Timer, 'dueAt' | 'signal'> & { readonly name: string };

/** One wake per reminder at the start of its day, one at the first instant after the last day; none while the term stands still. */
function wakesOf(clause: TermClause, term: Term): readonly Wake[] {
  const due = dueDate(term);
  if (due === undefined) return [];
  const reminders = clause.remindBefore.map((units, index): Wake => ({
    name: `remind-${index + 1}`,
    signal: 'NADERT',
    dueAt: startOfDay(reminderDate(term, units) ?? due),
  }));
  return [...reminders, { name: 'due', signal: 'VERSTREKEN', dueAt: dueAt(due) }];
}

import {
  civilDateAt,
  dueAt,
  dueDate,
  lapse,
  meet,
  remaining,
  reminderDate,
  startOfDay,
  startTerm,
  termState,
  waive,
  type Term,
  type Verdict,
} from '@kruispunt/term';
import type { Timer, Token } from './chain-state.js';
import type { TermClause } from './definition.js';
import { without, type Sheet } from './sheet.js';

/** The terms and timers of an instance, on the sheet of one input. */
export class Clockwork {
  constructor(private readonly sheet: Sheet) {}

  /** Starts the term of a wait on the day of the fact, and sets the timers that must wake its token. */
  start(token: string, { node, gen }: Token, clause: TermClause): void {
    const version = clause.version(this.sheet.next.vars);
    const anchor = clause.anchor(this.sheet.next.vars, token);
    const rule = clause.choose(this.sheet.next.vars);
    const term = startTerm({ rule, anchor, ...(version === undefined ? {} : { version }) });
    this.setTerm(token, node, term);
    for (const [wake, at] of wakesOf(clause, term)) this.setTimer(`${token}/${wake}`, { ...at, token, gen });
  }

  /** Goes on with the term as a handler changed it: other timers, the same visit. What fires early for the old ones is not yet due. */
  reset(token: string, { node, gen }: Token, change: { readonly clause: TermClause; readonly term: Term }): void {
    if (this.sheet.next.terms[token] === undefined) throw new Error(`${node} has no running term to change`);
    for (const [name, timer] of Object.entries(this.sheet.next.timers)) if (timer.token === token) this.clear(name);
    this.setTerm(token, node, change.term);
    for (const [wake, at] of wakesOf(change.clause, change.term)) {
      const past = at.signal === 'NADERT' && at.dueAt <= this.sheet.now;
      if (!past) this.setTimer(`${token}/${wake}`, { ...at, token, gen });
    }
  }

  /** Stops the timers of a token and closes its term: met when what was awaited came, else waived. */
  stop(token: string, node: string, met: boolean): void {
    for (const [name, timer] of Object.entries(this.sheet.next.timers)) if (timer.token === token) this.clear(name);
    const term = this.sheet.next.terms[token];
    if (!term) return;
    const act = { on: civilDateAt(this.sheet.now), reason: met ? 'ontvangen' : 'niet meer nodig' };
    const runs = termState(term) === 'running' || termState(term) === 'suspended';
    if (runs) this.setVerdict(token, node, (met ? meet : waive)(term, act));
    this.sheet.next.terms = without(this.sheet.next.terms, token);
  }

  /** Tells that a term is near or has lapsed. The timer is used up; a lapse closes the term. */
  ring(name: string, timer: Timer, node: string): void {
    this.clear(name);
    const term = this.sheet.next.terms[timer.token];
    const due = term && dueDate(term);
    if (!term || due === undefined) throw new Error(`timer ${name} without a running term`);
    const today = civilDateAt(this.sheet.now);
    const { signal } = timer;
    this.sheet.signalTerm({
      termijn: term.rule,
      regelversie: term.version,
      signaal: signal,
      einddatum: due,
      resterendeDagen: remaining(term, today) ?? 0,
    });
    if (signal === 'VERSTREKEN') {
      this.setVerdict(timer.token, node, lapse(term, { on: today, reason: 'termijn verstreken' }));
    }
  }

  private setVerdict(token: string, node: string, verdict: Verdict): void {
    if (verdict.kind === 'refused') throw verdict.because;
    this.setTerm(token, node, verdict.term);
  }

  private setTerm(token: string, node: string, term: Term): void {
    this.sheet.next.terms = { ...this.sheet.next.terms, [token]: term };
    this.sheet.effects.push({ kind: 'term', token, node, term, state: termState(term) });
  }

  private setTimer(name: string, timer: Timer): void {
    this.sheet.next.timers = { ...this.sheet.next.timers, [name]: timer };
    this.sheet.effects.push({ kind: 'timer-set', name, timer });
  }

  private clear(name: string): void {
    this.sheet.next.timers = without(this.sheet.next.timers, name);
    this.sheet.effects.push({ kind: 'timer-cleared', name });
  }
}

type Wake = Pick<Timer, 'dueAt' | 'signal'>;

/** One wake per reminder at the start of its day, one at the first instant after the last day; none while the term stands still. */
function wakesOf(clause: TermClause, term: Term): readonly (readonly [name: string, wake: Wake])[] {
  const due = dueDate(term);
  if (due === undefined || termState(term) !== 'running') return [];
  const reminders = clause.remindBefore.map((units, index) => {
    const wake: Wake = { signal: 'NADERT', dueAt: startOfDay(reminderDate(term, units) ?? due) };
    return [`remind-${index + 1}`, wake] as const;
  });
  return [...reminders, ['due', { signal: 'VERSTREKEN', dueAt: dueAt(due) }]];
}

import {
  extend,
  extendByDecree,
  interrupt,
  reAnchor,
  reproject,
  resume,
  suspend,
  waive,
  type Term,
  type Verdict,
} from '@kruispunt/term';
import type { Draft } from './draft.js';
import type { TermAct } from './op.js';

/** What an operator does to the clock of one token. Answers the legal reason in Dutch when the law does not allow it. */
export function operateTerm(draft: Draft, act: TermAct): string | undefined {
  const term = draft.sheet.next.terms[act.token];
  if (!term) return `geen lopende termijn op ${act.token}`;
  const verdict = verdictOf(term, act);
  if (verdict.kind === 'refused') return String(verdict.because.fields['reason'] ?? verdict.because.slug);
  draft.setTerm(act.token, verdict.term);
  return undefined;
}

/** The entry carries the decree, when there is one: its ground is not the rule's own. */
function verdictOf(term: Term, { verb, on, ground, days, calendar, decree }: TermAct): Verdict {
  const act = { on, reason: ground, ...(decree === undefined ? {} : { decree }) };
  switch (verb) {
    case 'extend-term':
      return decree === undefined ? extend(term, act) : extendByDecree(term, { ...act, decree, amount: days ?? 0 });
    case 'suspend-term':
      return suspend(term, act);
    case 'resume-term':
      return resume(term, act);
    case 'interrupt-term':
      return interrupt(term, act);
    case 're-anchor-term':
      return reAnchor(term, act);
    case 'waive-term':
      return waive(term, act);
    case 'reproject-term':
      return reproject(term, { ...act, calendar: calendar ?? '' });
    default:
      return verb satisfies never;
  }
}

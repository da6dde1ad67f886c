import { addDays, addMonths, weekday, type CivilDate } from './civil-date.js';
import { dueDate, freeDays, readClock } from './due-date.js';
import type { Entry, Term } from './term.js';
import type { TermRule } from './term-rule.js';
import { termRule } from './term-rules.js';
import { addWorkingDays, whyFree } from './working-day.js';

const dagen = ['ma', 'di', 'wo', 'do', 'vr', 'za', 'zo'];
const eenheid = { days: 'kalenderdagen', 'working-days': 'werkdagen', months: 'maanden' } as const;
const verb: Record<Entry['kind'], string> = {
  suspended: 'geschorst',
  resumed: 'hervat',
  interrupted: 'gestuit',
  're-anchored': 'verankerd op een ander feit',
  extended: 'verlengd',
  met: 'voldaan',
  waived: 'losgelaten',
  lapsed: 'verstreken',
  reprojected: 'herrekend onder een andere kalender',
};

/** How the last day of a term came about, in Dutch, one line per step of the count, each with its ground. */
export function explain(term: Term): readonly string[] {
  const rule = termRule(term.rule, term.version);
  const lines = [
    `${rule.id} (versie ${rule.version}): ${rule.budget} ${eenheid[rule.unit]} — ${rule.basis}`,
    rule.anchor === 'next-day'
      ? `feit op ${day(term.anchor)}; de dag van het feit telt niet, de laatste dag wel (Ger. W. art. 52)`
      : `eerste dag ${day(term.anchor)} telt mee (${rule.basis})`,
    ...term.ledger.map((entry) => line(rule, entry)),
  ];
  const due = dueDate(term);
  if (due === undefined) {
    const { budget, consumed } = readClock(term);
    return [
      ...lines,
      `geschorst: ${budget - consumed} van ${budget} ${eenheid[rule.unit]} over; er is nu geen einddatum`,
    ];
  }
  return [...lines, ...skipped(rule, term), `einddatum ${day(due)}`];
}

const day = (date: CivilDate) => `${dagen[weekday(date) - 1] ?? ''} ${date}`;

/** An extension has its own article; the other verbs stand on the article of the rule. */
function line(rule: TermRule, entry: Entry): string {
  const extended =
    entry.kind === 'extended'
      ? ` met ${entry.amount}`
      : entry.kind === 'reprojected'
        ? ` (${entry.free.join(', ')})`
        : '';
  const own = (entry.kind === 'extended' ? rule.extension?.basis : undefined) ?? rule.basis;
  const basis = entry.decree === undefined ? own : `besluit ${entry.decree}`;
  return `${verb[entry.kind]} op ${day(entry.on)}${extended}: ${entry.reason} (${basis})`;
}

/** The holidays that the count passed over, and the roll at its end. Weekends are not listed one by one. */
function skipped(rule: TermRule, term: Term): string[] {
  const { budget, consumed, runningAfter } = readClock(term);
  if (runningAfter === undefined) return [];
  const left = budget - consumed;
  const more = freeDays(term);
  if (rule.unit !== 'working-days') {
    const last = rule.unit === 'days' ? addDays(runningAfter, left) : addMonths(runningAfter, left);
    const why = rule.roll === 'next-working-day' ? whyFree(last, more) : undefined;
    return why === undefined
      ? []
      : [`dag ${left} valt op ${day(last)} (${why}): verschoven naar de eerstvolgende werkdag (Ger. W. art. 53)`];
  }
  const lines: string[] = [];
  for (let d = addDays(runningAfter, 1); d <= addWorkingDays(runningAfter, left, more); d = addDays(d, 1)) {
    const why = whyFree(d, more);
    if (why !== undefined && why !== 'zaterdag' && why !== 'zondag')
      lines.push(`${day(d)} telt niet: ${why}${more?.has(d) === true ? '' : ' (KB 18-04-1974)'}`);
  }
  return lines;
}

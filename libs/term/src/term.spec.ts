import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, civilDate, dayNumber, daysBetween } from './civil-date.js';
import { dueDate, readClock, remaining, reminderDate } from './due-date.js';
import { explain } from './explain.js';
import { startTerm, termState, type Term } from './term.js';
import { termRules } from './term-rules.js';
import { extend, interrupt, lapse, meet, reAnchor, resume, suspend, waive, type Verdict } from './verbs.js';

const done = (verdict: Verdict): Term => {
  if (verdict.kind === 'refused') throw verdict.because;
  return verdict.term;
};
const reasonOf = (verdict: Verdict) => (verdict.kind === 'refused' ? verdict.because.fields['reason'] : 'done');
const days = fc.integer({ min: dayNumber('2019-01-01'), max: dayNumber('2060-12-31') }).map(civilDate);

/** The last day by counting on the fingers: an oracle that shares only the list of holidays with what it checks. */
function byHand(
  anchor: string,
  budget: number,
  isCounted: (date: Date) => boolean,
  first: 'next-day' | 'same-day',
): string {
  const at = new Date(`${anchor}T12:00:00Z`);
  if (first === 'same-day') at.setUTCDate(at.getUTCDate() - 1);
  for (let left = budget; left > 0;) {
    at.setUTCDate(at.getUTCDate() + 1);
    if (isCounted(at)) left -= 1;
  }
  return at.toISOString().slice(0, 10);
}
const fixed = new Set(['01-01', '05-01', '07-21', '08-15', '11-01', '11-11', '12-25']);
const withEaster = new Set(['2026-04-06', '2026-05-14', '2026-05-25', '2027-03-29', '2027-05-06', '2027-05-17']);
const isWorking = (date: Date) => {
  const text = date.toISOString().slice(0, 10);
  return date.getUTCDay() % 6 !== 0 && !fixed.has(text.slice(5)) && !withEaster.has(text);
};

describe('the last day of a term', () => {
  it('is what counting on the fingers gives, for each rule in days or working days', () => {
    const anchors = fc.integer({ min: dayNumber('2026-01-01'), max: dayNumber('2027-06-30') }).map(civilDate);
    for (const rule of termRules.filter((r) => r.unit !== 'months' && r.roll === 'none')) {
      fc.assert(
        fc.property(anchors, (anchor) => {
          const expected = byHand(anchor, rule.budget, rule.unit === 'days' ? () => true : isWorking, rule.anchor);
          return dueDate(startTerm({ rule: rule.id, version: rule.version, anchor })) === expected;
        }),
        { numRuns: 60 },
      );
    }
  });

  it('never moves back when the fact comes later', () => {
    for (const rule of termRules) {
      fc.assert(
        fc.property(
          days,
          fc.nat(400),
          (anchor, later) =>
            (dueDate(startTerm({ rule: rule.id, version: rule.version, anchor })) ?? '') <=
            (dueDate(startTerm({ rule: rule.id, version: rule.version, anchor: addDays(anchor, later) })) ?? ''),
        ),
        { numRuns: 40 },
      );
    }
  });

  it('depends on the version of the rule', () => {
    expect(dueDate(startTerm({ rule: 'verhuis.woonstcontrole', anchor: '2026-04-20' }))).toBe('2026-05-12');
    expect(dueDate(startTerm({ rule: 'verhuis.woonstcontrole', version: '2001', anchor: '2026-04-20' }))).toBe(
      '2026-04-30',
    );
  });

  it('says how much is left, negative when late', () => {
    const term = startTerm({ rule: 'verhuis.woonstcontrole', anchor: '2026-04-20' });
    expect([remaining(term, '2026-05-08'), remaining(term, '2026-05-12'), remaining(term, '2026-05-15')]).toEqual([
      2, 0, -2,
    ]);
    expect(reminderDate(term, 3)).toBe('2026-05-07');
  });
});

describe('a suspended term', () => {
  it('runs on for the days that were left, however long it stood still', () => {
    fc.assert(
      fc.property(days, fc.nat(29), fc.nat(500), (anchor, ranDays, stoodDays) => {
        const started = startTerm({ rule: 'omv.openbaar-onderzoek', anchor });
        const stopped = done(suspend(started, { on: addDays(anchor, ranDays), reason: 'overmacht' }));
        const resumed = done(resume(stopped, { on: addDays(anchor, ranDays + stoodDays), reason: 'hervat' }));
        return (
          dueDate(stopped) === undefined && daysBetween(dueDate(started) ?? '', dueDate(resumed) ?? '') === stoodDays
        );
      }),
    );
  });

  it('keeps its ledger sum through any number of suspensions', () => {
    const stretch = fc.record({ run: fc.nat(9), stand: fc.nat(50) });
    fc.assert(
      fc.property(days, fc.array(stretch, { maxLength: 3 }), (anchor, stretches) => {
        let term = startTerm({ rule: 'omv.openbaar-onderzoek', anchor });
        let on = anchor;
        for (const { run, stand } of stretches) {
          term = done(suspend(term, { on: addDays(on, run), reason: 'x' }));
          on = addDays(on, run + stand);
          term = done(resume(term, { on, reason: 'x' }));
        }
        const { budget, consumed } = readClock(term);
        return (
          consumed === stretches.reduce((sum, s) => sum + s.run, 0) &&
          daysBetween(on, dueDate(term) ?? '') === budget - consumed - 1
        );
      }),
    );
  });

  it('is refused where the law knows no suspension', () => {
    expect(
      reasonOf(
        suspend(startTerm({ rule: 'verhuis.aangifte', anchor: '2026-04-20' }), { on: '2026-04-21', reason: 'x' }),
      ),
    ).toBe('niet schorsbaar');
  });

  it('cannot be suspended twice, resumed before it stood still, or stopped after its end', () => {
    const term = startTerm({ rule: 'omv.openbaar-onderzoek', anchor: '2026-04-01' });
    const stopped = done(suspend(term, { on: '2026-04-13', reason: 'x' }));
    expect(reasonOf(suspend(stopped, { on: '2026-04-14', reason: 'x' }))).toBe('de termijn is suspended');
    expect(reasonOf(resume(term, { on: '2026-04-14', reason: 'x' }))).toBe('de termijn is running');
    expect(reasonOf(resume(stopped, { on: '2026-04-12', reason: 'x' }))).toBe('vóór 2026-04-13');
    expect(reasonOf(suspend(term, { on: '2026-05-01', reason: 'x' }))).toBe('na de einddatum 2026-04-30');
  });
});

describe('the other verbs', () => {
  const permit = startTerm({ rule: 'omv.beslissing.gewoon', anchor: '2026-03-20' });
  const loop = { on: '2026-06-08', reason: 'ADMINISTRATIEVE_LUS' };

  it('extends once, and only when told before the last day', () => {
    const extended = done(extend(permit, loop));
    expect(dueDate(extended)).toBe('2026-09-01');
    expect(reasonOf(extend(extended, { on: '2026-08-07', reason: 'ZAAK_DER_WEGEN' }))).toBe('tweede verlenging');
    expect(reasonOf(extend(permit, { ...loop, on: '2026-07-03' }))).toBe('te laat meegedeeld');
    expect(reasonOf(extend(permit, { ...loop, reason: 'ZOMAAR' }))).toBe('geen grond voor verlenging: ZOMAAR');
    expect(reasonOf(extend(startTerm({ rule: 'omv.beslissing.vereenvoudigd', anchor: '2026-03-20' }), loop))).toBe(
      'niet verlengbaar',
    );
  });

  it('interrupts: the whole term starts again', () => {
    expect(dueDate(done(interrupt(permit, { on: '2026-05-04', reason: 'nieuwe aanvraag' })))).toBe(
      addDays('2026-05-04', 105),
    );
  });

  it('re-anchors on the right fact, even an earlier one', () => {
    expect(dueDate(done(reAnchor(permit, { on: '2026-03-10', reason: 'datum verbeterd' })))).toBe(
      addDays('2026-03-10', 105),
    );
  });

  it('ends once: met, waived or lapsed, and keeps its last day', () => {
    for (const [verb, state] of [
      [meet, 'met'],
      [waive, 'waived'],
      [lapse, 'lapsed'],
    ] as const) {
      const ended = done(verb(permit, { on: '2026-07-01', reason: 'x' }));
      expect([termState(ended), dueDate(ended)]).toEqual([state, '2026-07-03']);
      for (const again of [meet, waive, lapse, extend, interrupt])
        expect(reasonOf(again(ended, loop))).not.toBe('done');
    }
  });
});

describe('explain', () => {
  it('tells each step of the count with its ground', () => {
    expect(explain(startTerm({ rule: 'verhuis.woonstcontrole', anchor: '2026-04-20' }))).toEqual([
      'verhuis.woonstcontrole (versie 2026): 15 werkdagen — KB 16-07-1992 art. 10; gemeentelijk reglement',
      'feit op ma 2026-04-20; de dag van het feit telt niet, de laatste dag wel (Ger. W. art. 52)',
      'vr 2026-05-01 telt niet: Dag van de Arbeid (KB 18-04-1974)',
      'einddatum di 2026-05-12',
    ]);
  });

  it('tells a roll, a suspension and an extension', () => {
    expect(explain(startTerm({ rule: 'geboorte.aangifte', anchor: '2026-01-09' }))).toContain(
      'dag 15 valt op za 2026-01-24 (zaterdag): verschoven naar de eerstvolgende werkdag (Ger. W. art. 53)',
    );
    const stopped = done(
      suspend(startTerm({ rule: 'omv.openbaar-onderzoek', anchor: '2026-04-01' }), {
        on: '2026-04-13',
        reason: 'noodbesluit',
      }),
    );
    expect(explain(stopped).at(-1)).toBe('geschorst: 18 van 30 kalenderdagen over; er is nu geen einddatum');
    expect(
      explain(
        done(
          extend(startTerm({ rule: 'omv.beslissing.gewoon', anchor: '2026-03-20' }), {
            on: '2026-06-08',
            reason: 'ADMINISTRATIEVE_LUS',
          }),
        ),
      ),
    ).toContain('verlengd op ma 2026-06-08 met 60: ADMINISTRATIEVE_LUS (OVD art. 32 §2)');
  });
});

describe('the table of the law', () => {
  it('names what each lapse means, as data', () => {
    const sanctions = Object.fromEntries(termRules.map((r) => [r.id, r.extension?.sanction ?? r.sanction]));
    expect(sanctions).toMatchObject({
      'verhuis.aangifte': 'NONE',
      'verhuis.woonstcontrole': 'TASK',
      'omv.volledigheid': 'CLOCK_STARTS',
      'omv.beslissing.vereenvoudigd': 'DEEMED_REFUSED',
      'omv.beslissing.gewoon': 'NO_EFFECT',
      'omv.beroep': 'INADMISSIBLE',
      'omv.beroep.aanvulling': 'INCOMPLETE',
      'geboorte.aangifte': 'JUDGMENT',
      'huwelijk.venster': 'LAPSED',
    });
    expect(termRules.filter((r) => r.sanction === 'DEEMED_REFUSED' && r.extension).map((r) => r.id)).toEqual([
      'omv.beslissing.gewoon',
      'omv.beslissing.commissie',
    ]);
    expect(
      termRules.filter((r) => r.sanction === 'APPEAL_REJECTED').every((r) => r.extension?.reasons.length === 2),
    ).toBe(true);
  });

  it('gives each version of a rule once', () => {
    const names = termRules.map((r) => `${r.id}@${r.version}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

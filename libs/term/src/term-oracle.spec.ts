import { describe, expect, it } from '@jest/globals';
import { Temporal } from '@js-temporal/polyfill';
import fc from 'fast-check';
import { civilDateAt, dueAt, startOfDay } from './brussels.js';
import { addDays, addMonths, civilDate, dayNumber, daysBetween, weekday, type CivilDate } from './civil-date.js';
import { dueDate, freeDays } from './due-date.js';
import { startTerm, type Term } from './term.js';
import { termRule, termRules } from './term-rules.js';
import { extendByDecree, interrupt, reAnchor, reproject, resume, suspend, type Verdict } from './verbs.js';
import { addWorkingDays, legalHolidays, rollToWorkingDay, workingDaysAfter } from './working-day.js';

const zone = 'Europe/Brussels';
const days = fc.integer({ min: dayNumber('1997-01-01'), max: dayNumber('2090-12-31') }).map(civilDate);
const plain = (date: CivilDate) => Temporal.PlainDate.from(date);
const text = (date: Temporal.PlainDate): CivilDate => date.toString();
const runs = { numRuns: 200 };

/** The first Sunday after the paschal full moon, by golden number and epact: the church's own reckoning, which our formula does not follow. */
function easter(year: number): Temporal.PlainDate {
  const golden = (year % 19) + 1;
  const century = Math.floor(year / 100) + 1;
  const solar = Math.floor((3 * century) / 4) - 12;
  const lunar = Math.floor((8 * century + 5) / 25) - 5;
  const raw = (((11 * golden + 20 + lunar - solar) % 30) + 30) % 30;
  const epact = (raw === 25 && golden > 11) || raw === 24 ? raw + 1 : raw;
  const march = 44 - epact < 21 ? 74 - epact : 44 - epact;
  const fullMoon = new Temporal.PlainDate(year, 3, 1).add({ days: march - 1 });
  return fullMoon.add({ days: 7 - (fullMoon.dayOfWeek % 7) });
}
/** The legal holidays of a year by the wet of 4 January 1974: said once more, in another way. */
const holidays = new Map<number, ReadonlySet<CivilDate>>();
function holidaysOf(year: number): ReadonlySet<CivilDate> {
  const known = holidays.get(year);
  if (known) return known;
  const moving = [1, 39, 50].map((later) => easter(year).add({ days: later }));
  const fixed = ['01-01', '05-01', '07-21', '08-15', '11-01', '11-11', '12-25'].map((day) => plain(`${year}-${day}`));
  const every = new Set([...moving, ...fixed].map(text));
  holidays.set(year, every);
  return every;
}
const isFree = (date: Temporal.PlainDate, more?: ReadonlySet<CivilDate>): boolean =>
  date.dayOfWeek > 5 || holidaysOf(date.year).has(text(date)) || more?.has(text(date)) === true;
function walk(from: Temporal.PlainDate, count: number, more?: ReadonlySet<CivilDate>): Temporal.PlainDate {
  let date = from;
  for (let left = Math.abs(count); left > 0;) {
    date = date.add({ days: Math.sign(count) });
    if (!isFree(date, more)) left -= 1;
  }
  return date;
}

/** The legal clock against the Temporal API, an implementation by others that shares no line with ours. */
describe('civil dates, held against Temporal', () => {
  it('add days and months, count between, and know the weekday', () => {
    fc.assert(
      fc.property(days, days, fc.integer({ min: -4_000, max: 4_000 }), (a, b, n) => {
        expect(addDays(a, n)).toBe(text(plain(a).add({ days: n })));
        expect(addMonths(a, n % 240)).toBe(text(plain(a).add({ months: n % 240 }, { overflow: 'constrain' })));
        expect(daysBetween(a, b)).toBe(plain(a).until(plain(b), { largestUnit: 'days' }).days);
        expect(weekday(a)).toBe(plain(a).dayOfWeek);
      }),
      runs,
    );
  });

  it('begin at midnight on the wall of Brussels, and hold in every hour of the nights in which the clock changes', () => {
    const changes = Array.from({ length: 63 }, (_, n) => 1997 + n).flatMap((year) =>
      [3, 10].map((month) => {
        const last = new Temporal.PlainDate(year, month, 31);
        return text(last.subtract({ days: last.dayOfWeek % 7 }));
      }),
    );
    for (const date of changes.flatMap((day) => [-1, 0, 1].map((n) => addDays(day, n)))) {
      const start = plain(date).toZonedDateTime(zone);
      const end = start.add({ days: 1 });
      expect([date, startOfDay(date), dueAt(date)]).toEqual([date, start.epochMilliseconds, end.epochMilliseconds]);
      for (let at = start.epochMilliseconds; at < end.epochMilliseconds; at += 1_800_000)
        if (civilDateAt(at) !== date) throw new Error(`${at} is not on ${date}`);
    }
  });

  it('name the day of any instant, and lapse with the last instant of the last day', () => {
    const instants = fc.integer({ min: Date.UTC(1997, 0, 2), max: Date.UTC(2090, 0, 1) });
    fc.assert(
      fc.property(instants, (at) => {
        const there = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        expect(civilDateAt(at)).toBe(text(there.toPlainDate()));
        expect(dueAt(civilDateAt(at))).toBe(there.startOfDay().add({ days: 1 }).epochMilliseconds);
      }),
      runs,
    );
  });
});

describe('working days, held against Temporal and the church’s reckoning of Easter', () => {
  it('know the ten legal holidays of every year', () => {
    for (let year = 1975; year <= 2299; year += 1)
      expect([...legalHolidays(year).keys()].sort()).toEqual([...holidaysOf(year)].sort());
  });

  it('add, count and roll, with the free days of a later calendar too', () => {
    const free = fc.uniqueArray(fc.integer({ min: 1, max: 90 }), { maxLength: 6 });
    fc.assert(
      fc.property(days, fc.integer({ min: -60, max: 130 }), free, (from, n, offsets) => {
        const more = new Set(offsets.map((offset) => addDays(from, offset)));
        const named = new Map([...more].map((day) => [day, 'besluit']));
        const end = walk(plain(from), n, more);
        expect(addWorkingDays(from, n, named)).toBe(text(end));
        if (n > 0) expect(workingDaysAfter(from, text(end), named)).toBe(n);
        let rolled = plain(from);
        while (isFree(rolled, more)) rolled = rolled.add({ days: 1 });
        expect(rollToWorkingDay(from, named)).toBe(text(rolled));
      }),
      runs,
    );
  });
});

/** One thing that happens to a clock, so many days after what happened before. */
const acts = fc.array(
  fc.record({
    what: fc.constantFrom('suspend', 'resume', 'interrupt', 're-anchor', 'extend', 'reproject'),
    after: fc.nat(12),
    amount: fc.integer({ min: 1, max: 40 }),
  }),
  { maxLength: 8 },
);

type Act = { readonly what: string; readonly on: CivilDate; readonly amount: number; readonly decree: string };
const verbs: Readonly<Record<string, (term: Term, act: Act) => Verdict>> = {
  suspend: (term, { on, decree }) => suspend(term, { on, decree, reason: 'besluit' }),
  resume: (term, { on, decree }) => resume(term, { on, decree, reason: 'besluit' }),
  interrupt: (term, { on }) => interrupt(term, { on, reason: 'stuiting' }),
  're-anchor': (term, { on }) => reAnchor(term, { on, reason: 'vergissing' }),
  extend: (term, { on, decree, amount }) => extendByDecree(term, { on, decree, amount, reason: 'besluit' }),
  reproject: (term, { on, decree, amount }) =>
    reproject(term, { on, decree, reason: 'besluit', calendar: addDays(on, amount) }),
};

/**
 * The last day by living every day: a suspended clock burns nothing, a running one burns a unit on each day that counts. It knows the
 * ledger and the free days, and none of the sums of `readClock`.
 */
function byLiving(term: Term): CivilDate | undefined {
  const rule = termRule(term.rule, term.version);
  const more = new Set(freeDays(term)?.keys());
  const counts = (date: Temporal.PlainDate) => rule.unit === 'days' || !isFree(date, more);
  const first = rule.anchor === 'same-day' ? 0 : 1;
  const clock = term.ledger.filter((e) => ['suspended', 'resumed', 'interrupted', 're-anchored'].includes(e.kind));
  const fresh = clock.findLastIndex((e) => e.kind === 'interrupted' || e.kind === 're-anchored');
  const stretch = clock.slice(fresh + 1);
  const start = plain(clock[fresh]?.on ?? term.anchor).add({ days: first });
  const from = term.ledger.indexOf(clock[fresh]!);
  const extra = term.ledger.slice(from + 1).reduce((sum, e) => sum + (e.kind === 'extended' ? e.amount : 0), 0);
  let left = rule.budget + extra;
  let day = start;
  let last = start.subtract({ days: 1 });
  for (let at = 0; left > 0; day = day.add({ days: 1 })) {
    while (at < stretch.length && stretch[at]!.on <= text(day)) at += 1;
    const stands = stretch[at - 1]?.kind === 'suspended';
    if (stands && at === stretch.length) return undefined;
    const rolls = left === 1 && rule.roll === 'next-working-day' && isFree(day, more);
    if (stands || !counts(day) || rolls) continue;
    left -= 1;
    last = day;
  }
  return text(last);
}

describe('a term, held against living it day by day in Temporal', () => {
  const rules = fc.constantFrom(...termRules.filter(({ unit }) => unit !== 'months'));

  it('ends on the same day, whatever was done to its clock', () => {
    let done = 0;
    fc.assert(
      fc.property(rules, days, acts, (rule, anchor, story) => {
        let term = startTerm({ rule: rule.id, version: rule.version, anchor });
        let on = anchor;
        for (const [at, { what, after, amount }] of story.entries()) {
          on = addDays(on, after);
          const verdict = verbs[what]!(term, { what, on, amount, decree: `d${at}` });
          if (verdict.kind === 'refused') continue;
          done += 1;
          term = verdict.term;
        }
        expect(dueDate(term)).toBe(byLiving(term));
      }),
      { numRuns: 400 },
    );
    expect(done).toBeGreaterThan(200);
  });

  it('that is suspended while its end rolls over a weekend has its last day still to come', () => {
    const born = startTerm({ rule: 'geboorte.aangifte', anchor: '2001-12-07' });
    const held = suspend(born, { on: '2001-12-23', decree: 'd1', reason: 'besluit' });
    if (held.kind === 'refused') throw held.because;
    const again = resume(held.term, { on: '2002-01-05', decree: 'd1', reason: 'besluit' });
    if (again.kind === 'refused') throw again.because;
    expect([born, held.term, again.term].map(dueDate)).toEqual(['2001-12-24', undefined, '2002-01-07']);
    expect([born, held.term, again.term].map(byLiving)).toEqual(['2001-12-24', undefined, '2002-01-07']);
  });

  it('that stood still on the day of its fact counts from the next day all the same', () => {
    const anchor = '1997-01-02';
    const held = suspend(startTerm({ rule: 'verhuis.aangifte', anchor }), {
      on: anchor,
      decree: 'd1',
      reason: 'besluit',
    });
    if (held.kind === 'refused') throw held.because;
    const again = resume(held.term, { on: anchor, decree: 'd1', reason: 'besluit' });
    if (again.kind === 'refused') throw again.because;
    expect([dueDate(again.term), byLiving(again.term)]).toEqual(['1997-01-14', '1997-01-14']);
  });

  it('in months ends on the same day of the month, or the last one there is', () => {
    for (const rule of termRules.filter(({ unit }) => unit === 'months'))
      fc.assert(
        fc.property(days, (anchor) => {
          const from = rule.anchor === 'same-day' ? plain(anchor).subtract({ days: 1 }) : plain(anchor);
          let end = from.add({ months: rule.budget });
          while (rule.roll === 'next-working-day' && isFree(end)) end = end.add({ days: 1 });
          expect(dueDate(startTerm({ rule: rule.id, version: rule.version, anchor }))).toBe(text(end));
        }),
        runs,
      );
  });
});

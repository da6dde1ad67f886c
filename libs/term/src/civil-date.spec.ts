import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { civilDateAt, dueAt, startOfDay } from './brussels.js';
import { addDays, addMonths, civilDate, dayNumber, weekday } from './civil-date.js';

const dayNumbers = fc.integer({ min: dayNumber('1996-11-01'), max: dayNumber('2199-12-31') });
/** The platform's own calendar, which shares no line with ours. */
const oracle = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10);

describe('a civil date', () => {
  it('agrees with the platform calendar on every day of three centuries', () => {
    for (let n = dayNumber('1900-01-01'); n <= dayNumber('2200-12-31'); n += 1) {
      if (civilDate(n) !== oracle(n) || dayNumber(oracle(n)) !== n) throw new Error(`differs on ${oracle(n)}`);
    }
  });

  it('knows the day of the week', () => {
    fc.assert(
      fc.property(dayNumbers, (n) => weekday(civilDate(n)) === ((new Date(n * 86_400_000).getUTCDay() + 6) % 7) + 1),
    );
  });

  it('comes back after adding and taking away days', () => {
    fc.assert(
      fc.property(
        dayNumbers,
        fc.integer({ min: -9999, max: 9999 }),
        (n, d) => addDays(addDays(civilDate(n), d), -d) === civilDate(n),
      ),
    );
  });

  it('clips to the end of a shorter month', () => {
    expect(addMonths('2026-08-31', 6)).toBe('2027-02-28');
    expect(addMonths('2023-08-31', 6)).toBe('2024-02-29');
    expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
  });

  it.each(['2026-02-29', '2026-13-01', '2026-00-10', '26-01-01', '2026-1-1', ''])(
    'refuses %p, which is no day',
    (text) => {
      expect(() => dayNumber(text)).toThrow(RangeError);
    },
  );
});

describe('Brussels time', () => {
  const wall = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Brussels',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });

  it('starts each day at midnight on the wall, in summer, in winter and on the days of the change', () => {
    for (let n = dayNumber('1996-11-01'); n <= dayNumber('2045-12-31'); n += 1) {
      const date = civilDate(n);
      if (wall.format(startOfDay(date)) !== `${date} 00:00:00`) throw new Error(`midnight differs on ${date}`);
    }
  });

  it('names the day of any instant as the wall calendar does', () => {
    const instants = fc.integer({ min: Date.UTC(1997, 0, 1), max: Date.UTC(2099, 0, 1) });
    fc.assert(
      fc.property(instants, (at) => civilDateAt(at) === wall.format(at).slice(0, 10)),
      { numRuns: 2000 },
    );
  });

  it('lets a term lapse at the first instant after its last day, and not one millisecond before', () => {
    fc.assert(
      fc.property(
        dayNumbers,
        (n) =>
          civilDateAt(dueAt(civilDate(n))) === civilDate(n + 1) &&
          civilDateAt(dueAt(civilDate(n)) - 1) === civilDate(n),
      ),
    );
    expect(dueAt('2026-03-29')).toBe(Date.UTC(2026, 2, 29, 22));
    expect(dueAt('2026-03-28')).toBe(Date.UTC(2026, 2, 28, 23));
    expect(dueAt('2026-10-25')).toBe(Date.UTC(2026, 9, 25, 23));
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, civilDate, dayNumber } from './civil-date.js';
import { addWorkingDays, isWorkingDay, legalHolidays, rollToWorkingDay, workingDaysAfter } from './working-day.js';

const data = process.env['KRUISPUNT_DATA'] ?? new URL('../../../../shared/data', import.meta.url).pathname;
const holidayFile = `${data}/terms/feestdagen.csv`;

describe('working days', () => {
  it('has ten legal holidays a year, three of them with Easter', () => {
    expect([...legalHolidays(2026).keys()].sort()).toEqual([
      '2026-01-01',
      '2026-04-06',
      '2026-05-01',
      '2026-05-14',
      '2026-05-25',
      '2026-07-21',
      '2026-08-15',
      '2026-11-01',
      '2026-11-11',
      '2026-12-25',
    ]);
  });

  it('agrees with the published table of holidays where that is there', () => {
    if (!existsSync(holidayFile)) return;
    const rows = readFileSync(holidayFile, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(',') as [string, string]);
    for (const [date, name] of rows) expect(legalHolidays(Number(date.slice(0, 4))).get(date)).toBe(name);
    expect(rows.length).toBe(new Set(rows.map(([date]) => date.slice(0, 4))).size * 10);
  });

  it('counts the n-th working day as walking day by day does', () => {
    const days = fc.integer({ min: dayNumber('2019-01-01'), max: dayNumber('2060-12-31') });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 60 }), (n, count) => {
        const last = addWorkingDays(civilDate(n), count);
        return (
          isWorkingDay(last) &&
          workingDaysAfter(civilDate(n), last) === count &&
          workingDaysAfter(civilDate(n), addDays(last, -1)) === count - 1
        );
      }),
    );
  });

  it('goes back as far as it went forward, from a working day', () => {
    const days = fc.integer({ min: dayNumber('2019-01-01'), max: dayNumber('2060-12-31') });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 60 }), (n, count) => {
        const from = rollToWorkingDay(civilDate(n));
        return addWorkingDays(addWorkingDays(from, count), -count) === from;
      }),
    );
  });

  it('rolls a day off to the next working day and leaves a working day alone', () => {
    expect(rollToWorkingDay('2026-01-24')).toBe('2026-01-26');
    expect(rollToWorkingDay('2026-07-21')).toBe('2026-07-22');
    expect(rollToWorkingDay('2026-07-22')).toBe('2026-07-22');
  });
});

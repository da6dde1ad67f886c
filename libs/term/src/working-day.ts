import { addDays, civilDate, dayNumber, weekday, type CivilDate } from './civil-date.js';

/** The ten legal holidays of Belgium (KB 18-04-1974), by date. Three of them move with Easter. */
export function legalHolidays(year: number): ReadonlyMap<CivilDate, string> {
  const kept = byYear.get(year);
  if (kept) return kept;
  const easter = easterSunday(year);
  const holidays = new Map<CivilDate, string>([
    [`${year}-01-01`, 'Nieuwjaar'],
    [addDays(easter, 1), 'Paasmaandag'],
    [`${year}-05-01`, 'Dag van de Arbeid'],
    [addDays(easter, 39), 'O.L.H. Hemelvaart'],
    [addDays(easter, 50), 'Pinkstermaandag'],
    [`${year}-07-21`, 'Nationale feestdag'],
    [`${year}-08-15`, 'O.L.V. Hemelvaart'],
    [`${year}-11-01`, 'Allerheiligen'],
    [`${year}-11-11`, 'Wapenstilstand'],
    [`${year}-12-25`, 'Kerstmis'],
  ]);
  byYear.set(year, holidays);
  return holidays;
}

/** A value that never changes per year, so keeping it is not state. At most one entry per year that was asked for. */
const byYear = new Map<number, ReadonlyMap<CivilDate, string>>();

/** Days that do not count for one term beside the legal holidays, each with its name: what a later calendar added. */
export type FreeDays = ReadonlyMap<CivilDate, string>;

/** Monday to Friday, and not one of the ten legal holidays, nor one of `more`. */
export const isWorkingDay = (date: CivilDate, more?: FreeDays): boolean => whyFree(date, more) === undefined;

/** Why `date` is not a working day, in Dutch; undefined when it is one. */
export function whyFree(date: CivilDate, more?: FreeDays): string | undefined {
  const holiday = legalHolidays(Number(date.slice(0, 4))).get(date) ?? more?.get(date);
  if (holiday !== undefined) return holiday;
  const day = weekday(date);
  return day === 6 ? 'zaterdag' : day === 7 ? 'zondag' : undefined;
}

/** `date` itself when it is a working day, else the next one. */
export function rollToWorkingDay(date: CivilDate, more?: FreeDays): CivilDate {
  let day = date;
  while (!isWorkingDay(day, more)) day = addDays(day, 1);
  return day;
}

/** The `count`-th working day after `date` (that day itself does not count); a negative count goes back. */
export function addWorkingDays(date: CivilDate, count: number, more?: FreeDays): CivilDate {
  const free = numbersOf(more);
  const step = Math.sign(count);
  let day = dayNumber(date);
  for (let left = Math.abs(count); left > 0;) {
    day += step;
    if (isWorkingDayNumber(day) && !free?.has(day)) left -= 1;
  }
  return civilDate(day);
}

/** Working days in the stretch after `from` up to and including `to`; 0 when `to` is not later. */
export function workingDaysAfter(from: CivilDate, to: CivilDate, more?: FreeDays): number {
  const free = numbersOf(more);
  const last = dayNumber(to);
  let count = 0;
  for (let day = dayNumber(from) + 1; day <= last; day += 1) if (isWorkingDayNumber(day) && !free?.has(day)) count += 1;
  return count;
}

const numbersOf = (more: FreeDays | undefined): ReadonlySet<number> | undefined =>
  more === undefined || more.size === 0 ? undefined : new Set([...more.keys()].map(dayNumber));

/** About ten years: counting asks for many days near each other, and a set of numbers answers faster than a date written out. */
const blockDays = 3653;
const holidayNumbers = new Map<number, ReadonlySet<number>>();

function isWorkingDayNumber(day: number): boolean {
  if ((((day + 3) % 7) + 7) % 7 >= 5) return false;
  const block = Math.floor(day / blockDays);
  let numbers = holidayNumbers.get(block);
  if (!numbers) {
    numbers = holidaysOf(block);
    holidayNumbers.set(block, numbers);
  }
  return !numbers.has(day);
}

function holidaysOf(block: number): ReadonlySet<number> {
  const yearAt = (day: number) => Number(civilDate(day).slice(0, 4));
  const numbers = new Set<number>();
  for (let year = yearAt(block * blockDays); year <= yearAt((block + 1) * blockDays); year += 1) {
    for (const date of legalHolidays(year).keys()) numbers.add(dayNumber(date));
  }
  return numbers;
}

/** Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher). */
function easterSunday(year: number): CivilDate {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

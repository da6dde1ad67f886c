import { addDays, civilDate, dayNumber, weekday, type CivilDate } from './civil-date.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/**
 * The first instant of `date` in Brussels, ms since the epoch. Summer time by the rule of directive 2000/84/EC (from the last
 * Sunday of March to the last Sunday of October, at 01:00 UTC), which holds from 1996 on; midnight is never inside a jump.
 */
export function startOfDay(date: CivilDate): number {
  const year = Number(date.slice(0, 4));
  const summer = date > lastSunday(year, '03') && date <= lastSunday(year, '10');
  return dayNumber(date) * dayMs - (summer ? 2 : 1) * hourMs;
}

/** The first instant after the last day of a term that ends on `date`: the moment from which it has lapsed. */
export const dueAt = (date: CivilDate): number => startOfDay(addDays(date, 1));

/** The civil date in Brussels at an instant (ms since the epoch). */
export function civilDateAt(instant: number): CivilDate {
  const year = Number(civilDate(Math.floor(instant / dayMs)).slice(0, 4));
  const changeAt = (month: '03' | '10') => dayNumber(lastSunday(year, month)) * dayMs + hourMs;
  const summer = instant >= changeAt('03') && instant < changeAt('10');
  return civilDate(Math.floor((instant + (summer ? 2 : 1) * hourMs) / dayMs));
}

function lastSunday(year: number, month: '03' | '10'): CivilDate {
  const last = `${year}-${month}-31`;
  return addDays(last, -(weekday(last) % 7));
}

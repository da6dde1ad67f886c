/**
 * Text and number of the two logical types. Instants: RFC 3339 in UTC ↔ µs since the epoch; dates: `YYYY-MM-DD` ↔ days since it.
 * Arithmetic on the proleptic Gregorian calendar without `Date`: a quarter of the cost, and this runs for every field of every event.
 */

const secondsPerDay = 86_400;
const microsPerSecond = 1_000_000;

/** Dates: years 0001 to 9999, what RFC 3339 can write. */
export const dayMin = -719_162;
export const dayMax = 2_932_896;
/** Instants: from 1684 to 2255, the µs that a JavaScript number holds exactly. */
export const microsMin = -Number.MAX_SAFE_INTEGER;
export const microsMax = Number.MAX_SAFE_INTEGER;

/** The number that `count` decimal digits of `text` from `from` make; NaN when one of them is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** Days since 1970-01-01 of the date at the start of `text`; NaN when it is no date of the calendar (30 February, year 0). */
function days(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (text[4] !== '-' || text[7] !== '-' || !(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return NaN;
  if (day > (month === 2 && isLeap(year) ? 29 : monthDays[month - 1]!)) return NaN;
  // Years begin in March, so that the leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** Days since 1970-01-01 of a `YYYY-MM-DD` text; undefined when it is no date of the calendar. */
export function daysOf(text: string): number | undefined {
  const value = text.length === 10 ? days(text) : NaN;
  return Number.isNaN(value) ? undefined : value;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
const two = Array.from({ length: 100 }, (_, value) => pad(value, 2));

/** `YYYY-MM-DD` of a number of days between `dayMin` and `dayMax`. */
export function dateOf(daysSinceEpoch: number): string {
  const z = daysSinceEpoch + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  return `${year > 999 ? year : pad(year, 4)}-${two[month]}-${two[day]}`;
}

/** Seconds east of UTC that `Z` or `±hh:mm` at `from` means; NaN for anything else. */
function zoneSeconds(text: string, from: number): number {
  if (text[from] === 'Z' && text.length === from + 1) return 0;
  const sign = text[from] === '+' ? 1 : text[from] === '-' ? -1 : NaN;
  const hours = digits(text, from + 1, 2);
  const minutes = digits(text, from + 4, 2);
  if (text[from + 3] !== ':' || text.length !== from + 6 || hours > 23 || minutes > 59) return NaN;
  return sign * (hours * 60 + minutes) * 60;
}

/** Where the digits of the fraction end; `from` itself when there is none. */
function fractionEnd(text: string, from: number): number {
  let at = from;
  while (!Number.isNaN(digits(text, at, 1))) at += 1;
  return at;
}

/** µs since the epoch of an RFC 3339 text with any offset, cut at the microsecond; `exact` says whether anything was cut off. */
function microsCut(text: string): { readonly micros: number; readonly exact: boolean } | undefined {
  if (text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return undefined;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const end = text[19] === '.' ? fractionEnd(text, 20) : 19;
  if (end === 20) return undefined;
  const fraction = end > 19 ? text.slice(20, end) : '';
  const zone = zoneSeconds(text, end);
  const seconds = days(text) * secondsPerDay + (hour * 60 + minute) * 60 + second - zone;
  const micros = seconds * microsPerSecond + (fraction === '' ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0')));
  if (!(micros >= microsMin && micros <= microsMax)) return undefined;
  return { micros, exact: fraction.length <= 6 || /^0*$/.test(fraction.slice(6)) };
}

/** µs since the epoch of an RFC 3339 text with any offset; undefined when it is none or is finer than a microsecond. */
export function microsOf(text: string): number | undefined {
  const cut = microsCut(text);
  return cut?.exact ? cut.micros : undefined;
}

/** RFC 3339 in UTC: three decimals as `Date.toISOString()` writes them, six when there are microseconds. */
export function instantOf(micros: number): string {
  const secondsSinceEpoch = Math.floor(micros / microsPerSecond);
  const fraction = micros - secondsSinceEpoch * microsPerSecond;
  const day = Math.floor(secondsSinceEpoch / secondsPerDay);
  const second = secondsSinceEpoch - day * secondsPerDay;
  const time = `${two[Math.floor(second / 3600)]}:${two[Math.floor(second / 60) % 60]}:${two[second % 60]}`;
  return `${dateOf(day)}T${time}.${fraction % 1000 === 0 ? pad(fraction / 1000, 3) : pad(fraction, 6)}Z`;
}

/** Any RFC 3339 text as the instant our payloads carry: UTC, cut at the microsecond. undefined when it is no instant. */
export function toInstant(text: string): string | undefined {
  const cut = microsCut(text);
  return cut && instantOf(cut.micros);
}

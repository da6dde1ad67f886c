/** Text and number of the two logical types. Instants: RFC 3339 in UTC ↔ µs since the epoch; dates: `YYYY-MM-DD` ↔ days since it. */

const instantPattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;
const datePattern = /^(\d{4})-(\d\d)-(\d\d)$/;
const msPerDay = 86_400_000;

/** Dates: years 0001 to 9999, what RFC 3339 can write. */
export const dayMin = -719_162;
export const dayMax = 2_932_896;
/** Instants: from 1684 to 2255, the µs that a JavaScript number holds exactly. */
export const microsMin = -Number.MAX_SAFE_INTEGER;
export const microsMax = Number.MAX_SAFE_INTEGER;

/** Ms of a civil date, or undefined when the calendar does not know it (30 February). */
function civilMs(year: number, month: number, day: number): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  return at.getUTCMonth() === month - 1 ? at.getTime() : undefined;
}

/** Days since 1970-01-01 of a `YYYY-MM-DD` text; undefined when it is no date of the calendar. */
export function daysOf(text: string): number | undefined {
  const parts = datePattern.exec(text);
  if (!parts) return undefined;
  const ms = civilMs(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  return ms === undefined ? undefined : ms / msPerDay;
}

/** `YYYY-MM-DD` of a number of days between `dayMin` and `dayMax`. */
export const dateOf = (days: number): string => new Date(days * msPerDay).toISOString().slice(0, 10);

/** µs since the epoch of an RFC 3339 text with any offset; digits beyond the microsecond are cut off. */
function microsCut(text: string): { readonly micros: number; readonly exact: boolean } | undefined {
  const parts = instantPattern.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = parts;
  const dayMs = civilMs(Number(year), Number(month), Number(day));
  if (dayMs === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const zoneMinutes = zone === 'Z' ? 0 : (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))) * (zone[0] === '-' ? -1 : 1);
  if (Math.abs(zoneMinutes) >= 24 * 60 || Number(zone.slice(4)) > 59) return undefined;
  const seconds = (Number(hour) * 60 + Number(minute) - zoneMinutes) * 60 + Number(second);
  const micros = (dayMs + seconds * 1000) * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
  if (micros < microsMin || micros > microsMax) return undefined;
  return { micros, exact: /^0*$/.test(fraction.slice(6)) };
}

/** µs since the epoch of an RFC 3339 text with any offset; undefined when it is none or is finer than a microsecond. */
export function microsOf(text: string): number | undefined {
  const cut = microsCut(text);
  return cut?.exact ? cut.micros : undefined;
}

/** RFC 3339 in UTC: three decimals as `Date.toISOString()` writes them, six when there are microseconds. */
export function instantOf(micros: number): string {
  const ms = Math.floor(micros / 1000);
  const rest = micros - ms * 1000;
  const text = new Date(ms).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

/** Any RFC 3339 text as the instant our payloads carry: UTC, cut at the microsecond. undefined when it is no instant. */
export function toInstant(text: string): string | undefined {
  const cut = microsCut(text);
  return cut && instantOf(cut.micros);
}

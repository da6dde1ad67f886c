const zone = 'Europe/Brussels';
const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const days: Readonly<Record<string, number>> = { vandaag: 0, today: 0, gisteren: -1, yesterday: -1, eergisteren: -2 };

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/**
 * An instant (ms since the epoch) as an operator writes it, or undefined when it is none. `now` in ms.
 * `2026-11-24T10:00` and `2026-11-24` in Europe/Brussels, with `Z` or an offset as written; `-2h`, `@-1d` from now (s m h d w);
 * `gisteren 14:00`, `vandaag`, `yesterday 14:00`; `now`. All but an offset may stand behind an `@`.
 */
export function parseTime(text: string, now: number): number | undefined {
  const wish = text.trim().replace(/^@/, '');
  if (wish === 'now' || wish === 'nu') return now;
  const ago = /^([+-])(\d{1,6})([smhdw])$/.exec(wish);
  if (ago) return now + (ago[1] === '-' ? -1 : 1) * Number(ago[2]) * unitsMs[ago[3]!]!;
  const day = /^([a-z]+)(?:[ T]([\d:]+))?$/i.exec(wish);
  if (day) return namedDay(day[1]!.toLowerCase(), day[2], now);
  const civil = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?))?(Z|[+-]\d{2}:\d{2})?$/.exec(wish);
  if (!civil) return undefined;
  const [, date = '', time = '00:00', offset] = civil;
  if (offset !== undefined) return valid(Date.parse(`${date}T${time}${offset}`));
  return brusselsInstant(date, time);
}

function namedDay(name: string, time: string | undefined, now: number): number | undefined {
  const shift = days[name];
  const clock = /^(\d{1,2}):(\d{2})$/.exec(time ?? '0:00');
  if (shift === undefined || !clock) return undefined;
  const [date] = civilOf(now);
  // Noon keeps its date on both sides of a change of the clock.
  const noon = Date.parse(`${date}T12:00:00Z`) + shift * unitsMs['d']!;
  return brusselsInstant(new Date(noon).toISOString().slice(0, 10), `${clock[1]!.padStart(2, '0')}:${clock[2]}`);
}

const valid = (ms: number): number | undefined => (Number.isNaN(ms) ? undefined : ms);

/** An hour that the clock skips in spring is the hour after it; one that comes twice in autumn is the first of both. */
function brusselsInstant(date: string, time: string): number | undefined {
  const asUtc = valid(Date.parse(`${date}T${time}Z`));
  if (asUtc === undefined || new Date(asUtc).toISOString().slice(0, 10) !== date) return undefined;
  const candidates = [asUtc - 2 * unitsMs['h']!, asUtc - unitsMs['h']!];
  return candidates.find((at) => wallOf(at) === asUtc - (asUtc % 1_000)) ?? candidates[1];
}

/** The wall clock of Brussels at an instant, as if it were UTC; whole seconds. */
function wallOf(at: number): number {
  const [date, time] = civilOf(at);
  return Date.parse(`${date}T${time}Z`);
}

function civilOf(at: number): readonly [date: string, time: string] {
  const p = Object.fromEntries(parts.formatToParts(at).map(({ type, value }) => [type, value]));
  return [`${p['year']}-${p['month']}-${p['day']}`, `${p['hour']}:${p['minute']}:${p['second']}`];
}

/** An instant for people: `24/11/2026 14:00:00`, in Brussels. */
export function brussels(at: number): string {
  const [date, time] = civilOf(at);
  return `${date.slice(8)}/${date.slice(5, 7)}/${date.slice(0, 4)} ${time}`;
}

/** An instant as it is echoed back: Brussels and UTC. */
export const absolute = (at: number): string =>
  `${brussels(at)} ${zone} = ${new Date(at).toISOString().replace('.000Z', 'Z')}`;

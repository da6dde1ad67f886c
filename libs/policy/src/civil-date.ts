const brussels = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/Brussels',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** Dates of hours already asked for: a Brussels date changes on a whole UTC hour only, and formatting costs a microsecond per event. */
const datesByHour = new Map<number, string>();
const hoursMax = 1_000;

/** The calendar date in Europe/Brussels of an instant (ms since the epoch), as `YYYY-MM-DD`: protocols and mergers count in these. */
export function civilDate(at: number): string {
  const hour = Math.floor(at / 3_600_000);
  const known = datesByHour.get(hour);
  if (known !== undefined) return known;
  if (datesByHour.size >= hoursMax) datesByHour.clear();
  const date = brussels.format(at);
  datesByHour.set(hour, date);
  return date;
}

const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-](\d\d):(\d\d))$/;
const daysOf = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
// Postgres takes no further offset, and no place on earth has one.
const offsetHoursMax = 14;

/**
 * Is `text` an instant of RFC 3339 that every system here can hold? Upper-case T and Z, a real date, years 0001 to 9999, at most nine
 * decimals, offset at most 14 h. A leap second (:60) is not taken: Date and Postgres would read another instant.
 */
export function isRfc3339(text: string): boolean {
  const match = shape.exec(text);
  if (match === null) return false;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = (daysOf[month - 1] ?? 0) + (leap ? 1 : 0);
  const offset = match[9] === undefined ? 0 : Number(match[9]) + Number(match[10]) / 60;
  const offsetIsReal = offset <= offsetHoursMax && Number(match[10] ?? 0) < 60;
  return year > 0 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60 && offsetIsReal;
}

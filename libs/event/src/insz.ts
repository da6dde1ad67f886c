/**
 * National numbers (INSZ) in free text. The check is that of the Rijksregister: the last two digits are 97 minus the rest modulo
 * 97, where those born from 2000 have a 2 put before the rest; the century is not in the number, so either rule counts.
 * Month part 61 to 72 marks a test number that nobody can have.
 */

/** Eleven digits that satisfy either rule. */
export function isInsz(digits: string): boolean {
  if (!/^\d{11}$/.test(digits)) return false;
  const body = Number(digits.slice(0, 9));
  const check = Number(digits.slice(9));
  return check === 97 - (body % 97) || check === 97 - ((2_000_000_000 + body) % 97);
}

/** A valid number with month part 61 to 72: a test person. */
export const isTestInsz = (digits: string): boolean =>
  isInsz(digits) && Number(digits.slice(2, 4)) >= 61 && Number(digits.slice(2, 4)) <= 72;

// Plain, as displayed (85.66.15-001.50), or grouped (856615-001.50, 856615 00150). Not after a decimal point: coordinates of the base
// registries have eleven decimals, and one in 49 of those would pass the check.
const shapes =
  /(?<!\d)(?<!\d[.,])(?:\d{11}|\d{2}([.\-/ ])\d{2}\1\d{2}[.\-/ ]?\d{3}[.\-/ ]?\d{2}|\d{6}[.\-/ ]\d{3}[.\-/ ]?\d{2})(?!\d)/g;

// UUIDs and hexadecimal digests hold runs of eleven digits by chance (about 1 in 7 000 digests would be refused for ever).
const random =
  /(?<![0-9a-z])(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|(?=\d*[a-f])[0-9a-f]{32,})(?![0-9a-z])/gi;

// What every shape has: most texts fail it at once, and the search would cost more than reading the event.
const possible = /\d[\d.\-/ ]{9,}\d/;

/** Every national number in `text`, as eleven digits, with dots, dashes, slashes or spaces or without. Do not print them. */
export function findInsz(text: string): readonly string[] {
  const found: string[] = [];
  if (!possible.test(text)) return found;
  for (const [match] of text.replace(random, '#').matchAll(shapes)) {
    const digits = match.replace(/\D/g, '');
    if (isInsz(digits)) found.push(digits);
  }
  return found;
}

/** `text` with every national number replaced by `***`, so that it may be shown. */
export const maskInsz = (text: string): string =>
  text.replace(shapes, (match) => (isInsz(match.replace(/\D/g, '')) ? '***' : match));

import type { Rule, Violation } from '../workspace.js';

const machinePath = /(?<![\w.:/}*-])\/(?:work|home|Users|root|private\/var)\/[\w.-]+/;
const privateHost = /\bhttps?:\/\/(?!127\.|localhost|0\.0\.0\.0)(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+/;
const addressGallery = /^libs\/webhook\/|^test\/|\.(spec|kit)\.ts$|^docs\//; // the address guard has to name what it refuses

// A national number with a right check number, whose month is a month: it may be somebody's. Test numbers have 61 to 72.
const elevenDigits = /(?<![0-9A-Za-z.])(\d{2})[.]?(\d{2})[.]?(\d{2})[-]?(\d{3})[.-]?(\d{2})(?![0-9A-Za-z])/g;

function mayBeSomebody(found: readonly string[]): boolean {
  const [, year = '', month = '', day = '', serial = '', check = ''] = found;
  const inCalendar = [0, 20, 40].some((shift) => Number(month) - shift >= 1 && Number(month) - shift <= 12);
  if (!inCalendar || Number(day) < 1 || Number(day) > 31) return false;
  const nine = year + month + day + serial;
  return [nine, `2${nine}`].some((number) => 97 - (Number(number) % 97) === Number(check));
}

function says(path: string, line: string): string | undefined {
  if (machinePath.test(line)) return 'names a path of one machine';
  if (privateHost.test(line) && !addressGallery.test(path)) return 'names a host of one network';
  return [...line.matchAll(elevenDigits)].some(mayBeSomebody)
    ? 'may be the national number of a person; use a test number (month 61 to 72)'
    : undefined;
}

/** Rule: nothing of one machine and nobody real stands in the tree. */
export const placesRule: Rule = ({ texts }) =>
  [...texts].flatMap(([path, text]) =>
    text.split('\n').flatMap((line, index): Violation[] => {
      const found = says(path, line);
      return found === undefined ? [] : [{ path, line: index + 1, says: found }];
    }),
  );

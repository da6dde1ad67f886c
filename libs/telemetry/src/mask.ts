const MASK = '***';

/** Values nested deeper than this are cut off: a log line is flat, and a cycle must end. */
const depthMax = 6;

// A UUID is passed over as a whole; then a number written 85.67.30-033.61 in any of its usual punctuations; then eleven digits.
const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const written = '(?<!\\d)\\d{2}[.\\s/-]?\\d{2}[.\\s/-]?\\d{2}[\\s.-]\\d{3}[\\s.-]?\\d{2}(?!\\d)';
const eleven = '(?<!\\d)\\d{11}(?!\\d)';
const suspect = new RegExp(
  `(?<uuid>${uuid})|(?<written>${written})|(?<glued>(?<=[0-9A-Za-z])${eleven}|${eleven}(?=[0-9A-Za-z]))|${eleven}`,
  'g',
);

const hasCheckNumber = (digits: string): boolean => {
  const check = Number(digits.slice(9));
  const number = Number(digits.slice(0, 9));
  return check === 97 - (number % 97) || check === 97 - ((2_000_000_000 + number) % 97);
};

/**
 * The text with everything that looks like a national number replaced by `***`. Eleven digits glued to letters may be part of a
 * digest, so of those only the ones with a right check number are masked.
 */
export function maskText(text: string): string {
  if (text.length < 11) return text;
  return text.replace(suspect, (found, asUuid?: string, asWritten?: string, asGlued?: string) => {
    if (asUuid !== undefined) return found;
    if (asWritten !== undefined || asGlued === undefined) return MASK;
    return hasCheckNumber(found) ? MASK : found;
  });
}

const isNumberLike = (value: number | bigint): boolean => /^\d{11}$/.test(String(value));

const maskError = (error: Error, depth: number): Record<string, unknown> => ({
  name: error.name,
  message: maskText(error.message),
  ...('slug' in error ? { slug: error.slug } : {}),
  ...('code' in error ? { code: mask(error.code, depth + 1) } : {}),
  ...('fields' in error ? { fields: mask(error.fields, depth + 1) } : {}),
  stack: maskText(error.stack ?? ''),
  ...(error.cause === undefined ? {} : { cause: mask(error.cause, depth + 1) }),
});

/**
 * The last guard before a value is written anywhere: masks what looks like a national number in any text, number or key of it.
 * It is a net, not a permission: nobody may rely on it to log a payload. Never throws; bytes become their length.
 */
export function mask(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint') return isNumberLike(value) ? MASK : String(value);
  if (typeof value === 'number') return isNumberLike(value) ? MASK : value;
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '[function]' : value;
  if (depth >= depthMax) return '[deep]';
  if (value instanceof Error) return maskError(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => mask(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [maskText(key), mask(item, depth + 1)]));
}

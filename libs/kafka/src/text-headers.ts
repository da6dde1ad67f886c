import type { Cursor } from './cursor.js';

interface Known {
  readonly bytes: Buffer;
  readonly text: string;
}

/** Sets a header; one named `__proto__` is only a header. The last of equal names wins. */
export function setHeader(headers: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__')
    Object.defineProperty(headers, name, { value, enumerable: true, writable: true, configurable: true });
  else headers[name] = value;
}

/**
 * Reads the headers of records as text. Names, and many values, repeat from record to record at the same place, so the last ones are kept:
 * comparing bytes is cheaper than decoding them, and objects with the same names in the same order share their shape.
 */
export class HeaderReader {
  private readonly names: (Known | undefined)[] = [];
  private readonly values: (Known | undefined)[] = [];

  /** The headers that begin at the cursor, as a record has them: their number, then name and value in turn; the cursor ends behind them. */
  read(cursor: Cursor): Record<string, string> {
    const headers: Record<string, string> = {};
    const count = cursor.int();
    for (let at = 0; at < count; at++) {
      const name = textAt(this.names, at, cursor);
      const value = textAt(this.values, at, cursor) ?? '';
      if (name !== undefined) setHeader(headers, name, value);
    }
    return headers;
  }
}

/** Names and values beyond this place are decoded each time. */
const placesMax = 64;
/** Longer texts are no constants. Bytes. */
const knownBytesMax = 256;

function textAt(known: (Known | undefined)[], at: number, cursor: Cursor): string | undefined {
  const length = cursor.int();
  if (length < 0) return undefined;
  const last = known[at];
  const [from, end] = [cursor.at, cursor.at + length];
  cursor.skip(length);
  if (last?.bytes.length === length && cursor.isSame(last.bytes, from)) return last.text;
  const text = cursor.bytes.toString('utf8', from, end);
  // A copy: a slice would keep the whole answer of the broker in memory.
  if (at < placesMax && length <= knownBytesMax)
    known[at] = { bytes: Buffer.from(cursor.bytes.subarray(from, end)), text };
  return text;
}

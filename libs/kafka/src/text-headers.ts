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
 * Reads the headers of records as text. Names repeat from record to record at the same place, so the last ones are kept: comparing
 * bytes is cheaper than decoding them, and objects with the same names in the same order share their shape (half the CPU per record).
 */
export class HeaderReader {
  private readonly known: Known[] = [];

  read(pairs: readonly (readonly [Buffer | null, Buffer | null])[]): Record<string, string> {
    const headers: Record<string, string> = {};
    for (let at = 0; at < pairs.length; at++) {
      const [name, value] = pairs[at]!;
      if (name) setHeader(headers, this.nameAt(at, name), value === null ? '' : value.toString('utf8'));
    }
    return headers;
  }

  private nameAt(at: number, bytes: Buffer): string {
    const known = this.known[at];
    if (known?.bytes.equals(bytes)) return known.text;
    const text = bytes.toString('utf8');
    // A copy: a slice would keep the whole answer of the broker in memory.
    if (at < namesMax) this.known[at] = { bytes: Buffer.from(bytes), text };
    return text;
  }
}

const namesMax = 64;

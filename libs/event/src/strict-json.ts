import { problem, type Problem } from '@kruispunt/problem';
import { JsonScanner, Unreadable } from './json-scanner.js';

export interface JsonLimits {
  /** Containers around the innermost value. */
  readonly depthMax: number;
  readonly bytesMax: number;
}

export type Refused = { readonly kind: 'refused'; readonly because: Problem };
export type Json = { readonly kind: 'json'; readonly value: unknown } | Refused;

/**
 * Parses untrusted JSON. Refuses, with the place (`at`, a JSON Pointer; `offset`, in characters): `not-json` (also bytes that are
 * not UTF-8), `duplicate-key`, `too-deep`, `body-too-large`, and `invalid-request` for a `__proto__` key. Never throws.
 */
export function strictJson(bytes: Uint8Array, limits: JsonLimits): Json {
  return scan(bytes, limits, (scanner) => {
    const value = scanner.value(0);
    scanner.end();
    return scanner.flaw ? { kind: 'refused', because: scanner.flaw } : { kind: 'json', value };
  });
}

/** One element of an array: its value or why it is refused, and its size as UTF-8. */
export type JsonItem = Json & { readonly bytes: number };

/**
 * Like `strictJson` for an array, but a duplicate key, `__proto__` or depth spoils one item and not the others. Text that is not
 * JSON, no array (`invalid-request`), or more than `itemsMax` (`batch-too-large`) refuses the whole. Depth counts from each item.
 */
export function strictJsonItems(
  bytes: Uint8Array,
  limits: JsonLimits & { readonly itemsMax: number },
): { readonly kind: 'items'; readonly items: readonly JsonItem[] } | Refused {
  return scan(bytes, limits, (scanner, text) => {
    if (!scanner.startsWith('['))
      return { kind: 'refused', because: problem('invalid-request', { at: '', reason: 'a batch is a JSON array' }) };
    const items: JsonItem[] = [];
    const ascii = text.length === bytes.length;
    scanner.each((index) => {
      if (index >= limits.itemsMax) throw new Unreadable(problem('batch-too-large', { limit: limits.itemsMax }));
      scanner.flaw = undefined;
      scanner.skipSpace();
      const start = scanner.at;
      const value = scanner.value(0);
      const size = ascii ? scanner.at - start : new TextEncoder().encode(text.slice(start, scanner.at)).length;
      items.push({
        ...(scanner.flaw ? { kind: 'refused', because: scanner.flaw } : { kind: 'json', value }),
        bytes: size,
      });
    });
    scanner.end();
    return { kind: 'items', items };
  });
}

function scan<T>(bytes: Uint8Array, limits: JsonLimits, read: (scanner: JsonScanner, text: string) => T): T | Refused {
  if (bytes.length > limits.bytesMax)
    return { kind: 'refused', because: problem('body-too-large', { limit: limits.bytesMax }) };
  try {
    const text = utf8(bytes);
    return read(new JsonScanner(text, limits.depthMax), text);
  } catch (thrown) {
    if (thrown instanceof Unreadable) return { kind: 'refused', because: thrown.because };
    throw thrown;
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable(problem('not-json', { at: '', reason: 'the bytes are not UTF-8' }));
  }
}

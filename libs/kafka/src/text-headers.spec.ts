import { Writer } from '@platformatic/kafka';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Cursor } from './cursor.js';
import { HeaderReader } from './text-headers.js';

const written = (pairs: readonly (readonly [string | null, string | null])[]): Cursor => {
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));
  const writer = Writer.create().appendVarIntArray([...pairs], (w, [name, value]) => {
    w.appendVarIntBytes(bytes(name)).appendVarIntBytes(bytes(value));
  });
  return new Cursor(writer.buffer);
};

describe('headers as text', () => {
  it('are what was written, record after record, whatever the names', () => {
    const name = fc.oneof(
      fc.constantFrom('ce_id', 'ce_type', '__proto__', 'constructor'),
      fc.string({ unit: 'grapheme' }),
    );
    const value = fc.oneof(fc.constantFrom('1.0', ''), fc.string({ unit: 'grapheme' }));
    const record = fc.uniqueArray(fc.tuple(name, value), { selector: ([n]) => n, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (records) => {
        const reader = new HeaderReader();
        for (const pairs of records) {
          const cursor = written(pairs);
          const read = reader.read(cursor);
          expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
          expect(new Map(Object.entries(read))).toEqual(new Map(pairs));
          expect(cursor.at).toBe(cursor.bytes.length);
        }
      }),
    );
  });

  it('let the last of equal names win, and read no value as empty text', () => {
    const pairs = [
      ['a', '1'],
      ['a', '2'],
      ['b', null],
      [null, null],
    ] as const;
    expect(new HeaderReader().read(written(pairs))).toEqual({ a: '2', b: '' });
  });
});

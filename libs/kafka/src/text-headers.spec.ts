import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeaderReader } from './text-headers.js';

const asRead = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([name, value]): [Buffer, Buffer] => [Buffer.from(name), Buffer.from(value)]);

describe('headers as text', () => {
  it('are what was written, record after record, whatever the names', () => {
    const name = fc.oneof(
      fc.constantFrom('ce_id', 'ce_type', '__proto__', 'constructor'),
      fc.string({ unit: 'grapheme' }),
    );
    const record = fc.uniqueArray(fc.tuple(name, fc.string({ unit: 'grapheme' })), {
      selector: ([n]) => n,
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), (records) => {
        const reader = new HeaderReader();
        for (const pairs of records) {
          const read = reader.read(asRead(pairs));
          expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
          expect(new Map(Object.entries(read))).toEqual(new Map(pairs));
        }
      }),
    );
  });

  it('let the last of equal names win, and read no value as empty text', () => {
    expect(
      new HeaderReader().read([
        ...asRead([
          ['a', '1'],
          ['a', '2'],
        ]),
        [Buffer.from('b'), null],
        [null, null],
      ]),
    ).toEqual({ a: '2', b: '' });
  });
});

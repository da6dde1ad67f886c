import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mask, maskText } from './mask.js';

// Test numbers only: month part 61 to 72.
const testNumber = fc
  .tuple(
    fc.integer({ min: 0, max: 99 }),
    fc.integer({ min: 61, max: 72 }),
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 1, max: 997 }),
    fc.boolean(),
  )
  .map(([year, month, day, serial, young]) => {
    const nine = [year, month, day].map((n) => String(n).padStart(2, '0')).join('') + String(serial).padStart(3, '0');
    return nine + String(97 - (Number((young ? '2' : '') + nine) % 97)).padStart(2, '0');
  });
const pointed = (n: string): string =>
  `${n.slice(0, 2)}.${n.slice(2, 4)}.${n.slice(4, 6)}-${n.slice(6, 9)}.${n.slice(9)}`;

describe('mask', () => {
  it('leaves no national number in any text, however it is written or glued', () => {
    fc.assert(
      fc.property(testNumber, fc.constantFrom('', ' ', 'insz', ':', '"', '/'), (number, beside) => {
        for (const form of [number, pointed(number), pointed(number).replaceAll(/[.-]/g, ' ')]) {
          expect(maskText(`${beside}${form}${beside}`)).not.toContain(form);
        }
      }),
    );
  });

  it('masks numbers in nested values, keys, errors and their causes', () => {
    const number = '85673003361';
    const error = new Error(`no person ${number}`, { cause: { [number]: [Number(number), BigInt(number)] } });
    expect(JSON.stringify(mask({ at: { deep: [number] }, error }))).not.toContain(number);
  });

  it('leaves uuids, digests, timestamps and offsets readable', () => {
    fc.assert(fc.property(fc.uuid(), (id) => expect(maskText(`event ${id}`)).toBe(`event ${id}`)));
    for (const text of ['2026-11-24T23:00:11.123Z', '1764025211000', 'offset 123456789', '127.0.0.1:17400']) {
      expect(maskText(text)).toBe(text);
    }
    expect(mask({ duration: 0.12345678901, offset: 42 })).toEqual({ duration: 0.12345678901, offset: 42 });
  });

  it('ends on cycles, and tells bytes by their length only', () => {
    const cycle: Record<string, unknown> = { body: Buffer.from('secret') };
    cycle['self'] = cycle;
    expect(JSON.stringify(mask(cycle))).toContain('[6 bytes]');
  });
});

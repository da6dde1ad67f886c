import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plain, plainJson } from './plain.js';
import { factLines, tableLines } from './table.js';

const hostile = '\u001b[2Jwis\u0007\u009b31m\r\nregel\u202Eexe.gpj\u2028\u2066';

const dangerous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

it('takes escape sequences, extra lines and reversed reading out of what others wrote', () => {
  expect(plain(hostile)).not.toMatch(dangerous);
  expect(plain(hostile)).not.toContain('\n');
  expect(plain('Athénaïs Sürme – 1 234,5 ✔')).toBe('Athénaïs Sürme – 1 234,5 ✔');
});

it('writes JSON that means the same and does nothing to a terminal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const both = { value, text: text + hostile };
      expect(JSON.parse(plainJson(both))).toEqual(JSON.parse(JSON.stringify(both)));
      expect(plainJson(both)).not.toMatch(dangerous);
      expect(JSON.parse(plainJson(both, 2))).toEqual(JSON.parse(JSON.stringify(both)));
    }),
  );
});

it('lines columns up, numbers to the right, nothing as a dash', () => {
  expect(
    tableLines({
      columns: ['id', 'n'],
      rows: [
        ['a', 5],
        ['bcd', 12],
        [null, 3],
      ],
    }),
  ).toEqual(['ID    N', 'a     5', 'bcd  12', '–     3']);
  expect(tableLines({ columns: ['x'], rows: [[hostile]] }).join('')).not.toMatch(dangerous);
  expect(
    factLines([
      ['a', 1],
      ['long', undefined],
    ]),
  ).toEqual(['  a     1', '  long  –']);
});

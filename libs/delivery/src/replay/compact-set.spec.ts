import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CompactSet } from './compact-set.js';

it('holds what was added and nothing else, as a set does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { maxLength: 200 }),
      fc.array(fc.string(), { maxLength: 20 }),
      (texts, others) => {
        const [set, real] = [new CompactSet(), new Set<string>()];
        for (const text of texts) {
          expect(set.add(text)).toBe(!real.has(text));
          real.add(text);
        }
        expect(set.size).toBe(real.size);
        for (const text of [...texts, ...others]) expect(set.has(text)).toBe(real.has(text));
      },
    ),
  );
});

it('grows past its first table', () => {
  const set = new CompactSet();
  for (let i = 0; i < 20_000; i++) set.add(`urn:s\ne-${i}`);
  expect(set.size).toBe(20_000);
  expect([set.has('urn:s\ne-0'), set.has('urn:s\ne-19999'), set.has('urn:s\ne-20000')]).toEqual([true, true, false]);
});

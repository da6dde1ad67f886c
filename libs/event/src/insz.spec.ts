import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findInsz, isInsz, isTestInsz, maskInsz } from './insz.js';

const testNumbers = [
  '85661500150',
  '85661500249',
  '12630900262',
  '24681200166',
  '40620100476',
  '00630299891',
  '91610100176',
  '89610532179',
];

describe('a national number', () => {
  it.each(testNumbers)('%s is valid by one of the two rules and belongs to nobody', (n) => {
    expect(isInsz(n)).toBe(true);
    expect(isTestInsz(n)).toBe(true);
  });

  it('is not eleven digits with any other check digits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...testNumbers),
        fc.integer({ min: 1, max: 9 }),
        fc.nat({ max: 8 }),
        (n, change, at) => {
          const digits = [...n];
          digits[at] = String((Number(digits[at]) + change) % 10);
          const changed = digits.join('');
          // A changed digit may satisfy the other century's rule, so hold it against the rule itself.
          const rest = Number(changed.slice(0, 9));
          expect(isInsz(changed)).toBe(
            [97 - (rest % 97), 97 - ((2_000_000_000 + rest) % 97)].includes(Number(changed.slice(9))),
          );
        },
      ),
    );
  });

  it('with a common month part is not a test number', () =>
    expect(isTestInsz(`850615001${97 - (850_615_001 % 97)}`)).toBe(false));

  it.each([
    '85661500150',
    'insz85661500150',
    'urn:persoon:85661500150',
    '85.66.15-001.50',
    '85.66.15 001 50',
    '85-66-15-001-50',
    '856615-001.50',
    '856615 00150',
    'INSZ_85661500150',
    'a85661500150b',
    '85/66/15-001.50',
  ])('is found in %s', (text) => expect(findInsz(text)).toEqual(['85661500150']));

  it.each([
    ['eleven digits that fail the check', '85661500151'],
    ['a longer run of digits', '856615001501'],
    ['the decimals of a coordinate', '140284.85661500150 186724.85661500150'],
    ['a UUID', 'a1234567-89ab-4cde-8f01-a85661500150'],
    ['a digest', `9f3b85661500150a${'0'.repeat(48)}`],
    ['a dossier number', 'VH-2026-000123'],
    ['an enterprise number', 'urn:be:kbo:0999990024:systeem:burgerzaken'],
    ['an instant', '2026-03-02T10:15:00.123456789+01:00'],
  ])('is not seen in %s', (_, text) => expect(findInsz(text)).toEqual([]));

  it('is not seen in any of 20 000 digests and their UUIDs', () => {
    for (let i = 0; i < 20_000; i++) {
      const digest = createHash('sha256').update(String(i)).digest('hex');
      const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-7${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
      expect(findInsz(`${digest} ${uuid}`)).toEqual([]);
    }
  });

  it('is masked wherever it is found', () => {
    expect(maskInsz('x 85.66.15-001.50 y 85661500150 z 85661500151')).toBe('x *** y *** z 85661500151');
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findInsz, isTestInsz } from '@kruispunt/event';
import fc from 'fast-check';
import { testNumber } from '../geboorte/assign-number.js';
import { pseudonym } from './pseudonym.js';
import { readPersoon } from './read-persoon.js';

const key = { version: 1, secret: 'a key of the proving ground' };

describe('a pseudonym', () => {
  it('is the same for the same number and key, another for another key, and tells its key’s version', () => {
    expect(pseudonym(key, '85661500150')).toBe(pseudonym(key, '85661500150'));
    expect(pseudonym(key, '85661500150')).toMatch(/^p1\.[a-z2-7]{26}$/);
    expect(pseudonym({ version: 2, secret: 'other' }, '85661500150').slice(3)).not.toBe(
      pseudonym(key, '85661500150').slice(3),
    );
  });
});

describe('a test number', () => {
  it('is valid and can belong to nobody, for every day since 2000', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-28T00:00:00Z'), noInvalidDate: true }),
        fc.integer({ min: 1, max: 499 }),
        (date, order) => {
          expect(isTestInsz(testNumber(date.toISOString().slice(0, 10), order))).toBe(true);
        },
      ),
    );
  });
});

describe('a person of a population file', () => {
  it('is taken as uneven as it is, with relatives by pseudonym and no number in the document', () => {
    const read = readPersoon(
      {
        insz: '85661500150',
        achternamen: ['Sürme'],
        adres: { postcode: '9000', gemeente: 'Tongeren', nis: '73083' },
        burgerlijkeStaat: [{ code: 'A3' }],
        ouders: ['40620100476'],
      },
      { key, testOnly: true },
    );
    expect(read).toMatchObject({
      kind: 'persoon',
      persoon: { beheerderNis: '73083', gegevens: { achternamen: ['Sürme'], ouders: [pseudonym(key, '40620100476')] } },
    });
    if (read.kind === 'persoon') expect(JSON.stringify(read.persoon.gegevens)).not.toMatch(/\d{11}/);
  });

  it('is refused in the proving ground when its number may belong to somebody', () => {
    const body = '850615001';
    const real = `${body}${String(97 - (Number(body) % 97)).padStart(2, '0')}`;
    expect(readPersoon({ insz: real }, { key, testOnly: true })).toMatchObject({
      kind: 'refused',
      because: { slug: 'real-insz' },
    });
    expect(readPersoon({ insz: '123' }, { key, testOnly: true })).toMatchObject({
      kind: 'refused',
      because: { slug: 'invalid-request' },
    });
  });

  const population = join(
    process.env['KRUISPUNT_DATA'] ?? join(process.cwd(), '..', 'shared', 'data'),
    'magda-persons.ndjson',
  );
  if (existsSync(population))
    it('takes every one of the real test persons, whatever is missing or odd, and lets no number into a document', () => {
      const lines = readFileSync(population, 'utf8').trim().split('\n');
      const read = lines.map((line) =>
        readPersoon(JSON.parse(line) as Record<string, unknown>, { key, testOnly: true }),
      );
      expect(read).toHaveLength(120);
      for (const r of read) {
        if (r.kind === 'refused') throw r.because;
        expect(findInsz(JSON.stringify(r.persoon.gegevens))).toEqual([]);
      }
      expect(new Set(read.map((r) => (r.kind === 'persoon' ? r.persoon.pseudoniem : ''))).size).toBe(120);
    });
});

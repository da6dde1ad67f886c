import { describe, expect, it } from '@jest/globals';
import { gemeenten } from '@kruispunt/contracts';
import fc from 'fast-check';
import { endedMunicipalities, grantedTerritory, wishedTerritory } from './merged-territory.js';
import { municipalitiesFrom } from './territory.js';

const real = municipalitiesFrom(gemeenten);
const of = (set: ReadonlySet<string>) => [...set].sort();
/** Galmaarden, Gooik and Herne became Pajottegem (23106); Borsbeek (11007) went up into Antwerpen, which kept its code (11002). */
const [galmaarden, gooik, herne, pajottegem, borsbeek, antwerpen] = [
  '23023',
  '23024',
  '23032',
  '23106',
  '11007',
  '11002',
];
const [before, after] = ['2024-12-31', '2025-01-01'];

describe('a grant over a merger', () => {
  it('covers the new municipality only when all of it was granted', () => {
    expect(of(grantedTerritory([galmaarden, gooik, herne], before, real))).toEqual([galmaarden, gooik, herne]);
    expect(of(grantedTerritory([galmaarden, gooik, herne], after, real))).toEqual([
      galmaarden,
      gooik,
      herne,
      pajottegem,
    ]);
    expect(of(grantedTerritory([galmaarden, gooik], after, real))).toEqual([galmaarden, gooik]);
  });

  it('never grows into a municipality that kept its code, and reaches back to what went up into it', () => {
    expect(of(grantedTerritory([borsbeek], after, real))).toEqual([borsbeek]);
    expect(of(grantedTerritory([antwerpen], after, real))).toEqual([antwerpen, borsbeek]);
    expect(of(grantedTerritory([pajottegem], after, real))).toEqual([galmaarden, gooik, herne, pajottegem]);
  });

  it('widens nothing, whatever was granted: each code it adds is made of granted ones, or went up into them', () => {
    const codes = fc.subarray([...real.keys()], { maxLength: 60 });
    fc.assert(
      fc.property(codes, (nis) => {
        const held = grantedTerritory(nis, '2026-01-01', real);
        for (const code of nis) expect(held.has(code)).toBe(true);
        for (const code of held) {
          if (nis.includes(code)) continue;
          const parts = [...real.values()].filter(({ opvolgers }) => opvolgers.includes(code));
          const row = real.get(code)!;
          const grew = parts.length > 0 && parts.every((part) => held.has(part.nis) && (part.tot ?? '9') < row.van);
          const wentUp = row.opvolgers.length > 0 && row.opvolgers.every((next) => held.has(next));
          expect(grew || wentUp).toBe(true);
        }
      }),
    );
  });
});

describe('a filter over a merger', () => {
  it('follows its municipality into the larger one from the first day, and not before', () => {
    expect(of(wishedTerritory([borsbeek], before, real))).toEqual([borsbeek]);
    expect(of(wishedTerritory([borsbeek], after, real))).toEqual([antwerpen, borsbeek]);
    expect(of(wishedTerritory([antwerpen], after, real))).toEqual([antwerpen, borsbeek]);
  });

  it('of which the municipality ended is named, with who followed', () => {
    expect(endedMunicipalities([borsbeek, antwerpen], before, real)).toEqual([]);
    expect(endedMunicipalities([borsbeek, antwerpen], after, real)).toEqual([
      { nis: borsbeek, endedOn: '2024-12-31', successors: [antwerpen] },
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { municipalitiesFrom, successorsOf, territoryOf } from './territory.js';

const table = municipalitiesFrom([
  { nis: 'A', van: '1970-01-01', tot: '2018-12-31', opvolgers: ['C'] },
  { nis: 'B', van: '1970-01-01', tot: '2018-12-31', opvolgers: ['C'] },
  { nis: 'C', van: '2019-01-01', tot: '2024-12-31', opvolgers: ['D'] },
  { nis: 'D', van: '2025-01-01', tot: null, opvolgers: [] },
  { nis: 'L', van: '1970-01-01', tot: '2000-01-01', opvolgers: ['L', 'M'] },
  { nis: 'M', van: '1970-01-01', tot: '2000-01-01', opvolgers: ['L'] },
]);

describe('territory', () => {
  it('follows a municipality through two mergers, each from its own day on', () => {
    expect(successorsOf('A', '2018-12-31', table)).toEqual([]);
    expect(successorsOf('A', '2019-01-01', table)).toEqual(['C']);
    expect(successorsOf('A', '2025-01-01', table)).toEqual(['D']);
  });

  it('ends on a table that runs in a circle', () => {
    expect(successorsOf('L', '2026-01-01', table)).toEqual([]);
  });

  it('of a move is both municipalities, once', () => {
    expect(territoryOf({ kpgemeentenis: 'D' }, { nisOud: 'A', nisNieuw: 'D', nisCodes: null })).toEqual(['D', 'A']);
  });
});

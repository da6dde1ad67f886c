import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '@kruispunt/problem';
import { compileFilter, parseFilter, type Filter } from './filter.js';

const event = {
  type: 't',
  kpgemeentenis: '44021',
  data: { wijziging: 'X', nisOud: null, nisCodes: ['1', '2'], diep: { er: 3 } },
};
const told = (filter: Filter) => compileFilter(filter)(event);

describe('a filter', () => {
  it.each<[Filter, string]>([
    [{ field: 'kpgemeentenis', is: '44021' }, 'yes'],
    [{ field: 'kpgemeentenis', in: ['1', '2'] }, 'no'],
    [{ field: 'data.wijziging', prefix: 'X' }, 'yes'],
    [{ field: 'data.nisCodes', is: '2' }, 'yes'],
    [{ field: 'data.diep.er', in: [3, 4] }, 'yes'],
    [{ field: 'data.nisOud', is: '1' }, 'no'],
    [{ field: 'data.bestaatNiet', is: '1' }, 'cannot-tell'],
    [{ not: { field: 'data.bestaatNiet', is: '1' } }, 'cannot-tell'],
    [{ field: 'kpdossier', is: 'x' }, 'cannot-tell'],
    [
      {
        all: [
          { field: 'type', is: 't' },
          { field: 'kpdossier', is: 'x' },
        ],
      },
      'cannot-tell',
    ],
    [
      {
        all: [
          { field: 'type', is: 'u' },
          { field: 'kpdossier', is: 'x' },
        ],
      },
      'no',
    ],
    [
      {
        any: [
          { field: 'type', is: 't' },
          { field: 'kpdossier', is: 'x' },
        ],
      },
      'yes',
    ],
    [
      {
        any: [
          { field: 'type', is: 'u' },
          { field: 'kpdossier', is: 'x' },
        ],
      },
      'cannot-tell',
    ],
    [{ field: 'data.constructor', is: 'x' }, 'cannot-tell'],
  ])('%j tells %s', (filter, expected) => expect(told(filter)).toBe(expected));

  it('never says yes to an event that lacks what every branch asks for', () => {
    const leaf = fc.constantFrom<Filter>(
      { field: 'data.absent', is: '1' },
      { field: 'kpdossier', prefix: 'x' },
      { field: 'data.a.b', in: [1] },
    );
    const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.record({ all: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ any: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: tie('filter') }),
      ),
    }));
    fc.assert(fc.property(filter, (f) => expect(compileFilter(f)({ type: 't', data: {} })).toBe('cannot-tell')));
  });

  it('is the same for its double negation', () => {
    const leaf = fc.constantFrom<Filter>(
      { field: 'type', is: 't' },
      { field: 'type', is: 'u' },
      { field: 'kpdossier', is: 'x' },
    );
    fc.assert(fc.property(leaf, (f) => expect(told({ not: { not: f } })).toBe(told(f))));
  });

  it.each([
    null,
    [],
    {},
    { all: [] },
    { field: 'a', is: null },
    { field: '__proto__', is: 'x' },
    { field: 'data', is: 'x', extra: 1 },
    { field: 'data.a', in: [] },
    { field: 'data..a', is: 1 },
    { field: 'Data.a', is: 1 },
  ])('is refused when it is %j', (json) => expect(parseFilter(json)).toBeInstanceOf(Problem));

  it('is bounded in depth and nodes', () => {
    let deep: Filter = { field: 'type', is: 't' };
    for (let i = 0; i < 8; i++) deep = { not: deep };
    expect(parseFilter(deep)).toBeInstanceOf(Problem);
    expect(parseFilter({ all: Array.from({ length: 64 }, () => ({ field: 'type', is: 't' })) })).toBeInstanceOf(
      Problem,
    );
    expect(parseFilter({ all: Array.from({ length: 63 }, () => ({ field: 'type', is: 't' })) })).not.toBeInstanceOf(
      Problem,
    );
  });
});

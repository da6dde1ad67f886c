import { describe, expect, it } from '@jest/globals';
import type { StoredEvent } from '@kruispunt/event';
import { municipalitiesFrom } from '@kruispunt/policy';
import fc from 'fast-check';
import { Candidates } from './candidates.js';
import { compileMatch } from './match.js';
import type { Subscription } from './subscription.js';

const gemeente = (nis: string, tot: string | null = null, opvolgers: string[] = [], van = '1970-01-01') => ({
  ...{ nis, van, tot, opvolgers },
});
/** The mergers of 2025 around Pajottegem and Antwerpen, and one that went up twice. */
const table = municipalitiesFrom([
  ...['23023', '23024', '23032'].map((nis) => gemeente(nis, '2024-12-31', ['23106'])),
  gemeente('23106', null, [], '2025-01-01'),
  gemeente('11007', '2024-12-31', ['11002']),
  ...['11002', '44021', '24055'].map((nis) => gemeente(nis)),
  gemeente('90001', '2024-12-30', ['90002']),
  gemeente('90002', '2025-12-31', ['90003'], '2024-12-31'),
  gemeente('90003', null, [], '2026-01-01'),
]);
/** And one beyond the table. */
const codes = [...table.keys(), '99999'];
const types = ['t.v1', 'u.v1'];

const wishes = fc.record({
  types: fc.uniqueArray(fc.constantFrom(...types), { minLength: 1 }),
  nis: fc.option(fc.array(fc.constantFrom(...codes), { minLength: 1, maxLength: 3 }), { nil: undefined }),
  subjects: fc.constantFrom('all' as const, 'registered' as const),
  validTo: fc.option(fc.constantFrom('2024-12-30', '2026-12-31'), { nil: undefined }),
});
const subscriptions = fc.array(wishes, { maxLength: 30 }).map((all) =>
  all.map(({ nis, validTo, ...wish }, i): Subscription => ({
    ...{ id: `s${i}`, name: `s${i}`, org: 'OVO999001', hoedanigheid: 'h', channel: 'WEBHOOK', orderPolicy: 'hold' },
    ...{ inFlightMax: 16, state: 'active', rev: 1, ...wish },
    ...(nis && { nis }),
    ...(validTo !== undefined && { validTo }),
  })),
);
const events = fc
  .record({
    type: fc.constantFrom(...types),
    kpgemeentenis: fc.option(fc.constantFrom(...codes), { nil: undefined }),
    data: fc.dictionary(fc.constantFrom('nisOud', 'nisNieuw', 'iets'), fc.constantFrom(...codes)),
    loggedAt: fc.constantFrom(Date.UTC(2024, 11, 31, 12), Date.UTC(2025, 0, 1, 12), Date.UTC(2026, 10, 25)),
  })
  .map(({ type, kpgemeentenis, data, loggedAt }): StoredEvent => ({
    envelope: {
      ...{ specversion: '1.0', id: 'e', source: 's', type, time: '2026-11-24T00:00:00Z', data },
      ...(kpgemeentenis !== undefined && { kpgemeentenis }),
    },
    key: 'D1',
    position: { topic: 't', partition: 0, offset: 1 },
    loggedAt,
  }));

describe('candidates', () => {
  it('leave out nobody whom the event concerns, or might, and name each once', () => {
    fc.assert(
      fc.property(subscriptions, events, fc.array(fc.nat(29)), (all, event, indices) => {
        const matchers = all.map((one) => compileMatch(one, table));
        const registered = new Set(indices.map((i) => `s${i}`));
        const asked = new Candidates(matchers, table).of(event.envelope.type, event, registered);
        const concerned = (of: readonly (typeof matchers)[number][]) =>
          of
            .filter(({ subscription, match }) => match(event, registered.has(subscription.id)).kind !== 'no')
            .map(({ subscription }) => subscription.id)
            .sort();
        expect(concerned(asked)).toEqual(concerned(matchers));
        expect(new Set(asked).size).toBe(asked.length);
      }),
      { numRuns: 500 },
    );
  });

  it('are few among ten thousand: those of the place, those of the subject, and those that ask for neither', () => {
    const [event] = fc.sample(events, { numRuns: 1, seed: 1 });
    const here = { ...event!, envelope: { ...event!.envelope, type: 't.v1', data: { nisNieuw: '24055' } } };
    const base = { name: 'n', org: 'OVO999001', hoedanigheid: 'h', channel: 'WEBHOOK', orderPolicy: 'hold' } as const;
    const of = (id: string, more: Partial<Subscription>) =>
      compileMatch(
        { ...base, id, types: ['t.v1'], subjects: 'all', inFlightMax: 16, state: 'active', rev: 1, ...more },
        table,
      );
    const elsewhere = (i: number) => String(30_000 + (i % 600));
    const { kpgemeentenis: _, ...envelope } = here.envelope;
    const candidates = new Candidates(
      [
        ...Array.from({ length: 10_000 }, (_1, i) => of(`far-${i}`, { nis: [elsewhere(i)] })),
        ...Array.from({ length: 10_000 }, (_1, i) => of(`other-${i}`, { subjects: 'registered' })),
        of('here', { nis: ['24055'] }),
        of('subject', { subjects: 'registered' }),
        of('all', {}),
      ],
      table,
    );
    const found = candidates.of('t.v1', { ...here, envelope }, new Set(['subject', 'of-another-type']));
    expect(found.map(({ subscription }) => subscription.id).sort()).toEqual(['all', 'here', 'subject']);
    expect(candidates.of('u.v1', here, new Set())).toEqual([]);
  });
});

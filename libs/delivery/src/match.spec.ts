import { describe, expect, it } from '@jest/globals';
import type { StoredEvent } from '@kruispunt/event';
import { municipalitiesFrom } from '@kruispunt/policy';
import { compileMatch } from './match.js';
import { subjectsOf } from './subjects-of.js';
import type { Subscription } from './subscription.js';

const subscription = (change: Partial<Subscription> = {}): Subscription => ({
  id: 's',
  name: 'n',
  org: 'OVO999001',
  hoedanigheid: 'h',
  types: ['t.v1'],
  subjects: 'all',
  channel: 'WEBHOOK',
  orderPolicy: 'hold',
  inFlightMax: 16,
  state: 'active',
  rev: 1,
  ...change,
});
const event = (
  change: Partial<StoredEvent['envelope']> = {},
  loggedAt = Date.UTC(2026, 10, 24, 22, 59),
): StoredEvent => ({
  envelope: {
    specversion: '1.0',
    id: 'e',
    source: 's',
    type: 't.v1',
    subject: 'urn:kruispunt:dossier:D1',
    time: '2026-11-24T00:00:00Z',
    data: { nisOud: '24107', nisNieuw: '24055' },
    ...change,
  },
  key: 'D1',
  position: { topic: 't', partition: 0, offset: 1 },
  loggedAt,
});
const match = (change: Partial<Subscription>, e = event(), registered = false) =>
  compileMatch(subscription(change)).match(e, registered).kind;

describe('a subscription', () => {
  it('concerns its own types only', () => {
    expect(match({})).toBe('yes');
    expect(match({ types: ['u.v1'] })).toBe('no');
  });

  it('follows its municipality through a merger, from that day on, and says why it does not concern an event', () => {
    const table = municipalitiesFrom([
      { nis: '11007', van: '1970-01-01', tot: '2024-12-31', opvolgers: ['11002'] },
      { nis: '11002', van: '1970-01-01', tot: null, opvolgers: [] },
    ]);
    const matcher = compileMatch(subscription({ nis: ['11007'] }), table);
    const moved = (day: number) => event({ data: { nisNieuw: '11002' } }, day);
    expect(matcher.match(moved(Date.UTC(2024, 11, 31, 12)), false)).toEqual({ kind: 'no', because: 'territory' });
    expect(matcher.match(moved(Date.UTC(2025, 0, 1, 12)), false)).toEqual({ kind: 'yes' });
  });

  it('concerns a municipality that the event names anywhere, and cannot tell when it names none', () => {
    expect(match({ nis: ['24107'] })).toBe('yes');
    expect(match({ nis: ['11002', '24055'] })).toBe('yes');
    expect(match({ nis: ['11002'] })).toBe('no');
    expect(match({ nis: ['11002'] }, event({ kpgemeentenis: '11002' }))).toBe('yes');
    expect(match({ nis: ['11002'] }, event({ data: {} }))).toBe('cannot-tell');
  });

  it('counts its period in days of Brussels, both ends included', () => {
    expect(match({ validFrom: '2026-11-24', validTo: '2026-11-24' })).toBe('yes');
    expect(match({ validTo: '2026-11-23' })).toBe('no');
    expect(match({ validFrom: '2026-11-25' }, event({}, Date.UTC(2026, 10, 24, 23, 1)))).toBe('yes');
  });

  it('with registered subjects concerns nobody else', () => {
    expect(match({ subjects: 'registered' })).toBe('no');
    expect(match({ subjects: 'registered' }, event(), true)).toBe('yes');
  });

  it('fails closed: what the filter asks and the event lacks is never a yes, and a no elsewhere is a no', () => {
    const filter = { field: 'data.adresRef', is: 'x' };
    expect(match({ filter })).toBe('cannot-tell');
    expect(match({ filter, nis: ['11002'] })).toBe('no');
    expect(
      match({ filter: { field: 'data.nisNieuw', is: '0' }, nis: ['11002'] }, event({ data: { nisNieuw: '1' } })),
    ).toBe('no');
  });
});

it('an event is about its subject and the persons its payload names', () => {
  expect(
    subjectsOf(event({ data: { subjectPseudoniemen: ['p1-a', 'p1-b'], betrokkenen: 'urn:kruispunt:persoon:p1-c' } })),
  ).toEqual(['D1', 'p1-a', 'p1-b', 'p1-c']);
});

import { describe, expect, it } from '@jest/globals';
import type { Subscription } from '@kruispunt/delivery';
import { bookOf, type Protocol } from '@kruispunt/policy';
import { silentFilters, type SilenceFacts } from './silent-filters.js';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 25, 12);
const subscription = (id: string, change: Partial<Subscription> = {}): Subscription => ({
  id,
  name: id,
  org: 'OVO999301',
  hoedanigheid: 'proef',
  types: ['t.v1'],
  subjects: 'all',
  channel: 'PULL',
  orderPolicy: 'hold',
  inFlightMax: 16,
  state: 'active',
  rev: 1,
  ...change,
});
const protocol = (territory: readonly string[]): Protocol => ({
  id: 'P',
  version: 1,
  parties: [],
  hoedanigheid: 'proef',
  purpose: 'p',
  legalGround: 'l',
  eventTypes: ['t.v1'],
  fieldsPerType: {},
  fetchFields: {},
  territory,
  subjectScope: 'all',
  validFrom: '2020-01-01',
  validTo: null,
  channels: 'all',
  withdrawn: false,
});
const facts = (movedDaysAgo: Readonly<Record<string, number>>, territory: readonly string[] = []): SilenceFacts => ({
  book: bookOf([protocol(territory)]),
  movedAt: new Map(Object.entries(movedDaysAgo).map(([id, days]) => [id, now - days * day])),
  now,
  silentMs: 30 * day,
});
const kinds = (subscriptions: readonly Subscription[], f: SilenceFacts, id = 'a') =>
  silentFilters(subscriptions, f)
    .get(id)
    ?.map(({ kind }) => kind) ?? [];

describe('a filter that went silent', () => {
  it('is one whose municipality ended and that does not name who followed', () => {
    expect(kinds([subscription('a', { nis: ['11007'] })], facts({}))).toEqual(['filter-municipality-ended']);
    expect(kinds([subscription('a', { nis: ['11007', '11002'] })], facts({}))).toEqual([]);
    expect(kinds([subscription('a', { nis: ['24062'] })], facts({}))).toEqual([]);
  });

  it('is one whose protocol still speaks of a municipality that ended', () => {
    const s = subscription('a', { protocol: 'P', protocolVersion: 1 });
    expect(kinds([s], facts({}, ['23024']))).toEqual(['protocol-municipality-ended']);
    expect(kinds([s], facts({}, ['23024', '23106']))).toEqual([]);
  });

  it('is one that matched nothing for so long, while another with the same type did', () => {
    const both = [subscription('a'), subscription('b')];
    expect(kinds(both, facts({ a: 31, b: 1 }))).toEqual(['nothing-matched']);
    expect(kinds(both, facts({ a: 29, b: 1 }))).toEqual([]);
    // Nobody had anything: then it is the source that is silent, not the filter.
    expect(kinds(both, facts({ a: 31, b: 40 }))).toEqual([]);
    expect(kinds([subscription('a'), subscription('b', { types: ['u.v1'] })], facts({ a: 31, b: 1 }))).toEqual([]);
  });

  it('is never one that is paused, or ended, or was not looked at yet', () => {
    for (const state of ['paused', 'ended', 'new'] as const)
      expect(kinds([subscription('a', { state, nis: ['11007'] }), subscription('b')], facts({ a: 90, b: 0 }))).toEqual(
        [],
      );
    expect(kinds([subscription('a'), subscription('b')], facts({ b: 0 }))).toEqual([]);
  });
});

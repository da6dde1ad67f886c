import { describe, expect, it } from '@jest/globals';
import { mayFetch, type FetchFacts } from './may-fetch.js';
import type { Protocol } from './protocol.js';

const at = Date.UTC(2026, 10, 24, 9);
const base: Protocol = {
  id: 'P-118',
  version: 1,
  parties: [{ organisation: 'OVO001835' }],
  hoedanigheid: 'WONEN',
  purpose: 'huurpremie',
  legalGround: 'decreet',
  eventTypes: [],
  fieldsPerType: {},
  fetchFields: { verblijfplaats: ['adres', 'gemeenteNis', 'ingangsdatum'] },
  territory: 'all',
  subjectScope: 'registered',
  validFrom: '2026-01-01',
  validTo: null,
  channels: 'all',
  withdrawn: false,
};
const narrow: Protocol = {
  ...base,
  id: 'P-9',
  hoedanigheid: 'STATISTIEK',
  fetchFields: { verblijfplaats: ['gemeenteNis'] },
  subjectScope: 'all',
};
const facts: FetchFacts = {
  document: 'verblijfplaats',
  available: [{ name: 'adres' }, { name: 'gemeenteNis' }, { name: 'ingangsdatum' }, { name: 'gezin' }],
  at,
  territory: ['24055'],
  registered: true,
  nonDisclosable: false,
};
const fetched = (hoedanigheid: string, over: Partial<FetchFacts> = {}) =>
  mayFetch({ organisation: 'OVO001835', hoedanigheid }, { ...facts, ...over }, [base, narrow]);

describe('fetching behind a dataref', () => {
  it('shows each capacity its own fields of the same document', () => {
    expect(fetched('WONEN')).toEqual({
      kind: 'allowed',
      fields: ['adres', 'gemeenteNis', 'ingangsdatum'],
      protocol: 'P-118@1',
      rule: 'P-118@1',
    });
    expect(fetched('STATISTIEK')).toMatchObject({ fields: ['gemeenteNis'] });
  });

  it('refuses a capacity without protocol, and a subject that is not registered, in the same words', () => {
    for (const verdict of [
      fetched('BELASTING'),
      fetched('WONEN', { registered: false }),
      fetched('WONEN', { document: 'inkomen' }),
    ]) {
      expect(verdict).toMatchObject({ kind: 'refused', because: { slug: 'no-purpose', fields: {} } });
    }
  });

  it('never gives an address for which IT252 stands', () => {
    expect(fetched('WONEN', { nonDisclosable: true })).toMatchObject({ fields: ['gemeenteNis', 'ingangsdatum'] });
  });
});

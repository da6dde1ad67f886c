import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mayReceive, type Grant, type ReceiveFacts } from './may-receive.js';
import type { Protocol } from './protocol.js';

const verhuis = 'be.vlaanderen.bevolking.inschrijving-voltooid.v1';
const at = Date.UTC(2026, 10, 24, 9);
const field = (name: string, klasse: 'OPEN' | 'INTERN' | 'PERSOON' = 'PERSOON', osloIri?: string) => ({
  name,
  klasse,
  doc: '',
  ...(osloIri !== undefined && { osloIri }),
});
const type = {
  type: verhuis,
  klasse: 'PERSOON' as const,
  fields: [
    field('dossier', 'INTERN'),
    field('nisNieuw'),
    field('subjectPseudoniemen'),
    field('adresRef', 'PERSOON', 'https://data.vlaanderen.be/ns/persoon#verblijfsadres'),
  ],
};
const protocol: Protocol = {
  id: 'P-118',
  version: 2,
  parties: [{ organisation: 'OVO001835', namens: ['OVO001836'] }],
  hoedanigheid: 'WONEN',
  purpose: 'huurpremie',
  legalGround: 'decreet',
  eventTypes: [verhuis],
  fieldsPerType: { [verhuis]: ['dossier', 'nisNieuw', 'adresRef'] },
  fetchFields: {},
  territory: ['24055', '44083'],
  subjectScope: 'registered',
  validFrom: '2026-01-01',
  validTo: '2026-12-31',
  channels: 'all',
  withdrawn: false,
};
const grant: Grant = { organisation: 'OVO001835', hoedanigheid: 'WONEN', protocol, channel: 'WEBHOOK' };
const facts: ReceiveFacts = { type, envelope: {}, payload: { nisNieuw: '24055' }, at, loggedAt: at, registered: true };

describe('receiving', () => {
  it('gives the fields of the protocol and names it with its version', () => {
    expect(mayReceive(grant, facts)).toEqual({
      kind: 'allowed',
      fields: ['dossier', 'nisNieuw', 'adresRef'],
      rule: 'P-118@2',
    });
  });

  it.each<[string, Grant, ReceiveFacts]>([
    ['no-protocol', { ...grant, protocol: undefined }, facts],
    ['P-118@2:withdrawn', { ...grant, protocol: { ...protocol, withdrawn: true } }, facts],
    ['P-118@2:expired', grant, { ...facts, at: Date.UTC(2026, 11, 31, 23) }],
    ['P-118@2:not-yet-valid', grant, { ...facts, at: Date.UTC(2025, 11, 31, 22) }],
    ['P-118@2:before-protocol', grant, { ...facts, loggedAt: Date.UTC(2025, 11, 31, 22) }],
    ['P-118@2:party', { ...grant, organisation: 'OVO009999' }, facts],
    ['P-118@2:party', { ...grant, namens: 'OVO001839' }, facts],
    ['P-118@2:hoedanigheid', { ...grant, hoedanigheid: 'BELASTING' }, facts],
    ['P-118@2:channel', { ...grant, protocol: { ...protocol, channels: ['PULL'] } }, facts],
    ['P-118@2:type', { ...grant, protocol: { ...protocol, eventTypes: [] } }, facts],
    ['P-118@2:territory', grant, { ...facts, payload: { nisNieuw: '11002' } }],
    ['P-118@2:subject-not-registered', grant, { ...facts, registered: false }],
    ['P-118@2:no-fields', { ...grant, protocol: { ...protocol, fieldsPerType: {} } }, facts],
  ])('is suppressed under the rule %s', (rule, someGrant, someFacts) => {
    expect(mayReceive(someGrant, someFacts)).toEqual({ kind: 'suppressed', rule });
  });

  it('may be in the name of another that the protocol names', () => {
    expect(mayReceive({ ...grant, namens: 'OVO001836' }, facts).kind).toBe('allowed');
  });

  it('cannot tell when the event names no municipality, or nobody knows whether the subject is registered', () => {
    expect(mayReceive(grant, { ...facts, payload: {} })).toEqual({ kind: 'cannot-tell', reason: 'territory-missing' });
    expect(mayReceive(grant, { ...facts, registered: undefined })).toEqual({
      kind: 'cannot-tell',
      reason: 'registration-unknown',
    });
  });

  it('tells the old municipality of a move as well as the new one', () => {
    const old = { ...protocol, territory: ['44083'], subjectScope: 'all' as const };
    expect(
      mayReceive({ ...grant, protocol: old }, { ...facts, payload: { nisOud: '44083', nisNieuw: '11002' } }).kind,
    ).toBe('allowed');
  });

  it('never shows the address of a person for whom IT252 stands', () => {
    expect(mayReceive(grant, { ...facts, nonDisclosable: true })).toEqual({
      kind: 'allowed',
      fields: ['dossier', 'nisNieuw'],
      rule: 'P-118@2',
    });
  });

  it('takes a star for nothing when the type is about persons', () => {
    const starred = { ...protocol, fieldsPerType: { [verhuis]: ['*'] } };
    expect(mayReceive({ ...grant, protocol: starred }, facts).kind).toBe('suppressed');
  });

  it('narrows to the projection that the subscriber asked, and never widens by it', () => {
    expect(mayReceive({ ...grant, projection: ['dossier', 'subjectPseudoniemen'] }, facts)).toMatchObject({
      fields: ['dossier'],
    });
  });

  it('gives OPEN types to everybody, without protocol, with all their fields', () => {
    const open = { ...facts, type: { ...type, klasse: 'OPEN' as const } };
    expect(mayReceive({ ...grant, protocol: undefined }, open)).toMatchObject({
      kind: 'allowed',
      rule: 'open',
      fields: type.fields.map((f) => f.name),
    });
  });
});

const someProtocol: fc.Arbitrary<Protocol> = fc.record({
  id: fc.constantFrom('P-1', 'P-2'),
  version: fc.integer({ min: 1, max: 3 }),
  parties: fc.array(fc.record({ organisation: fc.constantFrom('A', 'B', 'C') }), { maxLength: 2 }),
  hoedanigheid: fc.constantFrom('WONEN', 'ZORG'),
  purpose: fc.constant('p'),
  legalGround: fc.constant('g'),
  eventTypes: fc.subarray([verhuis, 'x.v1']),
  fieldsPerType: fc.dictionary(
    fc.constantFrom(verhuis, '__proto__'),
    fc.subarray(['dossier', 'nisNieuw', 'adresRef', '*', 'geheim']),
  ),
  fetchFields: fc.constant({}),
  territory: fc.oneof(fc.constant('all' as const), fc.subarray(['24055', '44083'])),
  subjectScope: fc.constantFrom('all', 'registered'),
  validFrom: fc.constantFrom('2026-01-01', '2027-01-01'),
  validTo: fc.constantFrom('2026-12-31', null),
  channels: fc.constant('all'),
  withdrawn: fc.boolean(),
});

it('whatever a protocol says, it opens nothing to an organisation that is no party to it', () => {
  fc.assert(
    fc.property(someProtocol, fc.constantFrom('A', 'B', 'C', 'D'), (p, who) => {
      fc.pre(!p.parties.some((party) => party.organisation === who));
      expect(
        mayReceive({ ...grant, organisation: who, hoedanigheid: p.hoedanigheid, protocol: p }, facts).kind,
      ).not.toBe('allowed');
    }),
    { numRuns: 1_000 },
  );
});

it('the fields of a decision are fields of the schema that the protocol lists', () => {
  fc.assert(
    fc.property(someProtocol, (p) => {
      const verdict = mayReceive({ ...grant, organisation: 'A', hoedanigheid: p.hoedanigheid, protocol: p }, facts);
      if (verdict.kind !== 'allowed') return;
      for (const name of verdict.fields) {
        expect(type.fields.map((f) => f.name)).toContain(name);
        expect(p.fieldsPerType[verhuis]).toContain(name);
      }
    }),
    { numRuns: 1_000 },
  );
});

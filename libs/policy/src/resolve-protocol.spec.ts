import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { effectiveGrant, compareGrants } from './effective-grant.js';
import type { Protocol } from './protocol.js';
import { mayDecide, proposalDigest } from './protocol-proposal.js';
import { afterStep, bookOf, resolveProtocol } from './resolve-protocol.js';

const type = {
  type: 'be.vlaanderen.bevolking.inschrijving-voltooid.v1',
  klasse: 'PERSOON' as const,
  fields: ['dossier', 'nisNieuw', 'adresRef'].map((name) => ({ name, klasse: 'PERSOON' as const, doc: '' })),
};
const protocol = (version: number, change: Partial<Protocol> = {}): Protocol => ({
  id: 'P',
  version,
  parties: [{ organisation: 'OVO001835' }],
  hoedanigheid: 'WONEN',
  purpose: 'huurpremie',
  legalGround: 'decreet',
  eventTypes: [type.type],
  fieldsPerType: { [type.type]: ['dossier'] },
  fetchFields: {},
  territory: 'all',
  subjectScope: 'all',
  validFrom: '2026-01-01',
  validTo: null,
  channels: 'all',
  withdrawn: false,
  ...change,
});
const holder = { organisation: 'OVO001835', hoedanigheid: 'WONEN', channel: 'PULL' as const };
const on = { on: '2026-11-24', municipalities: new Map() };
const effective = (p: Protocol | undefined) => effectiveGrant({ ...holder, protocol: p }, [type], on);

describe('a version that takes the place of another', () => {
  it('decides for whoever names the earlier one, through as many replacements as there were', () => {
    const steps = [2, 3, 4].reduce(
      (all, version) => afterStep(all, { kind: 'add', protocol: protocol(version), replaces: version - 1 }),
      [protocol(1)] as readonly Protocol[],
    );
    for (const version of [1, 2, 3, 4]) expect(resolveProtocol(bookOf(steps), { id: 'P', version })?.version).toBe(4);
    const withdrawn = afterStep(steps, { kind: 'withdraw', id: 'P', version: 4 });
    expect(resolveProtocol(bookOf(withdrawn), { id: 'P', version: 1 })?.withdrawn).toBe(true);
  });

  it('beside another, changes nothing for who names that', () => {
    const both = afterStep([protocol(1)], { kind: 'add', protocol: protocol(2) });
    expect(resolveProtocol(bookOf(both), { id: 'P', version: 1 })?.version).toBe(1);
  });

  it('never widens another protocol, whatever the steps are', () => {
    const step = fc.record({
      version: fc.integer({ min: 2, max: 5 }),
      replaces: fc.option(fc.integer({ min: 1, max: 4 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const other = { ...protocol(1), id: 'Q' };
        const all = steps.reduce(
          (known, { version, replaces }) =>
            afterStep(known, { kind: 'add', protocol: protocol(version), replaces: replaces ?? undefined }),
          [protocol(1), other] as readonly Protocol[],
        );
        expect(resolveProtocol(bookOf(all), { id: 'Q', version: 1 })).toBe(other);
        // Rings cannot be approved, but must end all the same.
        expect(resolveProtocol(bookOf(all), { id: 'P', version: 1 })?.id).toBe('P');
      }),
    );
  });
});

describe('what a step changes for a holder', () => {
  it('is told per field, per municipality, per period', () => {
    const before = effective(protocol(1));
    const after = effective(
      protocol(2, { fieldsPerType: { [type.type]: ['nisNieuw'] }, territory: ['24062'], validTo: '2026-12-31' }),
    );
    expect(compareGrants(before, after)).toEqual([
      { of: 'protocol', gained: ['P@2'], lost: ['P@1'] },
      { of: 'fields', type: type.type, gained: ['nisNieuw'], lost: ['dossier'] },
      { of: 'territory', gained: ['24062'], lost: ['all'] },
      { of: 'period', gained: ['2026-01-01 – 2026-12-31'], lost: ['2026-01-01 – …'] },
    ]);
  });

  it('is every field of every type when it is withdrawn, with the rule that says why', () => {
    const after = effective(protocol(1, { withdrawn: true }));
    expect(after.types).toEqual([
      {
        type: type.type,
        klasse: 'PERSOON',
        fields: [],
        withheld: ['dossier', 'nisNieuw', 'adresRef'],
        rule: 'P@1:withdrawn',
      },
    ]);
    expect(compareGrants(effective(protocol(1)), after)).toContainEqual({
      of: 'fields',
      type: type.type,
      gained: [],
      lost: ['dossier'],
    });
  });

  it('is nothing between a grant and itself', () => {
    expect(compareGrants(effective(undefined), effective(undefined))).toEqual([]);
  });
});

describe('a decision on a proposal', () => {
  const digest = proposalDigest(protocol(1), undefined);
  const proposal = { state: 'proposed' as const, proposedBy: 'a', digest };

  it('is for another person, on the text that was seen, once', () => {
    const decision = { by: 'b', digest, verdict: 'approved' as const };
    expect(mayDecide(proposal, decision)).toBeUndefined();
    expect(mayDecide(proposal, { ...decision, by: 'a' })?.slug).toBe('conflict');
    expect(mayDecide(proposal, { ...decision, by: 'a', verdict: 'rejected' })).toBeUndefined();
    expect(mayDecide(proposal, { ...decision, digest: 'other' })?.slug).toBe('plan-changed');
    expect(mayDecide({ ...proposal, state: 'approved' }, decision)?.slug).toBe('conflict');
  });

  it('has a digest that is the same in any order of members, and another one for any other text', () => {
    const { id, ...rest } = protocol(1);
    expect(proposalDigest({ ...rest, id }, undefined)).toBe(digest);
    expect(proposalDigest(protocol(1), 1)).not.toBe(digest);
    for (const change of [{ purpose: 'x' }, { territory: ['1'] }, { validTo: '2026-12-31' }])
      expect(proposalDigest(protocol(1, change), undefined)).not.toBe(digest);
  });
});

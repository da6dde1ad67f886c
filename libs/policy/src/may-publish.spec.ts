import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Caller } from './caller.js';
import { mayPublish, type Publication } from './may-publish.js';
import { publishRulesFrom, rolesOfPublisher, type PublishRule, type PublishRules } from './publish-rules.js';

const verhuis = 'be.vlaanderen.bevolking.adreswijziging-aangegeven.v1';
const controle = 'be.vlaanderen.bevolking.woonstcontrole-uitgevoerd.v1';
const adres = 'be.vlaanderen.adressenregister.adres-gewijzigd.v1';
const catalogus = [
  { type: verhuis, publisher: 'gemeente (nieuwe)' },
  { type: controle, publisher: 'politiezone' },
  { type: adres, publisher: 'gemeente / Digitaal Vlaanderen' },
];
const gemeenten = [
  { nis: '44011', van: '1970-01-01', tot: '2018-12-31', opvolgers: ['44083'] },
  { nis: '44049', van: '1970-01-01', tot: '2018-12-31', opvolgers: ['44083'] },
  { nis: '44083', van: '2019-01-01', tot: null, opvolgers: [] },
  { nis: '11007', van: '1970-01-01', tot: '2024-12-31', opvolgers: ['11002'] },
  { nis: '11002', van: '1970-01-01', tot: null, opvolgers: [] },
  { nis: '24055', van: '1970-01-01', tot: null, opvolgers: [] },
];
const rules = publishRulesFrom(catalogus, gemeenten, [
  { organisation: 'OVO009001', roles: ['politiezone'] },
  { organisation: 'OVO002949', roles: ['basisregisters'], sources: ['https://data.vlaanderen.be/'] },
]);
const at = Date.UTC(2026, 10, 24, 9);
const caller = (organisation: string, nis: readonly string[]): Caller => ({
  organisation,
  nis,
  scopes: ['kruispunt.publish'],
  subject: 's',
});
const kortenberg = caller('OVO002055', ['24055']);
const publication = (over: Partial<Publication> = {}): Publication => ({
  type: { type: verhuis },
  envelope: { source: 'urn:ovo:OVO002055:burgerzaken' },
  payload: { nisNieuw: '24055', nisOud: '44083' },
  at,
  ...over,
});
const slug = (verdict: ReturnType<typeof mayPublish>) =>
  verdict.kind === 'refused' ? verdict.because.slug : verdict.kind;

describe('publishing', () => {
  it('is allowed for the own municipality, and the decision names its rule', () => {
    expect(mayPublish(kortenberg, publication(), rules)).toEqual({
      kind: 'allowed',
      rule: 'catalogue:gemeente:own-territory',
    });
  });

  it('is refused without the scope', () => {
    expect(slug(mayPublish({ ...kortenberg, scopes: ['kruispunt.subscribe'] }, publication(), rules))).toBe(
      'forbidden',
    );
  });

  it('is refused for a type that belongs to another role', () => {
    expect(slug(mayPublish(kortenberg, publication({ type: { type: controle } }), rules))).toBe('type-not-allowed');
  });

  it('is refused for an organisation without municipalities and without a role', () => {
    expect(slug(mayPublish(caller('OVO000001', []), publication(), rules))).toBe('type-not-allowed');
  });

  it('is refused for a municipality of another', () => {
    const verdict = mayPublish(kortenberg, publication({ payload: { nisNieuw: '44083' } }), rules);
    expect(verdict).toMatchObject({
      kind: 'refused',
      because: { slug: 'foreign-territory', fields: { nis: '44083' } },
    });
  });

  it('is refused when the envelope claims a municipality that the payload does not', () => {
    const claimed = publication({ envelope: { source: 'urn:ovo:OVO002055:x', kpgemeentenis: '44083' } });
    expect(slug(mayPublish(kortenberg, claimed, rules))).toBe('foreign-territory');
  });

  it('is refused when nothing says which municipality it is about', () => {
    expect(slug(mayPublish(kortenberg, publication({ payload: {} }), rules))).toBe('foreign-territory');
  });

  it('takes any of the municipalities of an address for its own, whatever their order', () => {
    const both = publication({ type: { type: adres }, payload: { nisCodes: ['44083', '24055'] } });
    expect(mayPublish(kortenberg, both, rules).kind).toBe('allowed');
  });

  it('is refused under the source of another organisation, and a longer code is another one', () => {
    for (const source of ['urn:ovo:OVO009001:x', 'urn:ovo:OVO0020550:x', 'OVO002055x']) {
      expect(slug(mayPublish(kortenberg, publication({ envelope: { source } }), rules))).toBe('source-not-allowed');
    }
  });

  it('accepts a source that the table grants, and all territories for a role that has them', () => {
    const basisregisters = caller('OVO002949', []);
    const event = publication({
      type: { type: adres },
      envelope: { source: 'https://data.vlaanderen.be/adressen' },
      payload: { nisCodes: [] },
    });
    expect(mayPublish(basisregisters, event, rules)).toEqual({ kind: 'allowed', rule: 'catalogue:basisregisters' });
  });

  it('binds a police zone to the municipalities of its token', () => {
    const zone = caller('OVO009001', ['24055']);
    const report = (nis: string) =>
      publication({
        type: { type: controle },
        envelope: { source: 'urn:ovo:OVO009001:isl', kpgemeentenis: nis },
        payload: {},
      });
    expect(mayPublish(zone, report('24055'), rules).kind).toBe('allowed');
    expect(slug(mayPublish(zone, report('44083'), rules))).toBe('foreign-territory');
  });
});

describe('after a municipal merger', () => {
  const old = caller('OVO002300', ['44011']);
  const heir = caller('OVO002301', ['44083']);
  const about = (organisation: string, nis: string, when: number) =>
    publication({ envelope: { source: `urn:ovo:${organisation}:x` }, payload: { nisNieuw: nis }, at: when });

  it('the old municipality publishes until its last day in Brussels, and not a minute later', () => {
    const lastMinute = Date.UTC(2018, 11, 31, 22, 59);
    expect(mayPublish(old, about('OVO002300', '44011', lastMinute), rules).kind).toBe('allowed');
    expect(mayPublish(old, about('OVO002300', '44011', lastMinute + 60_000), rules)).toMatchObject({
      because: { slug: 'merger-closed', fields: { nis: '44011', successors: ['44083'] } },
    });
  });

  it('the successor may publish for the old code, and the rule says so', () => {
    expect(mayPublish(heir, about('OVO002301', '44049', at), rules)).toEqual({
      kind: 'allowed',
      rule: 'catalogue:gemeente:successor',
    });
  });

  it('the successor may not publish for its own code before its first day, nor for the old code', () => {
    const before = Date.UTC(2018, 5, 1);
    expect(slug(mayPublish(heir, about('OVO002301', '44083', before), rules))).toBe('foreign-territory');
    expect(slug(mayPublish(heir, about('OVO002301', '44011', before), rules))).toBe('foreign-territory');
  });

  it('a municipality that keeps its code only becomes wider', () => {
    const antwerpen = caller('OVO001999', ['11002']);
    expect(mayPublish(antwerpen, about('OVO001999', '11002', at), rules).kind).toBe('allowed');
    expect(mayPublish(antwerpen, about('OVO001999', '11007', at), rules).kind).toBe('allowed');
  });
});

describe('the default table', () => {
  it('reads every word that stands in the publisher column', () => {
    expect(rolesOfPublisher('CBS / deputatie / Vlaamse Regering')).toEqual([
      'gemeente',
      'provincie',
      'vlaamse-overheid',
    ]);
    expect(rolesOfPublisher('Rijksregister via VDI')).toEqual(['rijksregister']);
    expect(rolesOfPublisher('ambtenaar burgerlijke stand / rechtbank')).toEqual(['gemeente', 'rechtbank']);
    expect(rolesOfPublisher('abonnee (via bus)')).toEqual(['kruispunt']);
  });

  it('gives nobody a type whose publisher nobody knows', () => {
    const unknown = publishRulesFrom([{ type: verhuis, publisher: 'iemand' }], gemeenten);
    expect(slug(mayPublish(kortenberg, publication(), unknown))).toBe('type-not-allowed');
  });
});

it('a rule for one organisation never changes what another may do', () => {
  const organisation = fc.constantFrom('OVO002055', 'OVO002301', 'OVO009001', 'OVO000007');
  const anyRule: fc.Arbitrary<PublishRule> = fc.record({
    name: fc.constant('given'),
    eventTypes: fc.subarray([verhuis, controle, adres]),
    who: fc.record({ organisation }),
    territory: fc.constantFrom('own', 'all'),
  });
  const nis = fc.constantFrom('24055', '44083', '44011', '11007');
  fc.assert(
    fc.property(
      fc.array(anyRule),
      anyRule,
      organisation,
      fc.subarray(['24055', '44083', '44011']),
      nis,
      fc.constantFrom(verhuis, controle, adres),
      (some, added, who, own, where, type) => {
        fc.pre(!('organisation' in added.who) || added.who.organisation !== who);
        const before: PublishRules = { ...rules, rules: some };
        const after: PublishRules = { ...rules, rules: [...some, added] };
        const event = publication({
          type: { type },
          envelope: { source: `urn:ovo:${who}:x` },
          payload: { nisNieuw: where },
        });
        expect(mayPublish(caller(who, own), event, after)).toEqual(mayPublish(caller(who, own), event, before));
      },
    ),
    { numRuns: 500 },
  );
});

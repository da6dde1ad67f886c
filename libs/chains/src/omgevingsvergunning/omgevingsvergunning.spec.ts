import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { instanceId } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { dueAt, dueDate, startOfDay, type CivilDate } from '@kruispunt/term';
import { omgevingsvergunning } from './omgevingsvergunning.js';
import type { Vergunning } from './vergunning.js';

const projectnummer = 'OMV_2026000123';
const morning = (date: CivilDate) => startOfDay(date) + 9 * 3_600_000;
const common = { projectnummer, tijdstipRegistratie: '2026-02-27T08:00:00.000Z' };
const aanvraag = {
  ...common,
  procedure: 'GEWOON',
  bevoegdeOverheid: 'COLLEGE',
  indieningsdatum: '2026-02-27',
  commissieVereist: false,
  voorwerp: 'verbouwen van een rijwoning',
  adressen: ['https://data.vlaanderen.be/id/adres/3064179'],
  percelen: [],
  gemeentenNis: ['24055'],
  aanvragerRef: 'https://kruispunt.test/aanvragers/1',
};
const volledig = (verzendingsdatum: CivilDate, more: object = {}) => ({
  ...common,
  resultaat: 'ONTVANKELIJK_EN_VOLLEDIG',
  verzendingsdatum,
  aanvullenTegen: null,
  proceduretype: 'GEWOON',
  termijnregel: 'omv.volledigheid@2017',
  ...more,
});
const onderzoek = (ronde: number, fase: string, datum: CivilDate) => ({
  ...common,
  ...{ ronde, fase, datum, einddatum: null, aantalBezwaren: null },
});
const gevraagd = (instantie: string, gevraagdOp: CivilDate) => ({
  ...common,
  ...{ ronde: 1, instantie, gevraagdOp, uitersteDatum: gevraagdOp },
});
const advies = (instantie: string, adviesdatum: CivilDate) => ({
  ...common,
  ...{ ronde: 1, instantie, strekking: 'GUNSTIG', adviesdatum, adviesRef: null },
});
const beslissing = (beslissingsdatum: CivilDate, uitkomst = 'VERGUND') => ({
  ...common,
  ...{ uitkomst, beslissingsdatum, besluitRef: null, bestuursorgaan: 'college', buitenTermijn: false },
});
const aanplakking = (eersteDag: CivilDate, wijze = 'AANPLAKKING') => ({
  ...common,
  ...{ wijze, eersteDag, beroepTot: eersteDag, uitvoerbaarVanaf: null },
});
const beroep = (ingesteldOp: CivilDate, beroepsnummer = 'BER-1') => ({
  ...common,
  ...{ beroepsnummer, ingesteldOp, beroepsinstantie: 'DEPUTATIE', hoedanigheid: 'BETROKKEN_PUBLIEK' },
});
const beroepstoets = (verzendingsdatum: CivilDate, resultaat: string) => ({
  ...common,
  ...{ beroepsnummer: 'BER-1', resultaat, verzendingsdatum, aanvullenTegen: null, termijnregel: 'omv.beroep' },
});
const beroepsbeslissing = (beslissingsdatum: CivilDate, uitkomst: string) => ({
  ...common,
  ...{ beroepsnummer: 'BER-1', uitkomst, beslissingsdatum, besluitRef: null },
});

const filed = () => new Rehearsal([omgevingsvergunning()], morning('2026-02-27')).give('AanvraagIngediendV1', aanvraag);
const complete = () =>
  filed().advanceTo(morning('2026-03-20')).give('VolledigheidBeoordeeldV1', volledig('2026-03-20'));
const decided = (s: Rehearsal, on: CivilDate, posted: CivilDate) =>
  s
    .advanceTo(morning(on))
    .give('BeslissingGenomenV1', beslissing(on))
    .advanceTo(morning(posted))
    .give('BeslissingBekendgemaaktV1', aanplakking(posted));
const state = (s: Rehearsal) => s.states.get(instanceId('omgevingsvergunning', projectnummer))!;
const vars = (s: Rehearsal) => state(s).vars as Vergunning;
const told = (s: Rehearsal, type: string) => s.published.filter((p) => p.type === `be.vlaanderen.${type}.v1`);

describe('omgevingsvergunning', () => {
  it('goes from filing to use with an inquiry, an advice, a silence and one extension', () => {
    const s = complete()
      .advanceTo(morning('2026-03-23'))
      .give('AdviesGevraagdV1', gevraagd('OVO000001', '2026-03-23'))
      .give('AdviesGevraagdV1', gevraagd('OVO000002', '2026-03-23'))
      .advanceTo(morning('2026-04-01'))
      .give('OpenbaarOnderzoekGewijzigdV1', onderzoek(1, 'GESTART', '2026-04-01'));
    expect(Object.keys(state(s).tokens).sort()).toEqual([
      'advies:1 2026-03-23 OVO000001',
      'advies:1 2026-03-23 OVO000002',
      'main',
      'onderzoek',
    ]);
    s.advanceTo(morning('2026-04-15')).give('AdviesUitgebrachtV1', advies('OVO000001', '2026-04-15'));
    s.advanceTo(dueAt('2026-04-22') - 1);
    expect(told(s, 'omgeving.advies-uitgebracht')).toEqual([]);
    s.advanceTo(morning('2026-05-02'));
    expect(told(s, 'omgeving.advies-uitgebracht').map((p) => [p.data['instantie'], p.data['strekking']])).toEqual([
      ['OVO000002', 'TERMIJN_VERSTREKEN'],
    ]);
    expect(Object.keys(state(s).tokens)).toEqual(['main']);
    s.advanceTo(morning('2026-06-08')).give('TermijnVerlengdV1', {
      ...common,
      ...{ aanleg: 'EERSTE', reden: 'ZAAK_DER_WEGEN', dagen: 60, oudeEinddatum: '2026-07-03' },
      ...{ nieuweEinddatum: '2026-09-01', meegedeeldOp: '2026-06-08' },
    });
    decided(s, '2026-09-01', '2026-09-03').advanceTo(morning('2026-10-08'));
    expect(told(s, 'omgeving.vergunning-uitvoerbaar')).toEqual([]);
    s.advanceTo(morning('2026-12-01'));
    expect([state(s).toestand, state(s).status, told(s, 'omgeving.vergunning-uitvoerbaar').length]).toEqual([
      'Uitvoerbaar',
      'ENDED',
      1,
    ]);
    expect(told(s, 'omgeving.stilzwijgende-weigering')).toEqual([]);
  });

  it('sets its timers again when a term moves, and an old one says nothing', () => {
    const s = complete().advanceTo(morning('2026-06-08'));
    const before = state(s).timers['main/due']?.dueAt;
    s.give('TermijnVerlengdV1', {
      ...common,
      ...{ aanleg: 'EERSTE', reden: 'ADMINISTRATIEVE_LUS', dagen: 60, oudeEinddatum: '2026-07-03' },
      ...{ nieuweEinddatum: '2026-09-01', meegedeeldOp: '2026-06-08' },
    });
    expect([before, state(s).timers['main/due']?.dueAt]).toEqual([dueAt('2026-07-03'), dueAt('2026-09-01')]);
    s.advanceTo(dueAt('2026-09-01') - 1);
    expect([state(s).toestand, told(s, 'keten.termijn-gesignaleerd').map((p) => p.data['signaal'])]).toEqual([
      'InBehandeling',
      ['NADERT'],
    ]);
    expect(state(s.advanceTo(dueAt('2026-09-01'))).toestand).toBe('StilzwijgendGeweigerd');
  });

  it('has no last day while the inquiry stands still, and a new round has a clock of its own', () => {
    const s = complete()
      .advanceTo(morning('2026-04-01'))
      .give('OpenbaarOnderzoekGewijzigdV1', onderzoek(1, 'GESTART', '2026-04-01'))
      .advanceTo(morning('2026-04-13'))
      .give('OpenbaarOnderzoekGewijzigdV1', onderzoek(1, 'GESCHORST', '2026-04-13'));
    expect(Object.keys(state(s).timers).some((name) => name.startsWith('onderzoek'))).toBe(false);
    s.advanceTo(morning('2026-05-20')).give('OpenbaarOnderzoekGewijzigdV1', onderzoek(2, 'GESTART', '2026-05-20'));
    expect(dueDate(state(s).terms['onderzoek']!)).toBe('2026-06-18');
    s.give('OpenbaarOnderzoekGewijzigdV1', onderzoek(2, 'AFGESLOTEN', '2026-05-21'));
    expect(Object.keys(state(s).tokens)).toEqual(['main']);
  });

  it('counts from a result that was sent in time and came in after the silence', () => {
    const s = filed().advanceTo(morning('2026-04-01'));
    expect(vars(s).klokDoor).toBe('STILZWIJGEN');
    s.give('VolledigheidBeoordeeldV1', volledig('2026-03-27'));
    expect([vars(s).klokDoor, vars(s).einddatum, dueDate(state(s).terms['main']!)]).toEqual([
      'RESULTAAT',
      '2026-07-10',
      '2026-07-10',
    ]);
    s.give('VolledigheidBeoordeeldV1', volledig('2026-03-30'));
    expect(vars(s).einddatum).toBe('2026-07-10');
  });

  it('waits for what is missing, and ends what is not admissible', () => {
    const s = filed()
      .advanceTo(morning('2026-03-10'))
      .give('VolledigheidBeoordeeldV1', volledig('2026-03-10', { resultaat: 'ONVOLLEDIG' }))
      .advanceTo(morning('2026-06-01'));
    expect([state(s).toestand, state(s).terms]).toEqual(['Onvolledig', {}]);
    s.give('VolledigheidBeoordeeldV1', volledig('2026-06-01'));
    expect(vars(s).einddatum).toBe('2026-09-14');
    const t = filed().give('VolledigheidBeoordeeldV1', volledig('2026-03-02', { resultaat: 'ONONTVANKELIJK' }));
    expect([state(t).toestand, state(t).status]).toEqual(['Onontvankelijk', 'ENDED']);
  });

  it('takes a silent refusal back when a decision of before the last day comes in', () => {
    const s = complete().advanceTo(morning('2026-07-05'));
    expect(state(s).toestand).toBe('StilzwijgendGeweigerd');
    s.give('BeslissingGenomenV1', beslissing('2026-07-02'));
    expect([state(s).toestand, told(s, 'keten.gecompenseerd').map((p) => p.data['ingetrokken'])]).toEqual([
      'Beslist',
      [told(s, 'omgeving.stilzwijgende-weigering').map((p) => p.id)],
    ]);
  });

  it('takes the permission to use back when an appeal of in time comes in late', () => {
    const s = decided(complete(), '2026-07-02', '2026-07-06').advanceTo(morning('2026-08-12'));
    expect(state(s).toestand).toBe('Uitvoerbaar');
    s.give('BeroepIngesteldV1', beroep('2026-08-05'));
    expect([state(s).toestand, told(s, 'keten.gecompenseerd').map((p) => p.data['ingetrokken'])]).toEqual([
      'InBeroep',
      [told(s, 'omgeving.vergunning-uitvoerbaar').map((p) => p.id)],
    ]);
  });

  it('asks somebody to look when a permit is not posted, and only posting lets it be used', () => {
    const s = complete().advanceTo(morning('2026-07-02')).give('BeslissingGenomenV1', beslissing('2026-07-02'));
    s.give('BeslissingBekendgemaaktV1', aanplakking('2026-07-02', 'WEBSITE')).advanceTo(morning('2026-12-01'));
    expect(Object.keys(state(s).tasks)).toEqual(['bekendmaking']);
    expect(told(s, 'omgeving.vergunning-uitvoerbaar')).toEqual([]);
    s.give('BeslissingBekendgemaaktV1', aanplakking('2026-12-01')).advanceTo(morning('2027-01-06'));
    expect([state(s).tasks, state(s).toestand]).toEqual([{}, 'Uitvoerbaar']);
  });

  it('starts the clock of last instance when nobody says whether the appeal is complete', () => {
    const s = decided(complete(), '2026-07-02', '2026-07-06').give('BeroepIngesteldV1', beroep('2026-07-10'));
    s.advanceTo(morning('2026-08-11'));
    expect([vars(s).beroepVan, vars(s).beroepEinddatum]).toEqual(['2026-08-09', '2026-12-07']);
  });

  it('drops an appeal that is not completed, and the first decision stands', () => {
    const s = decided(complete(), '2026-07-02', '2026-07-06')
      .give('BeroepIngesteldV1', beroep('2026-07-10'))
      .give('BeroepBeoordeeldV1', beroepstoets('2026-08-01', 'ONVOLLEDIG'))
      .advanceTo(morning('2026-08-16'));
    expect(vars(s).beroepen.map((b) => b.stand)).toEqual(['ONVOLLEDIG']);
    expect([state(s).toestand, told(s, 'omgeving.vergunning-uitvoerbaar').map((p) => p.data['grond'])]).toEqual([
      'Uitvoerbaar',
      ['BEROEP_AFGEWEZEN'],
    ]);
  });

  it('lets the decision in last instance take the place of the first, to be posted before use, and never appealed again', () => {
    const s = decided(complete(), '2026-07-02', '2026-07-06')
      .give('BeroepIngesteldV1', beroep('2026-07-10'))
      .advanceTo(morning('2026-08-01'))
      .give('BeroepBeoordeeldV1', beroepstoets('2026-08-01', 'ONTVANKELIJK_EN_VOLLEDIG'))
      .advanceTo(morning('2026-09-01'))
      .give('BeroepsbeslissingGenomenV1', beroepsbeslissing('2026-09-01', 'VERGUND_ONDER_VOORWAARDEN'))
      .give('BeslissingBekendgemaaktV1', aanplakking('2026-09-02'))
      .give('BeroepIngesteldV1', beroep('2026-09-03', 'BER-2'))
      .advanceTo(morning('2026-10-08'));
    expect([state(s).toestand, told(s, 'omgeving.vergunning-uitvoerbaar').map((p) => p.data['grond'])]).toEqual([
      'Uitvoerbaar',
      ['BEROEPSBESLISSING'],
    ]);
    const t = decided(complete(), '2026-07-02', '2026-07-06')
      .give('BeroepIngesteldV1', beroep('2026-07-10'))
      .give('BeroepsbeslissingGenomenV1', beroepsbeslissing('2026-08-01', 'GEWEIGERD'));
    expect([state(t).toestand, state(t).status]).toEqual(['Geweigerd', 'ENDED']);
  });

  it('follows a merger, without a change of its clock', () => {
    const s = complete();
    const before = state(s).terms;
    s.give('GemeenteGefusioneerdV1', {
      ...{ vanNis: '24055', naarNis: '24999', gefusioneerdMet: [], nieuweNamen: {}, ingangsdatum: '2026-03-01' },
      ...{ provincieGewijzigd: false, tijdstipRegistratie: '2026-03-01T00:00:00.000Z' },
    });
    expect([state(s).gemeente, state(s).terms]).toEqual(['24999', before]);
  });

  it('publishes nothing that does not fit its own schema', () => {
    const types = new Map(Object.values(ev).map((e) => [e.type, e]));
    const s = complete().give('AdviesGevraagdV1', gevraagd('OVO000002', '2026-03-23')).advanceTo(morning('2026-07-10'));
    for (const p of s.published) expect([p.type, types.get(p.type)?.codec.check(p.data).ok]).toEqual([p.type, true]);
    expect(told(s, 'omgeving.stilzwijgende-weigering').length).toBe(1);
  });
});

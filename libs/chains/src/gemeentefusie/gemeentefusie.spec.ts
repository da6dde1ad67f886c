import { describe, expect, it } from '@jest/globals';
import { Rehearsal, testChain } from '@kruispunt/chain-author';
import { firstBroken, fold, instanceId } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { startOfDay, type CivilDate } from '@kruispunt/term';
import { omgevingsvergunning } from '../omgevingsvergunning/omgevingsvergunning.js';
import type { Vergunning } from '../omgevingsvergunning/vergunning.js';
import { verhuis } from '../verhuis/verhuis.js';
import { gemeentefusie } from './gemeentefusie.js';

const fusie = gemeentefusie();
const all = [verhuis({ datarefBase: '/v1/personen' }), omgevingsvergunning(), fusie];
const [van, naar] = ['11056', '46030'];
const ingang = '2027-01-01';
const dossier = `FUSIE-${van}-${naar}-${ingang}`;
const at = (day: CivilDate) => `${day}T08:00:00.000Z`;
const merger = (more: object = {}) => ({
  ...{ vanNis: van, naarNis: naar, gefusioneerdMet: ['46003', '46013'], nieuweNamen: { nl: 'Nieuwdorp' } },
  ...{ ingangsdatum: ingang, provincieGewijzigd: true, tijdstipRegistratie: at('2026-09-01'), ...more },
});
const permit = {
  ...{ projectnummer: 'OMV_2026000777', procedure: 'GEWOON', bevoegdeOverheid: 'COLLEGE', adressen: [], percelen: [] },
  ...{ indieningsdatum: '2026-12-21', commissieVereist: false, voorwerp: 'een schuur', gemeentenNis: [van] },
  ...{ aanvragerRef: 'https://kruispunt.test/aanvragers/1', tijdstipRegistratie: at('2026-12-21') },
} as const;
const move = {
  ...{ dossier: 'VH-77', subjectPseudoniemen: ['p1.a'], wijziging: 'ANDERE_GEMEENTE', aangiftedatum: '2026-12-21' },
  ...{ betrekkingsdatum: null, nisOud: '24055', nisNieuw: van, adresRef: 'https://data.vlaanderen.be/id/adres/1' },
  ...{ domiciliestatus: null, tijdstipRegistratie: at('2026-12-21') },
} as const;
/** A stage on which everybody is at work on the morning of a day. */
const stageOn = (day: CivilDate) => new Rehearsal(all, startOfDay(day) + 9 * 3_600_000);
const stateOf = (s: Rehearsal, chain: string, root: string) => s.states.get(instanceId(chain, root))!;
const mergers = (s: Rehearsal) => s.published.filter((p) => p.type === ev.GemeenteGefusioneerdV1.type);
const withOpenDossiers = (s: Rehearsal) =>
  s.give('AanvraagIngediendV1', permit).give('AdreswijzigingAangegevenV1', move).advanceTo(startOfDay('2026-12-31'));

describe('a merger that is announced', () => {
  it('is signalled ninety days before the last day of the old municipality', () => {
    const s = stageOn('2026-09-01').give('GemeenteGefusioneerdV1', merger());
    s.advanceTo(startOfDay('2026-10-01'));
    const near = () => s.published.filter((p) => p.type === ev.KetenTermijnGesignaleerdV1.type);
    expect([stateOf(s, 'gemeentefusie', dossier).toestand, near().length]).toEqual(['Aangekondigd', 0]);
    s.advanceTo(startOfDay('2026-10-03'));
    expect(near().map((p) => [p.data['signaal'], p.data['einddatum']])).toEqual([['NADERT', '2026-12-31']]);
  });

  it('acts at the first moment of its date in Brussels, once, and not a moment before', () => {
    const s = stageOn('2026-09-01').give('GemeenteGefusioneerdV1', merger());
    s.advanceTo(startOfDay(ingang) - 1);
    expect(mergers(s)).toEqual([]);
    s.advanceTo(startOfDay(ingang)).advanceTo(startOfDay('2027-02-01'));
    const { tijdstipRegistratie: _, ...facts } = merger();
    expect(mergers(s).map((p) => p.data)).toMatchObject([facts]);
    expect(startOfDay(ingang)).toBe(Date.parse('2026-12-31T23:00:00Z'));
  });

  it('takes open dossiers along at midnight: the authority follows, the clock stays', () => {
    const s = withOpenDossiers(stageOn('2026-12-21').give('GemeenteGefusioneerdV1', merger()));
    const permitted = () => stateOf(s, 'omgevingsvergunning', permit.projectnummer);
    const moved = () => stateOf(s, 'verhuis', move.dossier);
    const [before, clock] = [
      [permitted().gemeente, moved().gemeente],
      [permitted().terms, moved().terms],
    ];
    s.advanceTo(startOfDay(ingang));
    expect([before, [permitted().gemeente, moved().gemeente]]).toEqual([
      [van, van],
      [naar, naar],
    ]);
    expect([permitted().terms, moved().terms]).toEqual(clock);
  });

  it('leaves every dossier as it leaves it when it is told on its date', () => {
    const ahead = withOpenDossiers(stageOn('2026-12-21').give('GemeenteGefusioneerdV1', merger()));
    const onTheDay = withOpenDossiers(stageOn('2026-12-21'));
    ahead.advanceTo(startOfDay(ingang));
    onTheDay.advanceTo(startOfDay(ingang)).give('GemeenteGefusioneerdV1', merger()).advanceTo(startOfDay(ingang));
    const left = (s: Rehearsal) =>
      (
        [
          ['omgevingsvergunning', permit.projectnummer],
          ['verhuis', move.dossier],
        ] as const
      ).map(([name, root]) => {
        const { vars, gemeente, toestand, tokens, terms } = stateOf(s, name, root);
        return { vars, gemeente, toestand, tokens, terms };
      });
    expect(left(ahead)).toEqual(left(onTheDay));
    expect(stateOf(ahead, 'gemeentefusie', dossier).toestand).toBe('Ingegaan');
    expect(stateOf(onTheDay, 'gemeentefusie', dossier).toestand).toBe('Ingegaan');
    expect(mergers(onTheDay)).toEqual([]);
  });

  it('takes a move along to its registration under the new code, without another residence check', () => {
    const s = withOpenDossiers(stageOn('2026-12-21').give('GemeenteGefusioneerdV1', merger()));
    s.advanceTo(startOfDay(ingang) + 9 * 3_600_000);
    const checks = () => s.published.filter((p) => p.type === ev.WoonstcontroleAangevraagdV1.type).length;
    const asked = checks();
    const report = { dossier: move.dossier, resultaat: 'BEVESTIGD', controledatum: ingang, pogingen: 1 };
    s.give('WoonstcontroleUitgevoerdV1', { ...report, tijdstipRegistratie: at(ingang) });
    const [registered] = s.published.filter((p) => p.type === ev.InschrijvingVoltooidV1.type);
    expect([registered?.data['nisNieuw'], checks() - asked]).toEqual([naar, 0]);
  });

  it('gives way to a later announcement of another date', () => {
    const s = stageOn('2026-09-01').give('GemeenteGefusioneerdV1', merger());
    const later = merger({ ingangsdatum: '2028-01-01', tijdstipRegistratie: at('2026-10-15') });
    s.advanceTo(startOfDay('2026-10-15')).give('GemeenteGefusioneerdV1', later);
    expect(stateOf(s, 'gemeentefusie', dossier)).toMatchObject({ toestand: 'Vervangen', status: 'ENDED' });
    s.advanceTo(startOfDay('2027-06-01'));
    expect(mergers(s)).toEqual([]);
    s.advanceTo(startOfDay('2028-01-01'));
    expect(mergers(s).map((p) => p.data['ingangsdatum'])).toEqual(['2028-01-01']);
  });

  it('is not replaced by an older announcement that comes late', () => {
    const s = stageOn('2026-09-01').give('GemeenteGefusioneerdV1', merger());
    const older = merger({ ingangsdatum: '2028-01-01', tijdstipRegistratie: at('2026-08-15') });
    s.give('GemeenteGefusioneerdV1', older);
    expect(stateOf(s, 'gemeentefusie', dossier).toestand).toBe('Aangekondigd');
  });
});

describe('a merger that changes the province (Zwijndrecht)', () => {
  const decided = (day: CivilDate, projectnummer: string) => ({
    ...{ projectnummer, uitkomst: 'VERGUND', beslissingsdatum: day, besluitRef: null, bestuursorgaan: 'college' },
    ...{ buitenTermijn: false, tijdstipRegistratie: at(day) },
  });
  const appealed = (day: CivilDate, projectnummer: string) => ({
    ...{ projectnummer, beroepsnummer: `BER-${day}`, ingesteldOp: day, beroepsinstantie: 'DEPUTATIE' },
    ...{ hoedanigheid: 'BETROKKEN_PUBLIEK', tijdstipRegistratie: at(day) },
  });
  const completed = (projectnummer: string) => ({
    ...{ projectnummer, resultaat: 'ONTVANKELIJK_EN_VOLLEDIG', verzendingsdatum: '2026-12-21', aanvullenTegen: null },
    ...{ proceduretype: 'GEWOON', termijnregel: 'omv.volledigheid@2017', tijdstipRegistratie: at('2026-12-21') },
  });
  const [first, running, second] = ['OMV_2026000777', 'OMV_2026000778', 'OMV_2026000779'];
  const appeals = (s: Rehearsal, projectnummer: string) =>
    (stateOf(s, 'omgevingsvergunning', projectnummer).vars as Vergunning).beroepen.map(({ bij, stand }) => [
      bij,
      stand,
    ]);

  it('leaves running appeals and decisions of before it where they are, and changes to whom one appeals after it', () => {
    const s = stageOn('2026-12-21').give('GemeenteGefusioneerdV1', merger());
    for (const projectnummer of [first, running, second])
      s.give('AanvraagIngediendV1', { ...permit, projectnummer }).give(
        'VolledigheidBeoordeeldV1',
        completed(projectnummer),
      );
    for (const projectnummer of [first, running]) s.give('BeslissingGenomenV1', decided('2026-12-21', projectnummer));
    s.give('BeroepIngesteldV1', appealed('2026-12-21', running));
    s.advanceTo(startOfDay('2027-01-04'));
    s.give('BeslissingGenomenV1', decided('2027-01-04', second));
    for (const projectnummer of [first, second]) s.give('BeroepIngesteldV1', appealed('2027-01-04', projectnummer));
    expect([first, running, second].map((p) => [appeals(s, p), stateOf(s, 'omgevingsvergunning', p).gemeente])).toEqual(
      [
        [[['DEPUTATIE Antwerpen', 'INGESTELD']], naar],
        [[['DEPUTATIE Antwerpen', 'INGESTELD']], naar],
        [[['DEPUTATIE Oost-Vlaanderen', 'INGESTELD']], naar],
      ],
    );
  });
});

describe('the transition after a merger', () => {
  const told = () => testChain(fusie).on('2026-12-01').given(ev.GemeenteGefusioneerdV1, merger()).on('2027-01-02');

  it('asks for addresses, for filters and for administrators, and ends when all three are done', () => {
    told()
      .expectState('Ingegaan')
      .expectTask('adressen', { role: 'adressenregister' })
      .expectTask('inschrijvingen', { role: 'dienstenintegrator' })
      .expectTask('beheerders', { role: 'rijksregister' })
      .answered('inschrijvingen', 'KLAAR')
      .answered('adressen', 'KLAAR')
      .expectState('Ingegaan')
      .answered('beheerders', 'KLAAR')
      .expectEnded('Doorgevoerd');
  });

  it('asks somebody when the overlap of old and new code lapses, and leaves what is open open', () => {
    told()
      .answered('adressen', 'KLAAR')
      .advance('100 days')
      .expectState('Ingegaan')
      .expectTask('overgang', { role: 'dienstenintegrator', reden: 'OVERGANG_VERSTREKEN' })
      .expectTask('inschrijvingen')
      .answered('inschrijvingen', 'KLAAR')
      .answered('beheerders', 'KLAAR')
      .expectEnded('Doorgevoerd')
      .expectNoTask();
  });

  it('changes no key of a kept code, and asks nobody', () => {
    testChain(fusie)
      .on('2026-12-01')
      .given(ev.GemeenteGefusioneerdV1, merger({ vanNis: '11002', naarNis: '11002', gefusioneerdMet: ['11007'] }))
      .expectState('Aangekondigd')
      .on('2027-01-01')
      .expectPublished(ev.GemeenteGefusioneerdV1, { vanNis: '11002', naarNis: '11002' })
      .expectEnded('Doorgevoerd')
      .expectNoTask();
  });

  it('is one history that folds to its state', () => {
    const s = withOpenDossiers(stageOn('2026-12-21').give('GemeenteGefusioneerdV1', merger()));
    s.advanceTo(startOfDay('2027-05-01'));
    const state = stateOf(s, 'gemeentefusie', dossier);
    const rows = s.histories.get(state.id)!;
    expect([fold(fusie, rows), firstBroken(rows)]).toEqual([state, undefined]);
  });
});

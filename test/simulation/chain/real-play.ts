import { chains } from '@kruispunt/chains';
import { addDays, startOfDay } from '@kruispunt/term';
import type { Dice } from '../dice.js';
import { fact, type Event, type Play, type Scripted } from './play.js';

const definitions = chains({ datarefBase: 'https://bevolking.test/personen' });

/** Both nights on which the clock changes, and a leap day, lie in one of these. */
const beginnings = ['2026-03-23', '2026-10-19', '2028-02-24', '2026-07-01'];

type Told = readonly [name: string, payload: (on: string) => object];

/** What may happen in a dossier of one chain, on any day and in any order; the first one begins it. */
interface Story {
  readonly begin: Told;
  readonly then: readonly Told[];
  /** Days within which it is told. */
  readonly within: number;
}

const at = (on: string) => `${on}T08:00:00.000Z`;

function verhuis(dice: Dice, dossier: string): Story {
  const declared = (on: string) => ({
    ...{ dossier, subjectPseudoniemen: [`p${dice.below(2)}`], wijziging: 'ANDERE_GEMEENTE', aangiftedatum: on },
    ...{ betrekkingsdatum: null, nisOud: '24055', nisNieuw: '24062', adresRef: null, domiciliestatus: null },
    tijdstipRegistratie: at(on),
  });
  const report = (on: string) => ({
    ...{ dossier, resultaat: dice.pick(['BEVESTIGD', 'NIET_BEVESTIGD', 'NIET_AANGETROFFEN']), controledatum: on },
    ...{ pogingen: 1, verslagRef: 'v', politiezone: 'z', tijdstipRegistratie: at(on) },
  });
  const reported: Told = ['WoonstcontroleUitgevoerdV1', report];
  return { begin: ['AdreswijzigingAangegevenV1', declared], then: [reported, reported, reported], within: 28 };
}

function permit(dice: Dice, projectnummer: string): Story {
  const of = (name: string, payload: (on: string) => object): Told => [
    name,
    (on) => ({ projectnummer, ...payload(on) }),
  ];
  const assessed = () => dice.pick(['ONTVANKELIJK_EN_VOLLEDIG', 'ONTVANKELIJK_EN_VOLLEDIG', 'ONVOLLEDIG']);
  const filed = of('AanvraagIngediendV1', (on) => ({
    ...{ procedure: 'GEWOON', commissieVereist: false, indieningsdatum: on, gemeentenNis: ['24055'] },
    ...{ adressen: [], percelen: [] },
  }));
  const party = () => dice.pick(['OVO1', 'OVO2']);
  const decided = () => dice.pick(['VERGUND', 'GEWEIGERD']);
  const phase = () => dice.pick(['GESTART', 'GESCHORST', 'HERVAT', 'AFGESLOTEN']);
  return {
    begin: filed,
    within: 200,
    then: [
      of('VolledigheidBeoordeeldV1', (on) => ({
        resultaat: assessed(),
        verzendingsdatum: on,
        proceduretype: 'GEWOON',
      })),
      of('OpenbaarOnderzoekGewijzigdV1', (on) => ({ ronde: 1, fase: 'GESTART', datum: on })),
      of('OpenbaarOnderzoekGewijzigdV1', (on) => ({ ronde: 1, fase: phase(), datum: on })),
      of('AdviesGevraagdV1', (on) => ({ ronde: 1, instantie: party(), gevraagdOp: on })),
      of('AdviesGevraagdV1', (on) => ({ ronde: 1, instantie: party(), gevraagdOp: on })),
      of('AdviesUitgebrachtV1', (on) => ({ ronde: 1, instantie: party(), strekking: 'GUNSTIG', adviesdatum: on })),
      of('TermijnVerlengdV1', (on) => ({ aanleg: 'EERSTE', reden: 'ADMINISTRATIEVE_LUS', meegedeeldOp: on })),
      of('BeslissingGenomenV1', (on) => ({ uitkomst: decided(), beslissingsdatum: on })),
      of('BeslissingBekendgemaaktV1', (on) => ({ wijze: dice.pick(['AANPLAKKING', 'WEBSITE']), eersteDag: on })),
      of('BeroepIngesteldV1', (on) => ({ beroepsnummer: 'B1', ingesteldOp: on })),
      of('BeroepBeoordeeldV1', (on) => ({ beroepsnummer: 'B1', resultaat: assessed(), verzendingsdatum: on })),
      of('BeroepsbeslissingGenomenV1', (on) => ({ beroepsnummer: 'B1', uitkomst: decided(), beslissingsdatum: on })),
    ],
  };
}

/** An act of the civil registry, for a birth, a marriage or a death. */
const act = (akteReferentie: string, akteType: string, on: string, rollen: readonly object[]) => ({
  ...{ akteReferentie, akteType, gebeurtenisdatum: on, ondertekendOp: at(on), gemeenteNis: '24062' },
  ...{ woonplaatsNis: '24055', betrokkenen: rollen, wachtOpIdentificatie: akteType === 'GEBOORTE' },
  tijdstipRegistratie: at(on),
});
const base = { beheerderNis: '24055', bron: 'OVO027248', dataref: '/v1/personen/x?informatietype=IT001' };

function birth(_: Dice, akte: string): Story {
  const child = { rol: 'KIND', subjectPseudoniem: null };
  const parent = { rol: 'OUDER', subjectPseudoniem: 'p1.ouder' };
  const number = (on: string) => ({
    ...{ ...base, subjectPseudoniem: `kind.${akte}`, soort: 'RIJKSREGISTERNUMMER', aanleiding: 'GEBOORTE' },
    ...{ akteReferentie: akte, ingangsdatum: on, tijdstipRegistratie: at(on) },
  });
  return {
    begin: ['AkteOndertekendV1', (on) => act(akte, 'GEBOORTE', on, [child, parent])],
    then: [['IdentificatieToegekendV1', number]],
    within: 40,
  };
}

function death(_: Dice, akte: string): Story {
  const subjectPseudoniem = `dood.${akte}`;
  const revoked = (on: string) => ({
    ...{ ...base, subjectPseudoniem, akteReferentie: akte, reden: 'VERKEERDE_PERSOON', herroepenOp: on },
    tijdstipRegistratie: at(on),
  });
  return {
    begin: ['AkteOndertekendV1', (on) => act(akte, 'OVERLIJDEN', on, [{ rol: 'OVERLEDENE', subjectPseudoniem }])],
    then: [['OverlijdenHerroepenV1', revoked]],
    within: 20,
  };
}

function marriage(_: Dice, akte: string): Story {
  const pair = [`${akte}.a`, `${akte}.b`];
  const declared = (on: string) => ({
    ...{ akteReferentie: akte, aangiftedatum: on, vroegsteDatum: on, uitersteDatum: on, uitgesteld: false },
    ...{ betrokkenen: pair, gemeenteNis: '24055', tijdstipRegistratie: at(on) },
  });
  const rollen = pair.map((subjectPseudoniem) => ({ rol: 'ECHTGENOOT', subjectPseudoniem }));
  return {
    begin: ['HuwelijkAangegevenV1', declared],
    then: [['AkteOndertekendV1', (on) => act(`A-${akte}`, 'HUWELIJK', on, rollen)]],
    within: 220,
  };
}

const stories = [verhuis, verhuis, verhuis, permit, permit, birth, death, marriage];

/** Cases of the real chains: some silent, some told twice or early, on any day. */
export function realPlay(dice: Dice): Play {
  const first = dice.pick(beginnings);
  const script = Array.from({ length: 3 + dice.below(3) }, (_, n) => {
    const dossier = `D-${n}`;
    const { begin, then, within } = dice.pick(stories)(dice, dossier);
    const day = dice.below(3);
    const told = then.filter(() => !dice.oneIn(4));
    const tell = ([name, payload]: Told, on: number, id: string): Scripted => {
      const event: Event = fact(name, `${dossier}-${id}`, payload(addDays(first, on)));
      return { day: on, event, dossier };
    };
    return [tell(begin, day, 'begin'), ...told.map((one, m) => tell(one, dice.below(within), `then-${m}`))];
  }).flat();
  const twice = script.flatMap((s) => (dice.oneIn(4) ? [s, { ...s, day: s.day + dice.below(2) }] : [s]));
  return {
    definitions,
    script: twice,
    startAt: startOfDay(first),
    days: Math.max(...twice.map((s) => s.day)) + 25,
    bugs: false,
  };
}

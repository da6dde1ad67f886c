import { chain, type Act, type ChainDefinition, type Context, type Outcome } from '@kruispunt/chain-engine';
import { ev, type GegevenGemuteerdV1 } from '@kruispunt/contracts';
import { addWorkingDays, civilDateAt, dueDate, startTerm, type CivilDate } from '@kruispunt/term';

/** What differs between places where the chain runs, and not between cases. */
export interface GeboorteSettings {
  /** Where `dataref` of a person begins; the pseudonym and the information type follow. */
  readonly datarefBase: string;
}

/** What a birth remembers: the act, and after it the pseudonym of the child. No name, no parent. */
export interface Geboorte {
  readonly akteReferentie: string;
  readonly geboortedatum: CivilDate;
  readonly aktedatum: CivilDate;
  /** Last day to declare: day 15, or the next working day. */
  readonly uitersteAangifte: CivilDate;
  readonly tijdig: boolean;
  readonly gemeenteNis: string;
  /** Where the child will live: the municipality that registers it. */
  readonly woonplaatsNis: string;
  readonly kind: string | null;
  /** The day on which the receivers were told. */
  readonly verteldOp: CivilDate | null;
}

/** Working days that an official has for a task; a reminder of our own, not of the law. */
const taakWerkdagen = 1;

/**
 * A birth (old Civil Code, book I): the act is signed, the National Register gives a number, the child is registered where it lives.
 * Who pays a benefit or cares confirms that it heard; who does not is looked for alone. Correlated by the act and never by name and date.
 * An act of a stillborn child starts nothing: nobody who pays a benefit hears of it.
 */
export function geboorte({ datarefBase }: GeboorteSettings): ChainDefinition {
  return (
    chain('geboorte', { version: 2, owner: 'OVO002949', events: ev })
      .state<Geboorte>({ dossier: (v) => v.akteReferentie, gemeente: (v) => v.woonplaatsNis })
      .key('akte', {
        of: (v) => [v.akteReferentie],
        from: {
          AkteOndertekendV1: (e) => (e.akteType === 'GEBOORTE' ? [e.akteReferentie] : []),
          IdentificatieToegekendV1: (e) =>
            e.aanleiding === 'GEBOORTE' && e.akteReferentie !== null ? [e.akteReferentie] : [],
        },
        early: 'park',
        afterEnd: 'keep',
      })

      .start('AkteOndertekendV1', { key: 'akte', toestand: 'AkteOndertekend', to: ['akte'] }, (e) => {
        const geboortedatum = e.gebeurtenisdatum ?? civilDateAt(Date.parse(e.ondertekendOp));
        const aktedatum = civilDateAt(Date.parse(e.ondertekendOp));
        const uitersteAangifte = dueDate(startTerm({ rule: 'geboorte.aangifte', anchor: geboortedatum })) ?? aktedatum;
        const { akteReferentie, gemeenteNis } = e;
        const kind = e.betrokkenen.find((b) => b.rol === 'KIND')?.subjectPseudoniem ?? null;
        return {
          vars: {
            ...{ akteReferentie, geboortedatum, aktedatum, uitersteAangifte, gemeenteNis, kind },
            tijdig: aktedatum <= uitersteAangifte,
            woonplaatsNis: e.woonplaatsNis ?? gemeenteNis,
            verteldOp: null,
          },
          to: 'akte',
        };
      })

      .step('akte', { to: ['identificatie', 'inschrijven'] }, (v) => ({
        uitkomst: v.tijdig ? 'TIJDIG' : 'LAATTIJDIG',
        to: v.kind === null ? 'identificatie' : 'inschrijven',
      }))

      // The register of acts can fail to pass an act on: then somebody looks, and the number still counts when it comes.
      .wait('identificatie', { toestand: 'WachtOpIdentificatie' }, (w) =>
        w
          .event('IdentificatieToegekendV1', { to: ['inschrijven'] }, (_, e) => ({
            set: { kind: e.subjectPseudoniem },
            uitkomst: e.soort,
            to: 'inschrijven',
          }))
          .term('geboorte.identificatie', { from: (v) => v.aktedatum, to: ['geescaleerd'] }, (_, c) => ({
            acts: [taak('GEEN_IDENTIFICATIE', c.today)],
            to: 'geescaleerd',
          })),
      )
      .wait('geescaleerd', {}, (w) =>
        w.event('IdentificatieToegekendV1', { to: ['inschrijven'] }, (_, e) => ({
          set: { kind: e.subjectPseudoniem },
          acts: [{ act: 'close-task', task: identificatie.task }],
          uitkomst: e.soort,
          to: 'inschrijven',
        })),
      )

      .step('inschrijven', { to: ['ingeschreven'] }, (v, c) => ({
        set: { verteldOp: c.today },
        acts: (['IT001', 'IT020'] as const).flatMap((informatietype) => toegevoegd(v, informatietype, datarefBase)),
        to: 'ingeschreven',
      }))
      .parallel('ingeschreven', { toestand: 'Ingeschreven' }, (p) =>
        p
          .branch('groeipakket', 'groeipakket')
          .branch('ziekenfonds', 'ziekenfonds')
          .branch('opgroeien', 'opgroeien')
          .join('all', { to: ['bekend'] }, () => ({ uitkomst: 'ALLEN_BEVESTIGD', to: 'bekend' })),
      )
      .task('groeipakket', { role: 'groeipakket' }, (t) =>
        t
          .answered({ to: [] }, () => ({ done: true }))
          .term('geboorte.ontvangst', { from: (v) => v.verteldOp ?? v.aktedatum, to: [] }, nietBevestigd),
      )
      .task('ziekenfonds', { role: 'ziekenfonds' }, (t) =>
        t
          .answered({ to: [] }, () => ({ done: true }))
          .term('geboorte.ontvangst', { from: (v) => v.verteldOp ?? v.aktedatum, to: [] }, nietBevestigd),
      )
      .task('opgroeien', { role: 'opgroeien' }, (t) =>
        t
          .answered({ to: [] }, () => ({ done: true }))
          .term('geboorte.ontvangst', { from: (v) => v.verteldOp ?? v.aktedatum, to: [] }, nietBevestigd),
      )
      .end('bekend', { toestand: 'Ingeschreven' })

      .build()
  );
}

/** That there is something to know of the child, and never what. */
function toegevoegd(v: Geboorte, informatietype: 'IT001' | 'IT020', datarefBase: string): readonly Act[] {
  if (v.kind === null) return [];
  const facts: Omit<GegevenGemuteerdV1, 'tijdstipRegistratie'> = {
    subjectPseudoniem: v.kind,
    informatietype,
    actie: 'TOEGEVOEGD',
    ingangsdatum: v.geboortedatum,
    beheerderNis: v.woonplaatsNis,
    bron: 'OVO027248',
    dataref: `${datarefBase}/${encodeURIComponent(v.kind)}?informatietype=${informatietype}`,
  };
  return [
    { act: 'publish', event: 'GegevenGemuteerdV1', subject: `urn:kruispunt:persoon:${v.kind}`, data: { ...facts } },
  ];
}

/** A receiver did not say that it heard: that one is looked for, and the others go on. */
const nietBevestigd = (_: Geboorte, c: Context): Outcome<Geboorte, never> => ({
  uitkomst: 'NIET_BEVESTIGD',
  acts: [taak('NIET_BEVESTIGD', c.today, { task: `ontvangst-${c.token}`, role: 'dienstenintegrator' })],
});

const identificatie = { task: 'identificatie', role: 'ambtenaar-burgerlijke-stand' };

const taak = (reden: string, today: CivilDate, whose = identificatie): Act => ({
  act: 'open-task',
  ...whose,
  reden,
  dueOn: addWorkingDays(today, taakWerkdagen),
});

import { chain, type Act, type ChainDefinition } from '@kruispunt/chain-engine';
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
}

/** Working days that an official has for a task; a reminder of our own, not of the law. */
const taakWerkdagen = 1;

/**
 * A birth (old Civil Code, book I): the act is signed, the National Register gives a number, the child is registered where it lives.
 * Correlated by the act and never by name and date. An act of a stillborn child starts nothing: nobody who pays a benefit hears of it.
 */
export function geboorte({ datarefBase }: GeboorteSettings): ChainDefinition {
  return (
    chain('geboorte', { version: 1, owner: 'OVO002949', events: ev })
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
          uitkomst: e.soort,
          to: 'inschrijven',
        })),
      )

      .step('inschrijven', { to: ['ingeschreven'] }, (v) => ({
        acts: (['IT001', 'IT020'] as const).flatMap((informatietype) => toegevoegd(v, informatietype, datarefBase)),
        to: 'ingeschreven',
      }))
      .end('ingeschreven', { toestand: 'Ingeschreven' })

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

const taak = (reden: string, today: CivilDate): Act => ({
  act: 'open-task',
  task: 'identificatie',
  role: 'ambtenaar-burgerlijke-stand',
  reden,
  dueOn: addWorkingDays(today, taakWerkdagen),
});

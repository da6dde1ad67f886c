import { chain, type Act, type ChainDefinition, type Outcome } from '@kruispunt/chain-engine';
import { ev, type AkteOndertekendV1, type GegevenGemuteerdV1, type HuwelijkAangegevenV1 } from '@kruispunt/contracts';
import { addWorkingDays, civilDateAt, type CivilDate } from '@kruispunt/term';
import { hervat, huwelijkVan, inVenster, type Huwelijk } from './venster.js';

/** What differs between places where the chain runs, and not between cases. */
export interface HuwelijkSettings {
  /** Where `dataref` of a person begins; the pseudonym and the information type follow. */
  readonly datarefBase: string;
}

/** Working days that an official has for a task; a reminder of our own, not of the law. */
const taakWerkdagen = 5;
const naAkteTargets = ['huwen', 'buiten-venster'] as const;
const naUitstelTargets = ['wachttijd', 'venster'] as const;

/**
 * A marriage (old Civil Code, book I): declared, fourteen days of waiting, six months in which the act may be drawn up, and the civil
 * status of both in one breath. While the registrar postpones, the window stands still. When it lapses, the declaration has.
 */
export function huwelijk({ datarefBase }: HuwelijkSettings): ChainDefinition {
  return (
    chain('huwelijk', { version: 1, owner: 'OVO002949', events: ev })
      .state<Huwelijk>({ dossier: (v) => v.akteReferentie, gemeente: (v) => v.gemeenteNis })
      .key('aangifte', {
        of: (v) => [v.akteReferentie],
        from: { HuwelijkAangegevenV1: (e) => [e.akteReferentie] },
        early: 'park',
        afterEnd: 'keep',
      })
      // The act of marriage is another act than the declaration: its spouses tell which.
      .key('echtgenoot', {
        of: (v) => v.betrokkenen,
        from: { AkteOndertekendV1: (e) => (e.akteType === 'HUWELIJK' ? echtgenoten(e) : []) },
        early: 'park',
        afterEnd: 'drop',
        holders: 'many',
      })

      .start('HuwelijkAangegevenV1', { key: 'aangifte', toestand: 'Aangegeven', to: ['aangifte'] }, (e) => ({
        vars: huwelijkVan(e),
        to: 'aangifte',
      }))
      .step('aangifte', { to: ['wachttijd', 'uitgesteld'] }, (v) => ({
        uitkomst: 'AANGEGEVEN',
        to: v.uitgesteldOp === null ? 'wachttijd' : 'uitgesteld',
      }))

      .wait('wachttijd', { toestand: 'Aangegeven' }, (w) =>
        w
          .event('HuwelijkAangegevenV1', { to: ['uitgesteld'] }, naUitstel)
          .event('AkteOndertekendV1', { to: naAkteTargets }, (v, e, c) => naAkte(v, e, c.today))
          .term('huwelijk.wachttijd', { from: (v) => v.wachttijdVan, to: ['venster'] }, () => ({ to: 'venster' })),
      )
      .wait('venster', { toestand: 'VensterOpen' }, (w) =>
        w
          .event('HuwelijkAangegevenV1', { to: ['uitgesteld'] }, naUitstel)
          .event('AkteOndertekendV1', { to: naAkteTargets }, (v, e, c) => naAkte(v, e, c.today))
          .term('huwelijk.venster', { from: (v) => v.vensterVan, remindBefore: [14], to: ['vervallen'] }, () => ({
            to: 'vervallen',
          })),
      )
      .wait('uitgesteld', { toestand: 'Uitgesteld' }, (w) =>
        w.event('HuwelijkAangegevenV1', { to: naUitstelTargets }, (v, e) => {
          if (e.uitgesteld) return { ignore: 'al uitgesteld' };
          const { wachttijdOver, ...set } = hervat(v, civilDateAt(Date.parse(e.tijdstipRegistratie)));
          return { uitkomst: 'HERVAT', set, to: wachttijdOver ? 'venster' : 'wachttijd' };
        }),
      )

      // The declaration has lapsed; an act of before that day may still be on its way.
      .wait('vervallen', { toestand: 'Vervallen' }, (w) =>
        w
          .event('AkteOndertekendV1', { to: naAkteTargets }, (v, e, c) => naAkte(v, e, c.today))
          .term('huwelijk.nakomende-akte', { from: (v) => v.uiterste, to: ['definitief-vervallen'] }, () => ({
            to: 'definitief-vervallen',
          })),
      )
      .end('definitief-vervallen', { toestand: 'Vervallen', reden: 'LAPSED' })

      // An act outside the window exists all the same: a person decides what it is worth (the prosecutor may have given leave).
      .wait('buiten-venster', { toestand: 'BuitenVenster' }, (w) =>
        w.event('AkteOndertekendV1', { to: naAkteTargets }, (v, e, c) => naAkte(v, e, c.today)),
      )

      .step('huwen', { to: ['gehuwd'] }, (v) => ({ acts: gehuwd(v, datarefBase), to: 'gehuwd' }))
      .end('gehuwd', { toestand: 'Gehuwd' })

      .build()
  );
}

const echtgenoten = (e: AkteOndertekendV1): readonly string[] =>
  e.betrokkenen.flatMap((b) => (b.rol === 'ECHTGENOOT' && b.subjectPseudoniem !== null ? [b.subjectPseudoniem] : []));

/** The registrar postpones: the window stands still from that day. */
const naUitstel = (_: Huwelijk, e: HuwelijkAangegevenV1): Outcome<Huwelijk, 'uitgesteld'> =>
  e.uitgesteld
    ? {
        uitkomst: 'UITGESTELD',
        set: { uitgesteldOp: civilDateAt(Date.parse(e.tijdstipRegistratie)) },
        to: 'uitgesteld',
      }
    : { ignore: 'al gestart' };

/** An act of these two, on a day inside the window. */
function naAkte(v: Huwelijk, e: AkteOndertekendV1, today: CivilDate): Outcome<Huwelijk, 'huwen' | 'buiten-venster'> {
  const both = echtgenoten(e);
  if (!v.betrokkenen.every((p) => both.includes(p))) return { ignore: 'akte van een ander paar' };
  const on = e.gebeurtenisdatum ?? civilDateAt(Date.parse(e.ondertekendOp));
  if (inVenster(v, on)) return { uitkomst: 'GEHUWD', set: { gehuwdOp: on }, to: 'huwen' };
  const dueOn = addWorkingDays(today, taakWerkdagen);
  const role = 'ambtenaar-burgerlijke-stand';
  return {
    uitkomst: 'BUITEN_VENSTER',
    acts: [{ act: 'open-task', task: 'venster', role, reden: 'AKTE_BUITEN_VENSTER', dueOn }],
    to: 'buiten-venster',
  };
}

/** That the civil status of both changed, in one transaction: nobody ever hears of half a marriage. */
const gehuwd = (v: Huwelijk, datarefBase: string): readonly Act[] =>
  v.betrokkenen.map((subjectPseudoniem) => {
    const facts: Omit<GegevenGemuteerdV1, 'tijdstipRegistratie'> = {
      subjectPseudoniem,
      informatietype: 'IT120',
      actie: 'GEWIJZIGD',
      ingangsdatum: v.gehuwdOp,
      beheerderNis: null,
      bron: 'OVO027248',
      dataref: `${datarefBase}/${encodeURIComponent(subjectPseudoniem)}?informatietype=IT120`,
    };
    const subject = `urn:kruispunt:persoon:${subjectPseudoniem}`;
    return { act: 'publish', event: 'GegevenGemuteerdV1', subject, data: { ...facts }, gemeente: null };
  });

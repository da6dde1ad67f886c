import { chain, type Act, type ChainDefinition, type Outcome } from '@kruispunt/chain-engine';
import { ev, type WoonstcontroleUitgevoerdV1 } from '@kruispunt/contracts';
import { addWorkingDays } from '@kruispunt/term';
import { beheerderOp } from './beheerder.js';
import {
  hoofdverblijfGemuteerd,
  inschrijvingGeweigerd,
  inschrijvingVoltooid,
  woonstcontroleAangevraagd,
} from './publicaties.js';
import { domiciliestatus, ingehaaldDoor, verhuizingVan, type Verhuizing } from './verhuizing.js';

/** What differs between places where the chain runs, and not between cases. */
export interface VerhuisSettings {
  /** Where `dataref` of a person begins; the pseudonym and the information type follow. */
  readonly datarefBase: string;
  /** Version of the term rule `verhuis.woonstcontrole`; the newest when absent. */
  readonly regelversie?: string;
}

/** Residence checks before a person must look at the case (domain.md §4.1 step 3). */
const controlesMax = 3;
/** Working days that an official has for an escalated case; a reminder of our own, not of the law. */
const taakWerkdagen = 5;

const naControle = ['inschrijven', 'weigeren', 'geescaleerd'] as const;
type NaControle = (typeof naControle)[number];

/**
 * The change of main residence (wet 19-07-1991, KB 16-07-1992): declared, checked by the district officer, registered on the
 * day of the declaration or refused; overtaken by a later declaration of the same person; never registered by silence.
 */
export function verhuis({ datarefBase, regelversie }: VerhuisSettings): ChainDefinition {
  const gemuteerd = (v: Verhuizing, actie: 'GEWIJZIGD' | 'GEANNULEERD', beheerderNis: string | null) =>
    hoofdverblijfGemuteerd(v, { actie, datarefBase, beheerderNis });

  return (
    chain('verhuis', { version: 1, owner: 'OVO002949', events: ev })
      .state<Verhuizing>({ dossier: (v) => v.dossier, gemeente: (v) => v.nisNieuw })
      .key('dossier', {
        of: (v) => [v.dossier],
        from: {
          AdreswijzigingAangegevenV1: (e) => [e.dossier],
          WoonstcontroleAangevraagdV1: (e) => [e.dossier],
          WoonstcontroleUitgevoerdV1: (e) => [e.dossier],
        },
        early: 'park',
        afterEnd: 'keep',
      })
      .key('persoon', {
        of: (v) => v.subjectPseudoniemen,
        from: { AdreswijzigingAangegevenV1: (e) => e.subjectPseudoniemen },
        early: 'offer',
        afterEnd: 'drop',
        holders: 'many',
      })
      .key('gemeente', {
        of: (v) => [v.nisNieuw],
        from: { GemeenteGefusioneerdV1: (e) => [e.vanNis] },
        early: 'pass',
        afterEnd: 'drop',
        holders: 'many',
      })

      .start('AdreswijzigingAangegevenV1', { key: 'dossier', toestand: 'Aangegeven', to: ['aangifte'] }, (e) => ({
        vars: verhuizingVan(e),
        to: 'aangifte',
      }))

      .step('aangifte', { to: ['controle-vragen', 'vertrek'] }, (v) => ({
        uitkomst: v.tijdig === false ? 'LAATTIJDIG' : 'AANGEGEVEN',
        acts: v.wijziging === 'NAAR_BUITENLAND' ? [] : gemuteerd(v, 'GEWIJZIGD', v.nisNieuw),
        to: v.wijziging === 'NAAR_BUITENLAND' ? 'vertrek' : 'controle-vragen',
      }))

      .step('controle-vragen', { to: ['woonstcontrole'] }, (v) => ({
        set: { poging: 1 },
        acts: [woonstcontroleAangevraagd(v, 1, regelversie)],
        to: 'woonstcontrole',
      }))

      .wait('woonstcontrole', {}, (w) =>
        w
          // The request counts as made when it is read back from the log: what is not there, nobody was asked.
          .event('WoonstcontroleAangevraagdV1', { to: [] }, () => ({ toestand: 'ControleAangevraagd' }))
          .event('WoonstcontroleUitgevoerdV1', { to: naControle }, (v, e) => naVerslag(v, e, regelversie))
          .term(
            'verhuis.woonstcontrole',
            { from: (v) => v.aangiftedatum, version: () => regelversie, remindBefore: [3], to: ['geescaleerd'] },
            (_, c) => ({
              toestand: 'TermijnVerstreken',
              acts: [taak('TERMIJN_VERSTREKEN', c.today)],
              to: 'geescaleerd',
            }),
          ),
      )

      // A person looks at it. What the officer reports later still counts; only the term is over.
      .wait('geescaleerd', {}, (w) =>
        w.event('WoonstcontroleUitgevoerdV1', { to: ['inschrijven', 'weigeren'] }, (_, e) => naLaatVerslag(e)),
      )

      .step('inschrijven', { to: ['ingeschreven'] }, (v, c) => {
        const nisNieuw = beheerderOp(v.nisNieuw, c.today);
        const now: Verhuizing = {
          ...v,
          nisNieuw,
          ingangsdatum: v.aangiftedatum,
          domiciliestatus: domiciliestatus('Bevestigd'),
        };
        return {
          set: { nisNieuw, ingangsdatum: now.ingangsdatum, domiciliestatus: now.domiciliestatus },
          acts: [inschrijvingVoltooid(now), ...gemuteerd(now, 'GEWIJZIGD', nisNieuw)],
          to: 'ingeschreven',
        };
      })
      .end('ingeschreven', { toestand: 'Ingeschreven' })

      .step('weigeren', { to: ['afgewezen'] }, (v, c) => ({
        acts: [
          inschrijvingGeweigerd(v, c.today),
          ...gemuteerd(v, 'GEANNULEERD', v.nisOud),
          { act: 'compensate', reden: 'NIET_BEVESTIGD', events: c.published('GegevenGemuteerdV1') },
        ],
        to: 'afgewezen',
      }))
      .end('afgewezen', { toestand: 'Afgewezen', reden: 'NIET_BEVESTIGD' })

      // Who leaves the country is not checked: the declaration itself is what the register needs.
      .step('vertrek', { to: ['doorgegeven'] }, (v) => ({
        set: { ingangsdatum: v.aangiftedatum },
        acts: gemuteerd(v, 'GEWIJZIGD', v.nisOud),
        to: 'doorgegeven',
      }))
      .end('doorgegeven', { toestand: 'Doorgegeven' })

      .always('AdreswijzigingAangegevenV1', { to: ['ingehaald'] }, (v, e, c) => {
        const ingehaald = ingehaaldDoor(v, e);
        if (ingehaald.length === 0) return { ignore: 'geen latere aangifte van dezelfde persoon' };
        const subjectPseudoniemen = v.subjectPseudoniemen.filter((p) => !ingehaald.includes(p));
        if (subjectPseudoniemen.length > 0) return { set: { subjectPseudoniemen }, uitkomst: 'DEELS_INGEHAALD' };
        return {
          acts: [
            {
              act: 'compensate',
              reden: 'INGEHAALD',
              events: [...c.published('WoonstcontroleAangevraagdV1'), ...c.published('GegevenGemuteerdV1')],
            },
          ],
          uitkomst: 'INGEHAALD',
          to: 'ingehaald',
        };
      })
      .end('ingehaald', { toestand: 'Ingetrokken', reden: 'INGEHAALD' })

      // An announcement changes nothing yet: at the registration the table of mergers is asked again.
      .always('GemeenteGefusioneerdV1', { to: [] }, (_, e, c) =>
        e.ingangsdatum > c.today
          ? { ignore: 'de fusie gaat later in' }
          : { set: { nisNieuw: e.naarNis }, uitkomst: 'FUSIE' },
      )

      .build()
  );
}

/** A person who cannot be found is looked for again, at most three times; then an official decides what to do. */
function naVerslag(
  v: Verhuizing,
  { resultaat, controledatum }: WoonstcontroleUitgevoerdV1,
  regelversie: string | undefined,
): Outcome<Verhuizing, NaControle> {
  switch (resultaat) {
    case 'BEVESTIGD':
      return { uitkomst: resultaat, toestand: 'Bevestigd', to: 'inschrijven' };
    case 'NIET_BEVESTIGD':
      return { uitkomst: resultaat, to: 'weigeren' };
    case 'NIET_AANGETROFFEN': {
      if (v.poging >= controlesMax)
        return { uitkomst: resultaat, acts: [taak(resultaat, controledatum)], to: 'geescaleerd' };
      const poging = v.poging + 1;
      return { uitkomst: resultaat, set: { poging }, acts: [woonstcontroleAangevraagd(v, poging, regelversie)] };
    }
    case 'UITZONDERING':
      return { uitkomst: resultaat, acts: [taak('ONBEKEND_RESULTAAT', controledatum)], to: 'geescaleerd' };
    default:
      return resultaat satisfies never;
  }
}

/** The task is closed when the chain ends; a report that decides nothing is stored and leaves it open. */
function naLaatVerslag({ resultaat }: WoonstcontroleUitgevoerdV1): Outcome<Verhuizing, 'inschrijven' | 'weigeren'> {
  switch (resultaat) {
    case 'BEVESTIGD':
      return { uitkomst: resultaat, toestand: 'Bevestigd', to: 'inschrijven' };
    case 'NIET_BEVESTIGD':
      return { uitkomst: resultaat, to: 'weigeren' };
    default:
      return { uitkomst: resultaat };
  }
}

const taak = (reden: string, from: string): Act => ({
  act: 'open-task',
  task: 'woonstcontrole',
  role: 'ambtenaar-burgerzaken',
  reden,
  dueOn: addWorkingDays(from, taakWerkdagen),
});

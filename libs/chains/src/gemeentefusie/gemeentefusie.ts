import { chain, type Act, type ChainDefinition } from '@kruispunt/chain-engine';
import { ev, type GemeenteGefusioneerdV1 } from '@kruispunt/contracts';
import { addDays, addWorkingDays, type CivilDate } from '@kruispunt/term';

/** What a merger remembers of one old code: the fact as the register told it. */
export type Fusie = GemeenteGefusioneerdV1;

/** Days before its date at which everybody who prepares for it is told. */
const aankondiging = 90;
/** Working days that an official has for a task; a reminder of our own, not of the law. */
const taakWerkdagen = 5;

/**
 * A merger of municipalities (decreet lokaal bestuur 22-12-2017), for one old code. The register may tell it ahead, on its date or after.
 * Told ahead, it acts at the first moment of its date in Brussels: the chain then says the same fact again, and every open dossier
 * of the old code takes that, as it takes a fact that is told on its date. What stays to be done is asked of people, each on its own.
 */
export function gemeentefusie(): ChainDefinition {
  return (
    chain('gemeentefusie', { version: 1, owner: 'OVO002949', events: ev })
      .state<Fusie>({ dossier: dossierVan, gemeente: (v) => v.vanNis })
      .key('fusie', {
        of: (v) => [dossierVan(v)],
        from: { GemeenteGefusioneerdV1: (e) => [dossierVan(e)] },
        early: 'pass',
        afterEnd: 'keep',
      })
      // Another date or another successor for the same old code: only one of two announcements can come true.
      .key('gemeente', {
        of: (v) => [v.vanNis],
        from: { GemeenteGefusioneerdV1: (e) => [e.vanNis] },
        early: 'pass',
        afterEnd: 'drop',
        holders: 'many',
      })

      .start('GemeenteGefusioneerdV1', { key: 'fusie', toestand: 'Gemeld', to: ['melding'] }, (e) => ({
        vars: e,
        to: 'melding',
      }))
      .step('melding', { to: ['aangekondigd', 'verdeeld'] }, (v, c) =>
        v.ingangsdatum > c.today
          ? { uitkomst: 'AANGEKONDIGD', to: 'aangekondigd' }
          : { uitkomst: 'INGEGAAN', to: 'verdeeld' },
      )

      .wait('aangekondigd', { toestand: 'Aangekondigd' }, (w) =>
        w
          .event('GemeenteGefusioneerdV1', { to: ['vervangen'] }, (v, e) =>
            dossierVan(e) !== dossierVan(v) && e.tijdstipRegistratie >= v.tijdstipRegistratie
              ? { uitkomst: 'VERVANGEN', to: 'vervangen' }
              : { ignore: 'geen latere aankondiging' },
          )
          .term(
            'fusie.ingang',
            { from: (v) => addDays(v.ingangsdatum, -1), remindBefore: [aankondiging], to: ['ingaan'] },
            () => ({ to: 'ingaan' }),
          ),
      )
      .end('vervangen', { toestand: 'Vervangen', reden: 'VERVANGEN' })

      .step('ingaan', { to: ['verdeeld'] }, (v) => ({ acts: [gefusioneerd(v)], uitkomst: 'INGEGAAN', to: 'verdeeld' }))

      // A kept code changes no key: its territory is wider, and nothing has to be carried over.
      .step('verdeeld', { to: ['overgang', 'behouden'] }, (v) =>
        v.vanNis === v.naarNis ? { uitkomst: 'CODE_BEHOUDEN', to: 'behouden' } : { to: 'overgang' },
      )
      .end('behouden', { toestand: 'Doorgevoerd', reden: 'CODE_BEHOUDEN' })

      // Old and new code hold beside each other until each of these is done; whoever is late is asked by name, and the others go on.
      .parallel('overgang', { toestand: 'Ingegaan' }, (p) =>
        p
          .branch('adressen', 'adressen')
          .branch('inschrijvingen', 'inschrijvingen')
          .branch('beheerders', 'beheerders')
          .join('all', { to: ['doorgevoerd'] }, () => ({ to: 'doorgevoerd' }))
          .term('fusie.overgang', { from: (v) => v.ingangsdatum, remindBefore: [30], to: [] }, (_, c) => ({
            uitkomst: 'OVERGANG_VERSTREKEN',
            acts: [taak(c.today)],
          })),
      )
      // Streets and addresses of the old code have their successors in the register (`*-getransformeerd`, GEMEENTEFUSIE).
      .task('adressen', { role: 'adressenregister' }, (t) => t.answered({ to: [] }, () => ({ done: true })))
      // Filters and grants by the old code name the new one too; a filter by the old code alone would go silent.
      .task('inschrijvingen', { role: 'dienstenintegrator' }, (t) => t.answered({ to: [] }, () => ({ done: true })))
      // The administrator of each inhabitant is the new code (IT001, fusiecode 1): a merger and no move.
      .task('beheerders', { role: 'rijksregister' }, (t) => t.answered({ to: [] }, () => ({ done: true })))
      .end('doorgevoerd', { toestand: 'Doorgevoerd' })

      .build()
  );
}

const dossierVan = (e: Pick<Fusie, 'vanNis' | 'naarNis' | 'ingangsdatum'>): string =>
  `FUSIE-${e.vanNis}-${e.naarNis}-${e.ingangsdatum}`;

/** The fact as the register told it, said again at its date. The engine adds the moment of registration. */
function gefusioneerd({ tijdstipRegistratie: _, ...facts }: Fusie): Act {
  const subject = `https://data.vlaanderen.be/id/gemeente/${facts.vanNis}`;
  return { act: 'publish', event: 'GemeenteGefusioneerdV1', subject, data: facts };
}

const taak = (today: CivilDate): Act => ({
  act: 'open-task',
  task: 'overgang',
  role: 'dienstenintegrator',
  reden: 'OVERGANG_VERSTREKEN',
  dueOn: addWorkingDays(today, taakWerkdagen),
});

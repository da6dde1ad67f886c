import { chain, type Act, type ChainDefinition, type Context, type Outcome } from '@kruispunt/chain-engine';
import { ev, type AkteOndertekendV1, type GegevenGemuteerdV1 } from '@kruispunt/contracts';
import { addWorkingDays, civilDateAt, type CivilDate } from '@kruispunt/term';

/** What differs between places where the chain runs, and not between cases. */
export interface OverlijdenSettings {
  /** Where `dataref` of a person begins; the pseudonym and the information type follow. */
  readonly datarefBase: string;
}

/** What a death remembers: the act, and whose it is by pseudonym. No cause, no next of kin. */
export interface Overlijden {
  readonly akteReferentie: string;
  readonly persoon: string | null;
  readonly overlijdensdatum: CivilDate;
  /** The municipality that administers the person: of residence, else of the act. */
  readonly beheerderNis: string;
  /** The day on which the receivers were told last: of the death, or of its revocation. */
  readonly verteldOp: CivilDate;
}

/** Working days that an official has for a task; a reminder of our own, not of the law. */
const taakWerkdagen = 1;

/**
 * A death (old Civil Code, book I): the act is signed, the person's file closes, and each receiver confirms that it heard; who does not is
 * looked for alone. Never sent on to another person: an act without one, or a revocation that names another, stops and waits for an
 * official. A death can be revoked at any time: what was told is undone, and the case is open until everybody confirmed that too.
 */
export function overlijden({ datarefBase }: OverlijdenSettings): ChainDefinition {
  return (
    chain('overlijden', { version: 2, owner: 'OVO002949', events: ev })
      .state<Overlijden>({ dossier: (v) => v.akteReferentie, gemeente: (v) => v.beheerderNis })
      .key('akte', {
        of: (v) => [v.akteReferentie],
        from: {
          AkteOndertekendV1: (e) => (e.akteType === 'OVERLIJDEN' ? [e.akteReferentie] : []),
          OverlijdenHerroepenV1: (e) => [e.akteReferentie],
        },
        early: 'park',
        afterEnd: 'keep',
      })

      .start('AkteOndertekendV1', { key: 'akte', toestand: 'AkteOndertekend', to: ['akte'] }, (e, c) => ({
        vars: overlijdenVan(e, c.today),
        to: 'akte',
      }))
      .step('akte', { to: ['verwerken', 'zonder-persoon'] }, (v, c) =>
        v.persoon === null
          ? {
              uitkomst: 'ZONDER_PERSOON',
              acts: [taak('persoon', 'AKTE_ZONDER_PERSOON', c.today)],
              to: 'zonder-persoon',
            }
          : { uitkomst: 'OVERLEDEN', to: 'verwerken' },
      )
      .wait('zonder-persoon', {}, (w) =>
        w.event('OverlijdenHerroepenV1', { to: ['niet-verteld'] }, () => ({
          uitkomst: 'HERROEPEN',
          to: 'niet-verteld',
        })),
      )
      .end('niet-verteld', { toestand: 'Herroepen', reden: 'HERROEPEN' })

      .step('verwerken', { to: ['overleden', 'terugdraaien'] }, (v) => ({
        acts: gemuteerd(v, 'GEWIJZIGD', datarefBase),
        undo: 'terugdraaien',
        to: 'overleden',
      }))
      .parallel('overleden', { toestand: 'Overleden' }, (p) =>
        p
          .branch('pensioen', 'pensioen')
          .branch('ziekenfonds', 'ziekenfonds')
          .branch('groeipakket', 'groeipakket')
          .join('all', { to: [] }, () => ({ uitkomst: 'ALLEN_BEVESTIGD' }))
          .event('OverlijdenHerroepenV1', { to: ['herroepen'] }, (v, e, c) =>
            e.subjectPseudoniem === v.persoon
              ? {
                  uitkomst: e.reden,
                  set: { verteldOp: c.today },
                  compensate: { reden: 'OVERLIJDEN_HERROEPEN', then: 'herroepen' },
                }
              : { uitkomst: 'ANDERE_PERSOON', acts: [taak('persoon', 'HERROEPING_ANDERE_PERSOON', c.today)] },
          ),
      )
      .task('pensioen', { role: 'pensioendienst' }, (t) =>
        t
          .answered({ to: [] }, () => ({ done: true }))
          .term('overlijden.ontvangst', { from: (v) => v.verteldOp, to: [] }, nietBevestigd),
      )
      .task('ziekenfonds', { role: 'ziekenfonds' }, (t) =>
        t
          .answered({ to: [] }, () => ({ done: true }))
          .term('overlijden.ontvangst', { from: (v) => v.verteldOp, to: [] }, nietBevestigd),
      )
      .task('groeipakket', { role: 'groeipakket' }, (t) =>
        t
          .answered({ to: [] }, () => ({ done: true }))
          .term('overlijden.ontvangst', { from: (v) => v.verteldOp, to: [] }, nietBevestigd),
      )

      // Who heard of the death hears that it does not hold.
      .step('terugdraaien', { to: [] }, (v) => ({ acts: gemuteerd(v, 'GEANNULEERD', datarefBase), done: true }))
      .parallel('herroepen', { toestand: 'Herroepen' }, (p) =>
        p
          .branch('herroeping-pensioen', 'pensioen')
          .branch('herroeping-ziekenfonds', 'ziekenfonds')
          .branch('herroeping-groeipakket', 'groeipakket')
          .join('all', { to: ['herroeping-bevestigd'] }, () => ({ to: 'herroeping-bevestigd' })),
      )
      .end('herroeping-bevestigd', { toestand: 'Herroepen', reden: 'HERROEPEN' })

      .build()
  );
}

const overlijdenVan = (e: AkteOndertekendV1, today: CivilDate): Overlijden => ({
  akteReferentie: e.akteReferentie,
  persoon: e.betrokkenen.find((b) => b.rol === 'OVERLEDENE')?.subjectPseudoniem ?? null,
  overlijdensdatum: e.gebeurtenisdatum ?? civilDateAt(Date.parse(e.ondertekendOp)),
  beheerderNis: e.woonplaatsNis ?? e.gemeenteNis,
  verteldOp: today,
});

/** That the file (IT001) and the death (IT150) of the person changed. */
const gemuteerd = (v: Overlijden, actie: GegevenGemuteerdV1['actie'], datarefBase: string): readonly Act[] =>
  (['IT001', 'IT150'] as const).flatMap((informatietype): readonly Act[] => {
    if (v.persoon === null) return [];
    const facts: Omit<GegevenGemuteerdV1, 'tijdstipRegistratie'> = {
      subjectPseudoniem: v.persoon,
      informatietype,
      actie,
      ingangsdatum: v.overlijdensdatum,
      beheerderNis: v.beheerderNis,
      bron: 'OVO027248',
      dataref: `${datarefBase}/${encodeURIComponent(v.persoon)}?informatietype=${informatietype}`,
    };
    const subject = `urn:kruispunt:persoon:${v.persoon}`;
    return [{ act: 'publish', event: 'GegevenGemuteerdV1', subject, data: { ...facts } }];
  });

/** A receiver did not say that it heard: that one is looked for, and the others go on. */
const nietBevestigd = (_: Overlijden, c: Context): Outcome<Overlijden, never> => ({
  uitkomst: 'NIET_BEVESTIGD',
  acts: [taak(`ontvangst-${c.token}`, 'NIET_BEVESTIGD', c.today, 'dienstenintegrator')],
});

const taak = (task: string, reden: string, today: CivilDate, role = 'ambtenaar-burgerlijke-stand'): Act => ({
  act: 'open-task',
  task,
  role,
  reden,
  dueOn: addWorkingDays(today, taakWerkdagen),
});

import { chain, type Act, type ChainDefinition } from '@kruispunt/chain-engine';
import { ev, type GegevenGemuteerdV1 } from '@kruispunt/contracts';
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
}

/** Working days that an official has for a task; a reminder of our own, not of the law. */
const taakWerkdagen = 1;

/**
 * A death (old Civil Code, book I): the act is signed and the person's file closes. Never sent on to another person: an act without a
 * person, or a revocation that names another one, stops and waits for an official. A death can be revoked at any time, so the
 * instance stays; at rest it is one row.
 */
export function overlijden({ datarefBase }: OverlijdenSettings): ChainDefinition {
  return (
    chain('overlijden', { version: 1, owner: 'OVO002949', events: ev })
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

      .start('AkteOndertekendV1', { key: 'akte', toestand: 'AkteOndertekend', to: ['akte'] }, (e) => ({
        vars: {
          akteReferentie: e.akteReferentie,
          persoon: e.betrokkenen.find((b) => b.rol === 'OVERLEDENE')?.subjectPseudoniem ?? null,
          overlijdensdatum: e.gebeurtenisdatum ?? civilDateAt(Date.parse(e.ondertekendOp)),
          beheerderNis: e.woonplaatsNis ?? e.gemeenteNis,
        },
        to: 'akte',
      }))

      .step('akte', { to: ['verwerken', 'zonder-persoon'] }, (v, c) =>
        v.persoon === null
          ? { uitkomst: 'ZONDER_PERSOON', acts: [taak('AKTE_ZONDER_PERSOON', c.today)], to: 'zonder-persoon' }
          : { uitkomst: 'OVERLEDEN', to: 'verwerken' },
      )
      .wait('zonder-persoon', {}, (w) =>
        w.event('OverlijdenHerroepenV1', { to: ['herroepen'] }, () => ({ uitkomst: 'HERROEPEN', to: 'herroepen' })),
      )

      .step('verwerken', { to: ['overleden'] }, (v) => ({
        acts: gemuteerd(v, 'GEWIJZIGD', datarefBase),
        to: 'overleden',
      }))
      .wait('overleden', { toestand: 'Overleden' }, (w) =>
        w.event('OverlijdenHerroepenV1', { to: ['terugdraaien'] }, (v, e, c) =>
          e.subjectPseudoniem === v.persoon
            ? { uitkomst: e.reden, to: 'terugdraaien' }
            : { uitkomst: 'ANDERE_PERSOON', acts: [taak('HERROEPING_ANDERE_PERSOON', c.today)] },
        ),
      )

      // Who heard of the death hears that it does not hold.
      .step('terugdraaien', { to: ['herroepen'] }, (v, c) => ({
        acts: [
          ...gemuteerd(v, 'GEANNULEERD', datarefBase),
          { act: 'compensate', reden: 'OVERLIJDEN_HERROEPEN', events: c.published('GegevenGemuteerdV1') },
        ],
        to: 'herroepen',
      }))
      .end('herroepen', { toestand: 'Herroepen', reden: 'HERROEPEN' })

      .build()
  );
}

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

const taak = (reden: string, today: CivilDate): Act => ({
  act: 'open-task',
  task: 'persoon',
  role: 'ambtenaar-burgerlijke-stand',
  reden,
  dueOn: addWorkingDays(today, taakWerkdagen),
});

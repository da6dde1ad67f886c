import type { AdreswijzigingAangegevenV1 } from '@kruispunt/contracts';
import { addDays, dueDate, startTerm, type CivilDate } from '@kruispunt/term';

/** What a move remembers. No address but the reference that was given, and none at all for who may not be found (IT252). */
export interface Verhuizing {
  readonly dossier: string;
  readonly subjectPseudoniemen: readonly string[];
  readonly wijziging: AdreswijzigingAangegevenV1['wijziging'];
  readonly aangiftedatum: CivilDate;
  readonly nisOud: string | null;
  readonly nisNieuw: string;
  readonly adresRef: string | null;
  /** Which of two declarations of one person came later. */
  readonly tijdstipRegistratie: string;
  /** Declared within the term; null when the day of moving is not known. Late is flagged and never refused (KB art. 7). */
  readonly tijdig: boolean | null;
  readonly uitersteAangifte: CivilDate | null;
  /** Residence checks asked for so far. */
  readonly poging: number;
  readonly ingangsdatum: CivilDate | null;
  readonly domiciliestatus: string;
}

export const domiciliestatus = (status: 'Aangifte' | 'Bevestigd'): string =>
  `https://data.vlaanderen.be/id/concept/IT020/DomicilieStatus/${status}`;

/** A move as it was declared. */
export function verhuizingVan(aangifte: AdreswijzigingAangegevenV1): Verhuizing {
  const { dossier, subjectPseudoniemen, wijziging, aangiftedatum, nisOud, nisNieuw, adresRef, tijdstipRegistratie } =
    aangifte;
  const uitersteAangifte = aangifte.betrekkingsdatum === null ? null : uiterste(wijziging, aangifte.betrekkingsdatum);
  return {
    dossier,
    subjectPseudoniemen,
    wijziging,
    aangiftedatum,
    nisOud,
    nisNieuw,
    adresRef,
    tijdstipRegistratie,
    uitersteAangifte,
    tijdig: uitersteAangifte === null ? null : aangiftedatum <= uitersteAangifte,
    poging: 0,
    ingangsdatum: null,
    domiciliestatus: domiciliestatus('Aangifte'),
  };
}

/** The last day to declare: eight working days after moving in; who leaves the country, the day before departure (KB 16-07-1992 art. 7). */
function uiterste(wijziging: Verhuizing['wijziging'], betrekking: CivilDate): CivilDate {
  if (wijziging === 'NAAR_BUITENLAND') return addDays(betrekking, -1);
  return dueDate(startTerm({ rule: 'verhuis.aangifte', anchor: betrekking })) ?? betrekking;
}

/** Who of this move is also in a later declaration: for them it has been overtaken. */
export function ingehaaldDoor(verhuizing: Verhuizing, later: AdreswijzigingAangegevenV1): readonly string[] {
  const order = (v: { aangiftedatum: string; tijdstipRegistratie: string; dossier: string }) =>
    [v.aangiftedatum, v.tijdstipRegistratie, v.dossier].join(' ');
  if (later.dossier === verhuizing.dossier || order(later) < order(verhuizing)) return [];
  return verhuizing.subjectPseudoniemen.filter((p) => later.subjectPseudoniemen.includes(p));
}

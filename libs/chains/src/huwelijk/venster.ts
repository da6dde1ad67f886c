import type { HuwelijkAangegevenV1 } from '@kruispunt/contracts';
import {
  addDays,
  civilDateAt,
  daysBetween,
  dueDate,
  startTerm,
  type CivilDate,
  type TermRuleId,
} from '@kruispunt/term';

/** What a marriage remembers: two pseudonyms and a window. */
export interface Huwelijk {
  readonly akteReferentie: string;
  readonly betrokkenen: readonly string[];
  readonly gemeenteNis: string;
  readonly aangiftedatum: CivilDate;
  /** First day on which the act may be drawn up, and the last. */
  readonly vroegste: CivilDate;
  readonly uiterste: CivilDate;
  /** The days whose morrows are the first of the two terms; they move on by the days of a postponement. */
  readonly wachttijdVan: CivilDate;
  readonly vensterVan: CivilDate;
  /** Since when the registrar postpones (inquiry into a sham marriage). */
  readonly uitgesteldOp: CivilDate | null;
  readonly gehuwdOp: CivilDate | null;
}

const laatsteDag = (rule: TermRuleId, anchor: CivilDate): CivilDate => dueDate(startTerm({ rule, anchor })) ?? anchor;

/** The window from the day of declaration: fourteen days, then six months; a shorter month ends it on its last day. */
export function huwelijkVan(e: HuwelijkAangegevenV1): Huwelijk {
  const { akteReferentie, betrokkenen, gemeenteNis, aangiftedatum } = e;
  const vroegste = laatsteDag('huwelijk.wachttijd', aangiftedatum);
  return {
    ...{ akteReferentie, betrokkenen, gemeenteNis, aangiftedatum, vroegste },
    uiterste: laatsteDag('huwelijk.venster', vroegste),
    wachttijdVan: aangiftedatum,
    vensterVan: vroegste,
    uitgesteldOp: e.uitgesteld ? civilDateAt(Date.parse(e.tijdstipRegistratie)) : null,
    gehuwdOp: null,
  };
}

/** The window after a postponement that ends today: what was left of it is left still. A waiting time that was over stays over. */
export function hervat(v: Huwelijk, today: CivilDate): Partial<Huwelijk> & { readonly wachttijdOver: boolean } {
  const since = v.uitgesteldOp ?? today;
  const stood = Math.max(0, daysBetween(since, today));
  const wachttijdOver = since >= v.vroegste;
  const wachttijdVan = wachttijdOver ? v.wachttijdVan : addDays(v.wachttijdVan, stood);
  const vroegste = wachttijdOver ? v.vroegste : addDays(v.vroegste, stood);
  const vensterVan = addDays(v.vensterVan, stood);
  return {
    ...{ wachttijdVan, vroegste, vensterVan, wachttijdOver, uitgesteldOp: null },
    uiterste: laatsteDag('huwelijk.venster', vensterVan),
  };
}

/** Whether the act of `on` may be: from the first day to the last, both included. */
export const inVenster = (v: Huwelijk, on: CivilDate): boolean => on >= v.vroegste && on <= v.uiterste;

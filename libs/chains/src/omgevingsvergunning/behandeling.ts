import type { Context, Outcome } from '@kruispunt/chain-engine';
import type {
  AdviesUitgebrachtV1,
  BeslissingGenomenV1,
  OpenbaarOnderzoekGewijzigdV1,
  TermijnVerlengdV1,
  VolledigheidBeoordeeldV1,
} from '@kruispunt/contracts';
import { dueDate, extend, reAnchor, resume, suspend, termState, type CivilDate, type Term } from '@kruispunt/term';
import { taak } from './publicaties.js';
import { klok, provincieVan, type Beslissing, type Vergunning } from './vergunning.js';

/** The advices that are awaited. Asked anew, in another round or on another day, one is another. */
export const gevraagdeAdviezen = (v: Vergunning): readonly string[] =>
  Object.entries(v.adviezen)
    .filter(([, { strekking }]) => strekking === null)
    .map(([instantie, { ronde, gevraagdOp }]) => [ronde, gevraagdOp, instantie].join(' '));

/** The body of which an advice is awaited. */
export const instantieVan = (advies = ''): string => advies.split(' ').slice(2).join(' ');

/** No advice is awaited any more: each was given, or its term has passed. */
export const adviezenVolledig = (v: Vergunning): Outcome<Vergunning, never> =>
  Object.keys(v.adviezen).length === 0 ? {} : { uitkomst: 'ADVIEZEN_VOLLEDIG' };

/** The result of the completeness test: it starts the clock on the day it is sent, asks for more, or ends the procedure. */
export function naVolledigheid(
  v: Vergunning,
  e: VolledigheidBeoordeeldV1,
  today: CivilDate,
): Outcome<Vergunning, 'behandeling' | 'aanvullen' | 'onontvankelijk'> {
  switch (e.resultaat) {
    case 'ONTVANKELIJK_EN_VOLLEDIG':
      return {
        uitkomst: e.resultaat,
        set: klok(v, { klokVan: e.verzendingsdatum, klokDoor: 'RESULTAAT', procedure: e.proceduretype }),
        acts: e.proceduretype === 'UITZONDERING' ? [taak('procedure', 'ONBEKENDE_PROCEDURE', today)] : [],
        to: 'behandeling',
      };
    case 'ONVOLLEDIG':
      return { uitkomst: e.resultaat, to: 'aanvullen' };
    case 'ONONTVANKELIJK':
      return { uitkomst: e.resultaat, to: 'onontvankelijk' };
    case 'UITZONDERING':
      return { uitkomst: e.resultaat, acts: [taak('volledigheid', 'ONBEKEND_RESULTAAT', today)] };
    default:
      return e.resultaat satisfies never;
  }
}

/** A result that was sent in time and comes in after the clock was started by silence: the clock counts from it. */
export function naLateVolledigheid(v: Vergunning, e: VolledigheidBeoordeeldV1, c: Context): Outcome<Vergunning, never> {
  const tijdig = v.klokDoor === 'STILZWIJGEN' && e.verzendingsdatum <= (v.klokVan ?? '');
  if (!tijdig || c.term === undefined) return { ignore: 'de klok loopt al' };
  const same = e.resultaat === 'ONTVANKELIJK_EN_VOLLEDIG' && e.proceduretype === v.procedure;
  if (!same) return { uitkomst: e.resultaat, acts: [taak('volledigheid', 'LAAT_RESULTAAT', c.today)] };
  const verdict = reAnchor(c.term, { on: e.verzendingsdatum, reason: 'resultaat tijdig verzonden' });
  if (verdict.kind === 'refused') return { ignore: String(verdict.because.fields['reason']) };
  const klokVan = e.verzendingsdatum;
  const einddatum = dueDate(verdict.term) ?? v.einddatum;
  return { uitkomst: e.resultaat, term: verdict.term, set: { klokVan, klokDoor: 'RESULTAAT', einddatum } };
}

/** Suspends, resumes or closes the inquiry: after a suspension the days that were left count on. */
export function naOnderzoek(v: Vergunning, e: OpenbaarOnderzoekGewijzigdV1, c: Context): Outcome<Vergunning, never> {
  if (c.term === undefined || v.onderzoek === null || e.ronde !== v.onderzoek.ronde) return { ignore: 'andere ronde' };
  if (e.fase === 'AFGESLOTEN') return { uitkomst: e.fase, done: true };
  if (e.fase !== 'GESCHORST' && e.fase !== 'HERVAT') return { ignore: 'al gestart' };
  const act = { on: e.datum, reason: `openbaar onderzoek ${e.fase.toLowerCase()}` };
  const verdict = e.fase === 'GESCHORST' ? suspend(c.term, act) : resume(c.term, act);
  if (verdict.kind === 'refused') return { ignore: String(verdict.because.fields['reason']) };
  const tot = dueDate(verdict.term) ?? null;
  return { uitkomst: e.fase, term: verdict.term, set: { onderzoek: { ...v.onderzoek, tot } } };
}

/** An objection counts from the first day to the last, and also while the inquiry stands still. */
export function bezwaarTijdig(onderzoek: Term, on: CivilDate): boolean {
  const due = dueDate(onderzoek);
  if (termState(onderzoek) === 'suspended') return on >= onderzoek.anchor;
  return due !== undefined && on >= onderzoek.anchor && on <= due;
}

/** Keeps an advice with the body that gave it. */
export const metAdvies = (v: Vergunning, e: AdviesUitgebrachtV1): Pick<Vergunning, 'adviezen'> => ({
  adviezen: {
    ...v.adviezen,
    [e.instantie]: { ronde: e.ronde, gevraagdOp: e.adviesdatum, ...v.adviezen[e.instantie], strekking: e.strekking },
  },
});

/** Lengthens the term of this token; an extension that the law does not allow is kept and has no effect. */
export function naVerlenging(
  v: Vergunning,
  e: TermijnVerlengdV1,
  c: Context,
  field: 'einddatum' | 'beroepEinddatum',
): Outcome<Vergunning, never> {
  const aanleg = field === 'einddatum' ? 'EERSTE' : 'LAATSTE';
  if (e.aanleg !== aanleg || c.term === undefined) return { ignore: 'andere aanleg' };
  const verdict = extend(c.term, { on: e.meegedeeldOp, reason: e.reden });
  if (verdict.kind === 'refused') return zonderGevolg(v, String(verdict.because.fields['reason']));
  const einddatum = dueDate(verdict.term) ?? null;
  return { uitkomst: 'VERLENGD', term: verdict.term, set: { [field]: einddatum } };
}

/** Stored, and without effect: the sanction NO_EFFECT. */
export const zonderGevolg = (v: Vergunning, because: string): Outcome<Vergunning, never> => ({
  uitkomst: 'ZONDER_GEVOLG',
  set: { zonderGevolg: [...v.zonderGevolg, because] },
});

/** A decision in first instance; of after the last day it is a fact and void (OVD art. 32 §4). */
export const beslissingVan = (v: Vergunning, e: BeslissingGenomenV1): Beslissing => ({
  uitkomst: e.uitkomst,
  op: e.beslissingsdatum,
  aanleg: 'EERSTE',
  buitenTermijn: v.einddatum !== null && e.beslissingsdatum > v.einddatum,
  beroepBij: provincieVan(v),
});

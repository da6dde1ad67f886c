import type { Context, Outcome } from '@kruispunt/chain-engine';
import type { BeroepIngesteldV1, BeslissingBekendgemaaktV1 } from '@kruispunt/contracts';
import { addDays, reAnchor, type CivilDate } from '@kruispunt/term';
import { beroepVan, isVergund, laatsteDag, type Vergunning } from './vergunning.js';

/** The days that follow from the first day of posting: appeal until day 30, use from day 36. */
export const naAanplakking = (
  v: Vergunning,
  eersteDag: CivilDate,
): Pick<Vergunning, 'bekendgemaaktOp' | 'beroepTot' | 'uitvoerbaarVanaf'> => ({
  bekendgemaaktOp: eersteDag,
  beroepTot: laatsteDag('omv.beroep', eersteDag),
  uitvoerbaarVanaf: isVergund(v) ? addDays(laatsteDag('omv.wachttijd', eersteDag), 1) : null,
});

/** A decision made known: only posting starts the clock of use, each way of it the clock of appeal. */
export function naBekendmaking(
  v: Vergunning,
  e: BeslissingBekendgemaaktV1,
): Outcome<Vergunning, 'wachttijd' | 'geweigerd'> {
  if (!isVergund(v)) return { uitkomst: e.wijze, set: naAanplakking(v, e.eersteDag), to: 'geweigerd' };
  if (e.wijze !== 'AANPLAKKING')
    return { uitkomst: e.wijze, set: { beroepTot: laatsteDag('omv.beroep', e.eersteDag) } };
  return { uitkomst: e.wijze, set: naAanplakking(v, e.eersteDag), to: 'wachttijd' };
}

/** Posted again, or known later: the running term counts from that day. */
export function opnieuwBekend(v: Vergunning, e: BeslissingBekendgemaaktV1, c: Context): Outcome<Vergunning, never> {
  if (c.term === undefined) return { ignore: 'er loopt geen termijn' };
  const verdict = reAnchor(c.term, { on: e.eersteDag, reason: 'bekendmaking' });
  if (verdict.kind === 'refused') return { ignore: String(verdict.because.fields['reason']) };
  return { uitkomst: e.wijze, term: verdict.term, set: naAanplakking(v, e.eersteDag) };
}

/** An appeal in time leads to last instance; a late one is kept, inadmissible, and changes nothing (OVD art. 54). */
export function naBeroep(v: Vergunning, e: BeroepIngesteldV1, c: Context): Outcome<Vergunning, 'beroep'> {
  if (v.beslissing?.aanleg === 'LAATSTE') return { ignore: 'laatste administratieve aanleg' };
  const beroep = beroepVan(v, e);
  const beroepen = [...v.beroepen, beroep];
  if (beroep.stand === 'LAATTIJDIG') return { uitkomst: 'LAATTIJDIG', set: { beroepen } };
  const gebruikt = c.published('VergunningUitvoerbaarV1');
  return {
    uitkomst: 'BEROEP',
    set: { beroepen },
    acts: gebruikt.length > 0 ? [{ act: 'compensate', reden: 'BEROEP_TIJDIG_INGESTELD', events: gebruikt }] : [],
    to: 'beroep',
  };
}

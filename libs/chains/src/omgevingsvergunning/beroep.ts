import type { Context, Outcome } from '@kruispunt/chain-engine';
import type { BeroepBeoordeeldV1, BeroepIngesteldV1, BeroepsbeslissingGenomenV1 } from '@kruispunt/contracts';
import type { CivilDate } from '@kruispunt/term';
import { taak, vergunningUitvoerbaar } from './publicaties.js';
import {
  beroepVan,
  beroepsregel,
  isVergund,
  laatsteDag,
  metStand,
  type Beslissing,
  type Vergunning,
} from './vergunning.js';

/** Another appeal while one is dealt with: decided together. */
export function nogEenBeroep(v: Vergunning, e: BeroepIngesteldV1): Outcome<Vergunning, never> {
  const beroep = beroepVan(v, e);
  return {
    uitkomst: beroep.stand === 'LAATTIJDIG' ? 'LAATTIJDIG' : 'BEROEP',
    set: { beroepen: [...v.beroepen, beroep] },
  };
}

/** The clock of last instance, from the day that the appeal was complete or that nobody said whether it was. */
export const beroepsklok = (v: Vergunning, van: CivilDate): Pick<Vergunning, 'beroepVan' | 'beroepEinddatum'> => ({
  beroepVan: van,
  beroepEinddatum: laatsteDag(beroepsregel(v), van),
});

/** The test of an appeal: complete, to be completed within fourteen days, or inadmissible (OVD art. 56, 57). */
export function naBeroepstoets(
  v: Vergunning,
  e: BeroepBeoordeeldV1,
  today: CivilDate,
): Outcome<Vergunning, 'beroepsbehandeling' | 'beroep-aanvullen' | 'beroep-afgewezen'> {
  switch (e.resultaat) {
    case 'ONTVANKELIJK_EN_VOLLEDIG':
      return { uitkomst: e.resultaat, set: beroepsklok(v, e.verzendingsdatum), to: 'beroepsbehandeling' };
    case 'ONVOLLEDIG':
      return { uitkomst: e.resultaat, set: { beroepVan: e.verzendingsdatum }, to: 'beroep-aanvullen' };
    case 'ONONTVANKELIJK': {
      const beroepen = metStand(v, 'ONONTVANKELIJK', e.beroepsnummer);
      const others = beroepen.some((b) => b.stand === 'INGESTELD');
      return { uitkomst: e.resultaat, set: { beroepen }, ...(others ? {} : { to: 'beroep-afgewezen' as const }) };
    }
    case 'UITZONDERING':
      return { uitkomst: e.resultaat, acts: [taak('beroep', 'ONBEKEND_RESULTAAT', today)] };
    default:
      return e.resultaat satisfies never;
  }
}

/** A decision in last instance takes the place of the first; of after the last day it is void (OVD art. 66). */
export function naBeroepsbeslissing(
  v: Vergunning,
  e: BeroepsbeslissingGenomenV1,
): Outcome<Vergunning, 'beslist' | 'definitief-geweigerd'> {
  if (v.beroepEinddatum !== null && e.beslissingsdatum > v.beroepEinddatum) return { uitkomst: 'BUITEN_TERMIJN' };
  const beslissing: Beslissing = {
    uitkomst: e.uitkomst,
    op: e.beslissingsdatum,
    aanleg: 'LAATSTE',
    buitenTermijn: false,
    beroepBij: null,
  };
  const na = { ...v, beslissing };
  return {
    uitkomst: e.uitkomst,
    set: {
      beslissing,
      beroepen: metStand(v, 'BESLIST'),
      ...{ bekendgemaaktOp: null, beroepTot: null, uitvoerbaarVanaf: null },
    },
    to: isVergund(na) ? 'beslist' : 'definitief-geweigerd',
  };
}

/** No appeal stands any more: the first decision does, or the silent refusal. What was not posted or waited for yet still has to be. */
export function eersteBlijft(
  v: Vergunning,
  c: Context,
): Outcome<
  Vergunning,
  'beslist' | 'wachttijd' | 'definitief-uitvoerbaar' | 'definitief-geweigerd' | 'stilzwijgend-definitief'
> {
  if (v.beslissing === null || v.beslissing.buitenTermijn) return { to: 'stilzwijgend-definitief' };
  if (!isVergund(v)) return { to: 'definitief-geweigerd' };
  if (v.uitvoerbaarVanaf === null) return { to: 'beslist' };
  if (c.today < v.uitvoerbaarVanaf) return { to: 'wachttijd' };
  return {
    set: { uitvoerbaarVanaf: c.today },
    acts: [vergunningUitvoerbaar(v, { vanaf: c.today, grond: 'BEROEP_AFGEWEZEN' })],
    to: 'definitief-uitvoerbaar',
  };
}

import type { Act } from '@kruispunt/chain-engine';
import type { AdviesUitgebrachtV1, StilzwijgendeWeigeringV1, VergunningUitvoerbaarV1 } from '@kruispunt/contracts';
import { addDays, addWorkingDays, termRule, type CivilDate } from '@kruispunt/term';
import { beslissingsregel, laatsteDag, type Vergunning } from './vergunning.js';

/** What a permit tells. The engine adds the moment of registration and the id. */
type Facts<P> = Omit<P, 'tijdstipRegistratie'>;

/** Working days that an official has for a task; a reminder of our own, not of the law. */
const taakWerkdagen = 5;

const publish = (event: string, v: Vergunning, data: object): Act => ({
  act: 'publish',
  event,
  subject: `urn:omv:${v.projectnummer}`,
  data: data as Record<string, unknown>,
});

/** The competence to decide has gone: refused by law from the day after the last day (OVD art. 32 §4, 46). */
export function stilzwijgendeWeigering(v: Vergunning, einddatum: CivilDate): Act {
  const rule = termRule(beslissingsregel(v));
  const facts: Facts<StilzwijgendeWeigeringV1> = {
    projectnummer: v.projectnummer,
    einddatum,
    beroepVanaf: addDays(einddatum, 1),
    beroepTot: laatsteDag('omv.beroep', einddatum),
    termijnregel: `${rule.id}@${rule.version}`,
  };
  return publish('StilzwijgendeWeigeringV1', v, facts);
}

/** The permit may be used from this day. */
export function vergunningUitvoerbaar(
  v: Vergunning,
  since: { readonly vanaf: CivilDate; readonly grond: VergunningUitvoerbaarV1['grond'] },
): Act {
  const facts: Facts<VergunningUitvoerbaarV1> = {
    projectnummer: v.projectnummer,
    uitvoerbaarVanaf: since.vanaf,
    grond: since.grond,
    adressen: v.adressen,
    percelen: v.percelen,
  };
  return publish('VergunningUitvoerbaarV1', v, facts);
}

/** A body stayed silent: the procedure goes on without its advice. */
export function adviesVerstreken(v: Vergunning, instantie: string, einddatum: CivilDate): Act {
  const facts: Facts<AdviesUitgebrachtV1> = {
    projectnummer: v.projectnummer,
    ronde: v.adviezen[instantie]?.ronde ?? 1,
    instantie,
    strekking: 'TERMIJN_VERSTREKEN',
    adviesdatum: einddatum,
    adviesRef: null,
  };
  return publish('AdviesUitgebrachtV1', v, facts);
}

/** Asks an official to look. */
export const taak = (task: string, reden: string, today: CivilDate): Act => ({
  act: 'open-task',
  task,
  role: 'omgevingsambtenaar',
  reden,
  dueOn: addWorkingDays(today, taakWerkdagen),
});

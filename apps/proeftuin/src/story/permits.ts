import { addDays } from '@kruispunt/term';
import { organisations } from '../cast/organisations.js';
import { until } from './api.js';
import type { Day } from './day.js';
import { comesTo, later, loggedOf, tell, type Fact } from './facts.js';
import { stateOf, type Instance } from './moves.js';

const { nis: ownNis } = organisations.municipality;

export interface Shown {
  readonly gemeente: string | null;
  readonly terms: readonly { readonly rule: string; readonly due: string | null }[];
  readonly history: readonly { readonly reason: string | null; readonly input: string }[];
}

/** One instance with its clock and its history. */
export async function shown(day: Day, dossier: string): Promise<Shown> {
  const desk = day.stage.api('chain-integrator', 'operator');
  const { instances } = await desk.get<{ instances: readonly Instance[] }>(`/v1/instances?dossier=${dossier}`);
  return desk.get<Shown>(`/v1/instances/${instances[0]?.id ?? ''}`);
}

const dueOf = async (day: Day, dossier: string, rule: string): Promise<string | null> =>
  (await shown(day, dossier)).terms.find((term) => term.rule.startsWith(rule))?.due ?? null;

/** A fact about one permit. */
export const about =
  (day: Day, projectnummer: string, by: Fact['by'] = 'municipality', nis: string = ownNis) =>
  (type: string, data: Fact['data']): Promise<void> =>
    tell(day, {
      by,
      type: `omgeving.${type}`,
      subject: `urn:omv:${projectnummer}`,
      nis,
      data: { projectnummer, ...data },
    });

export const freshProject = (day: Day, n: number): string =>
  `OMV_${String(2_098_000_000 + (day.stage.day % 900) * 1_000 + ((day.startedAt + n) % 1_000))}`;

/** Filed, and complete the same day: the clock of the decision runs. */
export async function filed(day: Day, say: ReturnType<typeof about>, nis: string): Promise<void> {
  await say('aanvraag-ingediend', {
    procedure: 'GEWOON',
    bevoegdeOverheid: 'COLLEGE',
    indieningsdatum: day.today,
    commissieVereist: false,
    voorwerp: 'een werkplaats in de proeftuin',
    adressen: [],
    percelen: ['https://data.vlaanderen.be/id/perceel/99999A0002-00A000'],
    gemeentenNis: [nis],
    aanvragerRef: 'https://kruispunt.test/aanvragers/proef',
  });
  await say('volledigheid-beoordeeld', {
    resultaat: 'ONTVANKELIJK_EN_VOLLEDIG',
    verzendingsdatum: day.today,
    aanvullenTegen: null,
    proceduretype: 'GEWOON',
    termijnregel: 'omv.volledigheid@2017',
  });
}

const decided = (day: Day) => ({
  uitkomst: 'VERGUND',
  beslissingsdatum: day.today,
  besluitRef: null,
  bestuursorgaan: 'college',
  buitenTermijn: false,
});
const posted = (day: Day) => ({
  wijze: 'AANPLAKKING',
  eersteDag: day.today,
  beroepTot: addDays(day.today, 30),
  uitvoerbaarVanaf: null,
});

/** A permit from filing to use, with all that the law lets happen on the way; and one that nobody decides in time. */
export async function permitsToTheirEnd(day: Day): Promise<void> {
  const [granted, silent] = [freshProject(day, 1), freshProject(day, 2)];
  const [say, sayOther] = [about(day, granted), about(day, silent)];
  await filed(day, say, ownNis);
  await filed(day, sayOther, ownNis);
  await comesTo(day, granted, 'InBehandeling');
  await comesTo(day, silent, 'InBehandeling');
  day.teller.say(`two permits are filed and complete: ${granted} and ${silent}`);
  await inquiryAndAdvice(day, granted, say);
  await extensionAndSilence(day, { granted, silent, say, sayOther });
  await appealAndUse(day, granted, say);
  const used = await loggedOf(day, silent, 'omgeving.vergunning-uitvoerbaar');
  day.expectations.expect(
    'a decision that came too late never becomes a permit to use',
    used === 0,
    `${silent}: ${await stateOf(day, silent)}, ${used} permits to use`,
  );
}

async function inquiryAndAdvice(day: Day, granted: string, say: ReturnType<typeof about>): Promise<void> {
  const { teller, expectations } = day;
  const inquiry = (fase: string) =>
    say('openbaar-onderzoek-gewijzigd', { ronde: 1, fase, datum: day.today, einddatum: null, aantalBezwaren: null });
  const inquiryDue = () => dueOf(day, granted, 'omv.openbaar-onderzoek');
  await inquiry('GESTART');
  await say('advies-gevraagd', {
    ronde: 1,
    instantie: 'OVO999401',
    gevraagdOp: day.today,
    uitersteDatum: addDays(day.today, 30),
  });
  const planned = await until('the inquiry runs', inquiryDue, (due) => due !== null);
  await later(day, 12);
  await inquiry('GESCHORST');
  await until('the inquiry stands still', inquiryDue, (due) => due === null);
  await later(day, 10);
  await inquiry('HERVAT');
  await expectations.check('an inquiry that was suspended goes on for the days that were left', async () => {
    const due = await until('the inquiry runs again', inquiryDue, (found) => found !== null);
    return { ok: due === addDays(planned ?? '', 10), detail: `planned until ${planned}, now until ${due}` };
  });
  await later(day, 12);
  await expectations.check('an advice that is not given is told as a silence, once', async () => {
    const times = await until(
      'the silence is told',
      () => loggedOf(day, granted, 'omgeving.advies-uitgebracht'),
      (n) => n > 0,
    );
    const state = await stateOf(day, granted);
    return { ok: times === 1 && state === 'InBehandeling', detail: `${times} told; the permit is ${state}` };
  });
  teller.say('the inquiry was suspended for ten days and went on; an adviser said nothing in thirty days');
}

interface Two {
  readonly granted: string;
  readonly silent: string;
  readonly say: ReturnType<typeof about>;
  readonly sayOther: ReturnType<typeof about>;
}

async function extensionAndSilence(day: Day, { granted, silent, say, sayOther }: Two): Promise<void> {
  const { teller, expectations } = day;
  const decisionDue = () => dueOf(day, granted, 'omv.beslissing');
  const before = (await decisionDue()) ?? '';
  await say('termijn-verlengd', {
    aanleg: 'EERSTE',
    reden: 'ADMINISTRATIEVE_LUS',
    dagen: 60,
    oudeEinddatum: before,
    nieuweEinddatum: addDays(before, 60),
    meegedeeldOp: day.today,
  });
  await expectations.check('an extension that is told in time gives sixty days more', async () => {
    const due = await until('the term is longer', decisionDue, (found) => found !== before);
    return { ok: due !== null && due > before, detail: `from ${before} to ${due}` };
  });
  await later(day, 72);
  await comesTo(day, silent, 'StilzwijgendGeweigerd');
  teller.say(`${silent}: nobody decided in time, so the law refuses it; ${granted} still has its extension`);
  await sayOther('beslissing-genomen', decided(day));
  await expectations.check('a decision after the last day is kept, and stays void', async () => {
    const { history } = await until(
      'the late decision is on file',
      () => shown(day, silent),
      (s) => s.history.some((line) => line.input === 'BeslissingGenomenV1' || line.reason === 'BUITEN_TERMIJN'),
    );
    // The index follows the log a moment later.
    const refusals = await until(
      'the tacit refusal is told',
      () => loggedOf(day, silent, 'omgeving.stilzwijgende-weigering'),
      (n) => n > 0,
    );
    const [state, used] = [await stateOf(day, silent), await loggedOf(day, silent, 'omgeving.vergunning-uitvoerbaar')];
    return {
      ok: state === 'StilzwijgendGeweigerd' && refusals === 1 && used === 0,
      detail: `${silent}: ${state}, ${history.length} lines of history, ${refusals} tacit refusal, ${used} permits to use`,
    };
  });
}

async function appealAndUse(day: Day, granted: string, say: ReturnType<typeof about>): Promise<void> {
  const { teller, expectations, stage } = day;
  const beroepsnummer = `BER-PROEF-${stage.day}`;
  await say('beslissing-genomen', decided(day));
  await comesTo(day, granted, 'Beslist');
  await say('beslissing-bekendgemaakt', posted(day));
  await comesTo(day, granted, 'Bekendgemaakt');
  await later(day, 10);
  await say('beroep-ingesteld', {
    beroepsnummer,
    ingesteldOp: day.today,
    beroepsinstantie: 'DEPUTATIE',
    hoedanigheid: 'BETROKKEN_PUBLIEK',
  });
  await comesTo(day, granted, 'InBeroep');
  await say('beroep-beoordeeld', {
    beroepsnummer,
    resultaat: 'ONTVANKELIJK_EN_VOLLEDIG',
    verzendingsdatum: day.today,
    aanvullenTegen: null,
    termijnregel: 'omv.beroepsbeslissing.gewoon@2017',
  });
  teller.say(`${granted}: permitted, posted, and a neighbour appeals within the thirty days: nobody builds`);
  await until(
    'the appeal has its clock',
    () => dueOf(day, granted, 'omv.beroepsbeslissing'),
    (due) => due !== null,
  );
  await later(day, 20);
  await say('beroepsbeslissing-genomen', {
    beroepsnummer,
    uitkomst: 'VERGUND_ONDER_VOORWAARDEN',
    beslissingsdatum: day.today,
    besluitRef: null,
  });
  await comesTo(day, granted, 'Beslist');
  await say('beslissing-bekendgemaakt', posted(day));
  await comesTo(day, granted, 'Bekendgemaakt');
  const tooEarly = await loggedOf(day, granted, 'omgeving.vergunning-uitvoerbaar');
  await later(day, 37);
  await expectations.check(
    'a permit may be used from day 36 after its last posting, and is said to be once',
    async () => {
      await comesTo(day, granted, 'Uitvoerbaar');
      const told = await until(
        'it is told',
        () => loggedOf(day, granted, 'omgeving.vergunning-uitvoerbaar'),
        (n) => n > 0,
      );
      return { ok: tooEarly === 0 && told === 1, detail: `${granted}: told ${tooEarly} times before, ${told} after` };
    },
  );
  teller.say(`${granted}: the province permits it with conditions, it is posted again, and on day 36 it may be used`);
}

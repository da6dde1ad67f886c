import { addDays, startOfDay } from '@kruispunt/term';
import { organisations } from '../cast/organisations.js';
import { until } from './api.js';
import type { Day } from './day.js';
import { comesTo, hoursLater, loggedOf, tell, tryToTell } from './facts.js';
import { about, filed, freshProject, shown, type Shown } from './permits.js';

const [vanNis, naarNis] = ['11007', organisations.neighbour.nis];
const hourMs = 3_600_000;

interface Task {
  readonly dossier: string;
  readonly role: string;
}

interface Open {
  readonly permit: string;
  readonly move: string;
}

/** Two municipalities merge, as was announced: at midnight what is open is the successor's, and nothing of it begins again. */
export async function mergerAtMidnight(day: Day): Promise<void> {
  await wellBeforeMidnight(day);
  const open = await openDossiers(day);
  const before = await both(day, open);
  const ingang = addDays(day.today, 1);
  await announce(day, ingang);
  const fusie = `FUSIE-${vanNis}-${naarNis}-${ingang}`;
  await comesTo(day, fusie, 'Aangekondigd');
  day.teller.say(`a permit and a move of ${vanNis} are open; a merger into ${naarNis} is announced for tomorrow`);
  await hoursLater(day, await hoursToMidnight(day));
  const lateEvening = await both(day, open);
  day.expectations.expect(
    'a merger that was announced changes nothing on the evening before',
    lateEvening.every((s) => s.gemeente === vanNis),
    `${day.today}: ${lateEvening.map((s) => s.gemeente).join(' and ')}`,
  );
  await hoursLater(day, 2);
  await takenOver(day, open, before);
  await transitionAsked(day, fusie);
  await moveGoesOn(day, open.move);
  await oldCodeRefused(day);
}

/** The real clock goes on too: the evening before must last longer than the scene. */
async function wellBeforeMidnight(day: Day): Promise<void> {
  if ((await hoursToMidnight(day)) === 0) await hoursLater(day, 2);
}

/** Whole hours that leave between ten and seventy minutes of today. */
async function hoursToMidnight(day: Day): Promise<number> {
  const clock = await day.stage.api('chain-integrator', 'operator').get<{ now: string; today: string }>('/v1/clock');
  const left = startOfDay(addDays(clock.today, 1)) - Date.parse(clock.now);
  return Math.max(0, Math.floor((left - hourMs / 6) / hourMs));
}

async function openDossiers(day: Day): Promise<Open> {
  const permit = freshProject(day, 3);
  await filed(day, about(day, permit, 'neighbour', vanNis), vanNis);
  const move = `VH-FUSIE-${day.stage.day}-${crypto.randomUUID().slice(0, 8)}`;
  await tell(day, {
    by: 'neighbour',
    type: 'bevolking.adreswijziging-aangegeven',
    subject: `urn:kruispunt:dossier:${move}`,
    nis: vanNis,
    data: {
      dossier: move,
      subjectPseudoniemen: [day.persons[4]?.pseudoniem ?? ''],
      wijziging: 'ANDERE_GEMEENTE',
      aangiftedatum: day.today,
      betrekkingsdatum: day.today,
      nisOud: organisations.municipality.nis,
      nisNieuw: vanNis,
      adresRef: 'https://data.vlaanderen.be/id/adres/990000002',
      domiciliestatus: null,
    },
  });
  await comesTo(day, permit, 'InBehandeling');
  await comesTo(day, move, 'ControleAangevraagd');
  return { permit, move };
}

const announce = (day: Day, ingangsdatum: string): Promise<void> =>
  tell(day, {
    by: 'registry',
    type: 'adressenregister.gemeente-gefusioneerd',
    subject: `https://data.vlaanderen.be/id/gemeente/${vanNis}`,
    nis: vanNis,
    data: {
      ...{ vanNis, naarNis, gefusioneerdMet: [], nieuweNamen: { nl: 'Proefstad' } },
      ...{ ingangsdatum, provincieGewijzigd: false },
    },
  });

const both = (day: Day, { permit, move }: Open): Promise<readonly Shown[]> =>
  Promise.all([shown(day, permit), shown(day, move)]);
const clocksOf = (dossiers: readonly Shown[]): string =>
  dossiers.flatMap((s) => s.terms.map((term) => `${term.rule} ${term.due}`)).join(', ');

const takenOver = (day: Day, open: Open, before: readonly Shown[]): Promise<void> =>
  day.expectations.check('at midnight every open dossier is the successor’s, and its clock goes on', async () => {
    const after = await until(
      'the dossiers move',
      () => both(day, open),
      (s) => s.every(({ gemeente }) => gemeente === naarNis),
    );
    return {
      ok: before.every((s) => s.gemeente === vanNis) && clocksOf(before) === clocksOf(after),
      detail: `${day.today}: ${open.permit} and ${open.move} are of ${naarNis}; ${clocksOf(after)}`,
    };
  });

/** What a merger leaves to people is asked of each in its own role. */
const transitionAsked = (day: Day, fusie: string): Promise<void> =>
  day.expectations.check('a merger asks who carries over addresses, filters and administrators', async () => {
    const desk = day.stage.api('chain-integrator', 'operator');
    const asked = await until(
      'they are asked',
      async () =>
        (await desk.get<{ tasks: readonly Task[] }>('/v1/tasks')).tasks.filter(({ dossier }) => dossier === fusie),
      (tasks) => tasks.length === 3,
    );
    const roles = asked.map(({ role }) => role).sort();
    return {
      ok: roles.join(' ') === 'adressenregister dienstenintegrator rijksregister',
      detail: `${fusie}: ${roles.join(', ')}`,
    };
  });

/** The officer of the new municipality reports; the check is not asked again. */
async function moveGoesOn(day: Day, move: string): Promise<void> {
  await tell(day, {
    by: 'police',
    type: 'bevolking.woonstcontrole-uitgevoerd',
    subject: `urn:kruispunt:dossier:${move}`,
    nis: naarNis,
    onBehalf: true,
    data: {
      ...{ dossier: move, resultaat: 'BEVESTIGD', controledatum: day.today, pogingen: 1 },
      ...{ verslagRef: 'urn:kruispunt:stuk:proef', politiezone: `PZ-${naarNis}` },
    },
  });
  await day.expectations.check(
    'a move that was open over the merger ends registered, after one residence check',
    async () => {
      const state = await comesTo(day, move, 'Ingeschreven');
      const checks = await loggedOf(day, move, 'bevolking.woonstcontrole-aangevraagd');
      return { ok: checks === 1, detail: `${move}: ${state}, ${checks} residence check` };
    },
  );
}

/** Whoever spoke for the old code alone has nothing more to say. */
async function oldCodeRefused(day: Day): Promise<void> {
  const outcome = await tryToTell(day, {
    by: 'municipality',
    type: 'omgeving.beslissing-genomen',
    subject: 'urn:omv:OMV_2099000001',
    nis: vanNis,
    onBehalf: true,
    data: {
      ...{ projectnummer: 'OMV_2099000001', uitkomst: 'VERGUND', beslissingsdatum: day.today, besluitRef: null },
      ...{ bestuursorgaan: 'college', buitenTermijn: false },
    },
  });
  const slug = outcome.kind === 'refused' ? `${outcome.problem.status} ${outcome.problem.slug}` : 'accepted';
  day.expectations.expect('the old municipality is refused after its date', slug === '403 merger-closed', slug);
  day.teller.say(`midnight: the permit and the move are of ${naarNis}; ${vanNis} publishes no more: ${slug}`);
}

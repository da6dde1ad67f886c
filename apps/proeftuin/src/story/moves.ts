import { organisations } from '../cast/organisations.js';
import { until } from './api.js';
import type { Day, Known } from './day.js';

export interface Instance {
  readonly id: string;
  readonly state: string;
  readonly status: string;
  readonly dossier?: string;
}

const statesOf = async (day: Day, dossier: string): Promise<readonly Instance[]> =>
  (
    await day.stage
      .api('chain-integrator', 'operator')
      .get<{ instances: readonly Instance[] }>(`/v1/instances?dossier=${dossier}`)
  ).instances;

export const stateOf = async (day: Day, dossier: string): Promise<string> =>
  (await statesOf(day, dossier))[0]?.state ?? 'absent';

const declare = async (
  day: Day,
  persons: readonly Known[],
  client: 'municipality' | 'neighbour' = 'municipality',
): Promise<string> => {
  const [from, to] =
    client === 'municipality'
      ? [organisations.neighbour.nis, organisations.municipality.nis]
      : [organisations.municipality.nis, organisations.neighbour.nis];
  const answer = await day.stage.api('bevolking', client).send<{ dossier: string }>('POST', '/v1/aangiften', {
    pseudoniemen: persons.map((p) => p.pseudoniem),
    wijziging: 'ANDERE_GEMEENTE',
    aangiftedatum: day.today,
    betrekkingsdatum: day.today,
    nisOud: from,
    nisNieuw: to,
    adresRef: 'https://data.vlaanderen.be/id/adres/990000001',
  });
  return answer.dossier;
};

const asked = async (day: Day, dossier: string): Promise<void> => {
  const officer = day.stage.api('bevolking', 'police');
  await until(
    `the check of ${dossier} is asked`,
    () => officer.get<{ woonstcontroles: readonly { dossier: string }[] }>('/v1/woonstcontroles'),
    (a) => a.woonstcontroles.some((c) => c.dossier === dossier),
    40_000,
  );
};

const report = (day: Day, dossier: string, resultaat: string): Promise<unknown> =>
  day.stage
    .api('bevolking', 'police')
    .send('POST', `/v1/woonstcontroles/${dossier}`, { resultaat, controledatum: day.today });

/** Five moves are declared; in the middle the chain integrator and the delivery gateway are killed; the officer reports; one is overtaken. */
export async function fiveMoves(day: Day): Promise<void> {
  const { stage, teller, expectations, persons, dossiers } = day;
  const [ada, bram, cleo, dries, , hidden] = persons as [Known, Known, Known, Known, Known, Known];
  const confirmed = await declare(day, [ada]);
  const refused = await declare(day, [cleo]);
  const lapsed = await declare(day, [dries]);
  const overtaken = await declare(day, [bram]);
  const undisclosed = await declare(day, [hidden]);
  teller.say(`five moves declared: ${[confirmed, refused, lapsed, overtaken, undisclosed].join(', ')}`);
  for (const dossier of [confirmed, refused, overtaken]) await asked(day, dossier);
  teller.say('the chain asked the police zone for a residence check of each');

  await Promise.all([stage.system.kill('chain-integrator'), stage.system.kill('delivery-gateway')]);
  teller.say('kill -9: the chain integrator and the delivery gateway are gone, in the middle of it');
  await report(day, confirmed, 'BEVESTIGD');
  await report(day, refused, 'NIET_BEVESTIGD');
  const second = await declare(day, [bram], 'neighbour');
  teller.say(
    'meanwhile the officer reports on two, and one person declares a second move elsewhere: the log takes it all',
  );
  await Promise.all([stage.system.start('chain-integrator'), stage.system.start('delivery-gateway')]);
  teller.say('both are started again');

  await expectations.check('a move that is confirmed ends registered', () =>
    endsAs(day, confirmed, 'Ingeschreven', 'Doorgegeven'),
  );
  await expectations.check('a move that is not confirmed is refused', () => endsAs(day, refused, 'Afgewezen'));
  await expectations.check('a move that is overtaken by a second one is withdrawn', () =>
    endsAs(day, overtaken, 'Ingetrokken'),
  );
  await asked(day, second);
  await report(day, second, 'BEVESTIGD');
  await expectations.check('the second move ends registered', () => endsAs(day, second, 'Ingeschreven', 'Doorgegeven'));
  await asked(day, undisclosed);
  await report(day, undisclosed, 'BEVESTIGD');
  await expectations.check('the move of a person who may not be disclosed ends registered too', () =>
    endsAs(day, undisclosed, 'Ingeschreven', 'Doorgegeven'),
  );
  dossiers.confirmed.push(confirmed, second, undisclosed);
  dossiers.refused.push(refused);
  dossiers.overtaken.push(overtaken);
  dossiers.lapsed.push(lapsed);
  teller.say('confirmed: registered from the day of the declaration · not confirmed: refused · overtaken: withdrawn');
  await expectations.check('kill -9 lost nothing and did nothing twice', () => registeredOnce(day));
}

async function endsAs(day: Day, dossier: string, ...states: string[]): Promise<{ ok: boolean; detail: string }> {
  const state = await until(
    `${dossier} ends`,
    () => stateOf(day, dossier),
    (s) => states.includes(s),
    40_000,
  );
  return { ok: true, detail: `${dossier}: ${state}` };
}

interface Indexed {
  readonly events: readonly { readonly key: string; readonly type: string; readonly eventId: string }[];
}

/** Each dossier has exactly one outcome event in the log, whatever was killed. */
async function registeredOnce(day: Day): Promise<{ ok: boolean; detail: string }> {
  const index = day.stage.api('publish-gateway', 'operator');
  const outcomes = new Map([
    ...day.dossiers.confirmed.map((d) => [d, 'inschrijving-voltooid'] as const),
    ...day.dossiers.refused.map((d) => [d, 'inschrijving-geweigerd'] as const),
  ]);
  const wrong: string[] = [];
  for (const [dossier, what] of outcomes) {
    const { events } = await until(
      `the outcome of ${dossier}`,
      () => index.get<Indexed>(`/v1/index?key=${dossier}`),
      (a) => a.events.some((e) => e.type.includes(what)),
      20_000,
    );
    const ids = new Set(events.filter((e) => e.type.includes('inschrijving-')).map((e) => e.eventId));
    if (ids.size !== 1) wrong.push(`${dossier}: ${ids.size} outcomes`);
  }
  return {
    ok: wrong.length === 0,
    detail: wrong.length === 0 ? `${outcomes.size} dossiers, one outcome each` : wrong.join('; '),
  };
}

/** Three weeks later: the move nobody checked lapses. A reminder, an escalation, a task; never a silent registration. */
export async function threeWeeksLater(day: Day): Promise<void> {
  const { stage, teller, expectations } = day;
  const [lapsed = ''] = day.dossiers.lapsed;
  expectations.expect(
    'nothing lapses before its day',
    (await stateOf(day, lapsed)) === 'ControleAangevraagd',
    await stateOf(day, lapsed),
  );
  const clock = await stage
    .api('chain-integrator', 'operator')
    .send<{ today: string }>('POST', '/v1/clock', { advance: 'P28D' });
  day.today = clock.today;
  teller.say(`the clock of the proving ground moves on: it is ${clock.today}`);
  await expectations.check('a move left to its term lapses: escalated, never registered in silence', async () => {
    const state = await until(
      `${lapsed} lapses`,
      () => stateOf(day, lapsed),
      (s) => s === 'TermijnVerstreken',
      30_000,
    );
    const { tasks } = await stage
      .api('chain-integrator', 'operator')
      .get<{ tasks: readonly { dossier?: string }[] }>('/v1/tasks');
    const { events } = await stage.api('publish-gateway', 'operator').get<Indexed>(`/v1/index?key=${lapsed}`);
    const silent = events.filter((e) => e.type.includes('inschrijving-')).length;
    return {
      ok: silent === 0 && tasks.length > 0,
      detail: `${lapsed}: ${state}, ${tasks.length} open tasks, ${silent} registrations`,
    };
  });
  teller.say('nobody reported: the term has lapsed, a person of the municipality has a task');
}

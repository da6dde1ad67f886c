import { Expectations } from '../report/expectation.js';
import { dayReport, type DayReport, type Flow } from '../report/day-report.js';
import { Receiver } from '../receive/receiver.js';
import type { DataFolder } from '../feed/data-folder.js';
import type { Stage } from '../stage/stage.js';
import { birthAndPermit, parcelNoticed } from './acts.js';
import { feedOfData, feedWithOneDown } from './addresses.js';
import { until } from './api.js';
import type { Day } from './day.js';
import { fiveMoves, threeWeeksLater } from './moves.js';
import { concludeProtocols, loadPopulation, registerSubjects, subscribe } from './prologue.js';
import { publishAndBeRefused } from './publishing.js';
import { pullAll } from './pulling.js';
import { purposes } from './purposes.js';
import { parkedAndRedelivered, refuseOne } from './redelivery.js';
import type { Teller } from './tell.js';

/** A scene that breaks is a failed expectation; the others are played all the same. */
async function scene(day: Day, title: string, play: () => Promise<void>): Promise<void> {
  day.teller.scene(title);
  try {
    await play();
  } catch (fault) {
    const detail = fault instanceof Error ? fault.message : String(fault);
    day.expectations.expect(`the scene is played to its end: ${title}`, false, detail);
    day.teller.say(`!! ${detail}`);
  }
}

async function openDay(stage: Stage, teller: Teller, data: DataFolder): Promise<Day> {
  const { ports } = stage;
  const receivers = {
    housing: new Receiver('housing', ports['receiver-housing']),
    rescue: new Receiver('rescue', ports['receiver-rescue']),
    maps: new Receiver('maps', ports['receiver-maps']),
    parking: new Receiver('parking', ports['receiver-parking']),
    stranger: new Receiver('stranger', ports['receiver-stranger']),
  };
  await Promise.all(Object.values(receivers).map((r) => r.open()));
  const { today } = await stage.api('chain-integrator', 'operator').get<{ today: string }>('/v1/clock');
  return {
    stage,
    teller,
    receivers,
    today,
    expectations: new Expectations(),
    startedAt: Date.now(),
    persons: [],
    subscriptions: new Map(),
    dossiers: { confirmed: [], refused: [], overtaken: [], lapsed: [] },
    accepted: {},
    refused: {},
    parked: {},
    acceptMs: [],
    acceptedAt: new Map(),
    data: { feedEvents: [], persons: [], unreadable: data.unreadable },
  };
}

/** Plays the day of the virtual municipality on a running system, and says what it saw. `close` ends the receivers. */
export async function playDay(
  stage: Stage,
  teller: Teller,
  data: DataFolder,
): Promise<{ readonly report: DayReport; close(): Promise<void> }> {
  const day = await openDay(stage, teller, data);
  const flow = () => stage.api('delivery-gateway', 'operator').get<Flow>('/v1/flow');
  const before = await flow();
  let permit = '';
  await scene(day, 'Morning: who lives here, who may know what', async () => {
    await loadPopulation(day, data.persons);
    await concludeProtocols(day);
    await subscribe(day);
    await registerSubjects(day);
  });
  await scene(day, 'A birth and a permit', async () => void (permit = await birthAndPermit(day)));
  await scene(day, 'The feed brings address changes; one receiver is down', () => feedWithOneDown(day));
  await scene(day, 'The permit desk listens', () => parcelNoticed(day, permit));
  if (data.events.length > 0) await scene(day, 'The feed of the data folder', () => feedOfData(day, data.events));
  await scene(day, 'A municipality publishes, and tries what it may not', () => publishAndBeRefused(day));
  refuseOne(day);
  await scene(day, 'Five moves, and two processes killed in the middle', () => fiveMoves(day));
  await scene(day, 'Who gets what', () => purposes(day));
  await scene(day, 'Who has no endpoint pulls', () => pullAll(day));
  await scene(day, 'One event is parked, and redelivered', () => parkedAndRedelivered(day));
  await scene(day, 'Weeks later', () => threeWeeksLater(day));
  await scene(day, 'Evening: does it all add up?', async () => {
    await day.expectations.check(
      'conservation: matched = delivered + held + parked + suppressed, for every subscription',
      async () => {
        const seen = await until(
          'the books balance',
          flow,
          (f) => f.total.difference === 0 && f.subscriptions.every((s) => s.held === 0),
          20_000,
        );
        return { ok: seen.total.difference === 0, detail: `difference ${seen.total.difference}` };
      },
    );
  });
  const report = await dayReport(day, before);
  return { report, close: async () => void (await Promise.all(Object.values(day.receivers).map((r) => r.close()))) };
}

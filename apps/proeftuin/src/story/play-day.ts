import { Expectations } from '../report/expectation.js';
import { dayReport, type DayReport, type Flow } from '../report/day-report.js';
import { Receiver } from '../receive/receiver.js';
import type { DataFolder } from '../feed/data-folder.js';
import type { Stage } from '../stage/stage.js';
import type { Day } from './day.js';
import type { Teller } from './tell.js';
import { scenesOf } from './scenes.js';

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
  for (const [title, play] of scenesOf(data, flow)) await scene(day, title, () => play(day));
  const report = await dayReport(day, before);
  return { report, close: async () => void (await Promise.all(Object.values(day.receivers).map((r) => r.close()))) };
}

import type { DataFolder } from '../feed/data-folder.js';
import type { Flow } from '../report/day-report.js';
import { birthAndPermit, parcelNoticed } from './acts.js';
import { feedOfData, feedWithOneDown } from './addresses.js';
import { until } from './api.js';
import { deathRevoked, numberComesLate } from './civil-status.js';
import type { Day } from './day.js';
import { fiveMoves, threeWeeksLater } from './moves.js';
import { mergerAtMidnight } from './merger.js';
import { permitsToTheirEnd } from './permits.js';
import { concludeProtocols, loadPopulation, registerSubjects, subscribe } from './prologue.js';
import { publishAndBeRefused } from './publishing.js';
import { pullAll } from './pulling.js';
import { purposes } from './purposes.js';
import { streetReaddressed } from './readdressing.js';
import { parkedAndRedelivered, refuseOne } from './redelivery.js';

/** One scene: what it is called, and how it is played. */
export type Scene = readonly [title: string, play: (day: Day) => Promise<void>];

/** The day, scene by scene; with what the data folder brings. */
export function scenesOf(data: DataFolder, flow: () => Promise<Flow>): readonly Scene[] {
  let permit = '';
  return [
    [
      'Morning: who lives here, who may know what',
      async (day) => {
        await loadPopulation(day, data.persons);
        await concludeProtocols(day);
        await subscribe(day);
        await registerSubjects(day);
      },
    ],
    ['A birth and a permit', async (day) => void (permit = await birthAndPermit(day))],
    ['The feed brings address changes; one receiver is down', feedWithOneDown],
    ['The permit desk listens', (day) => parcelNoticed(day, permit)],
    ...(data.events.length > 0
      ? ([['The feed of the data folder', (day: Day) => feedOfData(day, data.events)]] as const)
      : []),
    ['A municipality publishes, and tries what it may not', publishAndBeRefused],
    [
      'Five moves, and two processes killed in the middle',
      (day) => {
        refuseOne(day);
        return fiveMoves(day);
      },
    ],
    ['Who gets what', purposes],
    ['Who has no endpoint pulls', pullAll],
    ['One event is parked, and redelivered', parkedAndRedelivered],
    ['Weeks later', threeWeeksLater],
    [
      'A number that does not come, a death that was none',
      async (day) => {
        await numberComesLate(day);
        await deathRevoked(day);
      },
    ],
    ['Two permits, from filing to their end', permitsToTheirEnd],
    ['A street is readdressed', streetReaddressed],
    ['A merger at midnight, with open dossiers', mergerAtMidnight],
    ['Evening: does it all add up?', (day) => booksBalance(day, flow)],
  ];
}

const booksBalance = (day: Day, flow: () => Promise<Flow>): Promise<void> =>
  day.expectations.check(
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

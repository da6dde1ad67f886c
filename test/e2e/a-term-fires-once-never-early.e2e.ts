import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ev } from '@kruispunt/contracts';
import { addDays, addWorkingDays, civilDateAt, dueAt } from '@kruispunt/term';
import { until } from '@kruispunt/testkit';
import { freshKey, move, publish } from './events.js';
import { advance, comesTo, instanceOf, loggedFor, report } from './moves.js';
import { openTestSystem, operator, type TestSystem } from './system.js';

const today = civilDateAt(Date.now());
const [lapsing, inTime, unread] = [freshKey('VH'), freshKey('VH'), freshKey('VH')];
const signal = ev.KetenTermijnGesignaleerdV1;
/** The last day of the officer's term: 15 working days, the day of the declaration not counted (KB 16-07-1992). */
const lastDay = addWorkingDays(today, 15);

/** "A legal term fires once and never early" (I6), with the proving ground's clock. */
describe('a legal term', () => {
  let bench: TestSystem;
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway', 'chain-integrator'], alone: true });
    const moves = [lapsing, inTime, unread].map((dossier) => move(dossier, { aangiftedatum: today }));
    await publish(bench, moves);
    for (const dossier of [lapsing, inTime, unread]) await comesTo(bench, dossier, 'ControleAangevraagd');
  });
  afterAll(() => bench?.close());

  const now = async () =>
    Date.parse(String((await bench.ask('chain-integrator', operator, 'GET /v1/clock')).body['now']));
  const hoursUntil = async (at: number) => Math.floor((at - (await now())) / 3_600_000);

  it('is not over as long as its last day is not', async () => {
    expect((await instanceOf(bench, lapsing))?.timers.map(({ dueAt: at }) => Date.parse(at))).toContain(dueAt(lastDay));
    // The evening of the last day. That timers were looked at since shows in the warning of three days before.
    await advance(bench, `PT${await hoursUntil(dueAt(lastDay) - 3_600_000)}H`);
    expect(civilDateAt(await now())).toBe(lastDay);
    for (const dossier of [lapsing, inTime, unread])
      await until('it was warned of', async () => (await loggedFor(bench, signal, dossier)).length === 1);
    for (const dossier of [lapsing, inTime, unread])
      expect((await instanceOf(bench, dossier))?.state).toBe('ControleAangevraagd');
    expect(await loggedFor(bench, ev.KetenGeescaleerdV1, lapsing)).toEqual([]);
  });

  it('is over when the last day is; not for who was reported in time, though the report was not read yet', async () => {
    await report(bench, inTime, lastDay);
    await comesTo(bench, inTime, 'Ingeschreven');
    // A report that stands in the log while nobody reads; when the process comes back the term has long been over.
    await bench.system.kill('chain-integrator');
    await report(bench, unread, lastDay);
    await bench.database.query({
      name: 'e2e-clock',
      text: 'update chain_clock set offset_ms = offset_ms + $1',
      values: [2 * 86_400_000],
    });
    await bench.system.start('chain-integrator');
    expect(civilDateAt(await now()) > addDays(lastDay, 0)).toBe(true);
    await comesTo(bench, lapsing, 'TermijnVerstreken');
    await comesTo(bench, unread, 'Ingeschreven');
    for (const dossier of [inTime, unread]) {
      expect((await instanceOf(bench, dossier))?.history.map(({ state }) => state)).not.toContain('TermijnVerstreken');
      expect(await loggedFor(bench, ev.KetenGeescaleerdV1, dossier)).toEqual([]);
    }
  });

  it('is over once, however often the process is killed and the clock moves on', async () => {
    for (const period of ['P1D', 'P3W']) {
      await bench.system.kill('chain-integrator');
      await bench.system.start('chain-integrator');
      await advance(bench, period);
    }
    // A later move of the same clock that does fire shows that timers were looked at again.
    const witness = freshKey('VH');
    await publish(bench, [move(witness, { aangiftedatum: today })]);
    await comesTo(bench, witness, 'TermijnVerstreken');
    const lapsed = (await instanceOf(bench, lapsing))!.history.filter(({ state }) => state === 'TermijnVerstreken');
    expect(lapsed).toHaveLength(1);
    expect(await loggedFor(bench, signal, lapsing)).toHaveLength(2);
    expect((await instanceOf(bench, lapsing))?.state).toBe('TermijnVerstreken');
    expect(await loggedFor(bench, ev.InschrijvingVoltooidV1, lapsing)).toEqual([]);
  });
});

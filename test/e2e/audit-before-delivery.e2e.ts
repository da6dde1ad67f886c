import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ev, topics, type AuditGeregistreerdV1 } from '@kruispunt/contracts';
import { until } from '@kruispunt/testkit';
import { auditLines } from './audit-lines.js';
import { decision, freshKey, move, publish } from './events.js';
import { booksComeTo, subscribe, subscribeToMoves, type Subscriber } from './subscribe.js';
import { openTestSystem, type TestSystem } from './system.js';

const auditTopic = ev.AuditGeregistreerdV1.topic;

/** I9. */
describe('the audit line of a delivery about a person', () => {
  let bench: TestSystem;
  let agency: Subscriber;
  let open: Subscriber;
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway', 'delivery-gateway'], alone: true });
    agency = await subscribeToMoves(bench, ['dossier', 'nisNieuw']);
    open = await subscribe(bench);
  });
  afterAll(() => bench?.close());

  const lines = async (eventId: string): Promise<readonly AuditGeregistreerdV1[]> =>
    (await auditLines(bench)).filter((line) => line.eventId === eventId);

  it('stands in the log before the receiver has the first byte, and says which fields left under which protocol', async () => {
    const seen = new Map<string, readonly AuditGeregistreerdV1[]>();
    // Read while our answer is still open: what is found now was there before the bytes left.
    agency.receiver.answer = async ({ id }) => {
      seen.set(id, await lines(id));
      return 204;
    };
    const events = Array.from({ length: 5 }, () => move(freshKey('VH')));
    await publish(bench, events);
    await until('they arrive', () => agency.receiver.has(events.map(({ id }) => id)));
    for (const { id } of events) {
      expect(seen.get(id)).toEqual([
        expect.objectContaining({
          soort: 'INTENTIE',
          abonnement: agency.id,
          organisatie: agency.claims.organisation,
          velden: ['dossier', 'nisNieuw'],
          poging: 1,
        }),
      ]);
      await until('the outcome follows', async () => (await lines(id)).some(({ soort }) => soort === 'UITKOMST'));
    }
  });

  it('is a condition: while it cannot be written nothing about a person leaves; afterwards all of it does', async () => {
    agency.receiver.answer = () => 204;
    const admin = await bench.log.driver().admin();
    await admin.deleteTopics([auditTopic]);
    const before = agency.receiver.arrived.length;
    const persons = Array.from({ length: 5 }, () => move(freshKey('VH')));
    const others = Array.from({ length: 10 }, () => decision(freshKey('OMV')));
    await publish(bench, [...persons, ...others]);
    // Open events may leave first and be written down later; an attempt about a person was made, and postponed.
    await until('open events arrive', () => open.receiver.has(others.map(({ id }) => id)));
    await until('an attempt was postponed', async () => (await postponed()) > 0);
    expect(agency.receiver.arrived.length).toBe(before);

    await admin.ensureTopics(topics.filter(({ name }) => name === auditTopic));
    await admin.close();
    await until('they arrive', () => agency.receiver.has(persons.map(({ id }) => id)), 90_000);
    for (const { id } of persons) expect((await lines(id)).map(({ soort }) => soort)).toContain('INTENTIE');
    await booksComeTo(bench, open, { delivered: others.length, held: 0, difference: 0 });
    expect(open.receiver.times(others.map(({ id }) => id))).toEqual(others.map(() => 1));
    for (const { id } of others)
      await until('its line follows', async () => (await lines(id)).some(({ soort }) => soort === 'UITKOMST'));
  });

  const postponed = async (): Promise<number> => {
    const log = await readFile(bench.system.logFile('delivery-gateway'), 'utf8');
    return log.split('\n').filter((line) => line.includes('delivery postponed') && line.includes(agency.id)).length;
  };
});

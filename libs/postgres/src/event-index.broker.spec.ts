import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '@kruispunt/testkit';
import { ensureDayPartitions } from './day-partitions.js';
import { openDatabase, type Database } from './database.js';
import { indexDays, PostgresEventIndex, utcDay, type IndexedEvent } from './event-index.js';
import { migrate } from './migrate.js';

const dayMs = 86_400_000;
const noon = Date.parse('2026-03-02T12:00:00Z');
const topic = 'be.vlaanderen.bevolking.verhuis.v1';
const eventOf = (changes: Partial<IndexedEvent>): IndexedEvent => ({
  topic,
  partition: 0,
  offset: 0,
  eventId: 'e-1',
  source: 'urn:be:kbo:0999990024:systeem:x',
  type: 't',
  key: 'k',
  time: noon - 5,
  loggedAt: noon,
  valueSha256: 'ab'.repeat(32),
  organisation: '0999990024',
  ...changes,
});

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
let index: PostgresEventIndex;
const add = (events: readonly IndexedEvent[]) => index.add(database, events, utcDay);

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openDatabase(fresh.url);
  await migrate(database);
  await ensureDayPartitions(database, 'event_index', { from: '2026-03-01', days: 3 });
  index = new PostgresEventIndex(database);
  await add([
    eventOf({ offset: 7, loggedAt: noon + 1_000 }),
    eventOf({ offset: 3 }),
    eventOf({ offset: 4, eventId: 'e-2', type: 'u', organisation: undefined }),
    eventOf({ partition: 1, offset: 4, eventId: 'e-3', key: 'other', loggedAt: noon + dayMs }),
  ]);
});

afterAll(async () => {
  await database.close();
  await fresh.drop();
});

describe('the event index', () => {
  it('knows the first record of an event that stands twice in the log', async () => {
    expect(await index.first('urn:be:kbo:0999990024:systeem:x', 'e-1')).toEqual(eventOf({ offset: 3 }));
    expect(await index.first('urn:be:kbo:0999990024:systeem:y', 'e-1')).toBeUndefined();
  });

  it('keeps a row as it is when the same record comes again', async () => {
    await add([eventOf({ offset: 3, type: 'changed' })]);
    expect(await index.first('urn:be:kbo:0999990024:systeem:x', 'e-1')).toMatchObject({ type: 't' });
  });

  it.each([
    [{}, ['e-3', 'e-1', 'e-2', 'e-1']],
    [{ eventId: 'e-1' }, ['e-1', 'e-1']],
    [{ type: 'u', key: 'k' }, ['e-2']],
    [{ since: noon + 1 }, ['e-3', 'e-1']],
    [{ since: noon, until: noon + 1_000 }, ['e-2', 'e-1']],
    [{ key: 'nobody' }, []],
  ])('finds %j, the newest first', async (query, ids) => {
    expect((await index.search(query, 10)).map(({ eventId }) => eventId)).toEqual(ids);
  });

  it('pages through everything once, whatever the page', async () => {
    for (const limit of [1, 2, 3]) {
      const seen: IndexedEvent[] = [];
      for (let page = await index.search({}, limit); page.length > 0; page = await index.search({}, limit, seen.at(-1)))
        seen.push(...page);
      expect(seen).toEqual(await index.search({}, 10));
    }
  });

  it('files what is from the future under today, and what is too old under the oldest day that is kept', () => {
    expect(indexDays(noon, 400)(noon + 9 * dayMs)).toBe('2026-03-02');
    expect(indexDays(noon, 2)(0)).toBe('2026-02-28');
    expect(indexDays(noon, 400)(noon - dayMs)).toBe('2026-03-01');
  });
});

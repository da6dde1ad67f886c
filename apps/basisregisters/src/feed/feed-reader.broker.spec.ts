import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemTimers } from '@kruispunt/clock';
import type { SchemaIds } from '@kruispunt/contracts';
import { FeedStore, migrate, openDatabase, PostgresPartitionStore, type Database } from '@kruispunt/postgres';
import { openTelemetry } from '@kruispunt/telemetry';
import { freshDatabase, InMemoryEventLog, until } from '@kruispunt/testkit';
import type { FeedSource } from './feed-client.js';
import { FeedReader } from './feed-reader.js';
import type { FeedPage } from './read-page.js';
import { feedTypes } from './typed-event.js';

const event = (id: number) => ({
  id: String(id),
  type: 'basisregisters.address.update.v1',
  time: '2025-01-01T00:00:00Z',
  source: 'https://feed.test',
  basisregisterseventtype: 'X',
  data: {
    objectId: String(id),
    naamruimte: 'https://data.vlaanderen.be/id/adres',
    versieId: '2025-01-01T00:00:00Z',
    nisCodes: [],
    attributen: [],
  },
});

/** A feed whose pages a test turns; `away` answers as a source that is down. */
class ScriptedFeed implements FeedSource {
  readonly name = `script-${randomUUID().slice(0, 8)}`;
  pages: FeedPage[] = [];
  away = false;
  asked = 0;
  page(_feed: string, page: number): Promise<FeedPage> {
    this.asked += 1;
    return this.away
      ? Promise.reject(new Error('down'))
      : Promise.resolve(this.pages[page - 1] ?? { complete: false, events: [] });
  }
}

describe('the reader of a change feed, on a real database', () => {
  let server: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  const schemaIds: SchemaIds = {
    idOf: (type) => feedTypes.findIndex((t) => t.type === type.type) + 1,
    typeOf: (id) => feedTypes[id - 1],
  };
  const log = openTelemetry('basisregisters', { level: 'silent' }).log;

  beforeAll(async () => {
    server = await freshDatabase();
    database = openDatabase(server.url);
    await migrate(database);
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  /** A process that reads `source` until it is stopped; `published` is what its log holds. */
  function start(source: ScriptedFeed, eventLog: InMemoryEventLog) {
    const abort = new AbortController();
    const partitions = new PostgresPartitionStore(database, eventLog);
    const ports = { source, partitions, store: new FeedStore(database), schemaIds };
    const reader = new FeedReader('adressen', ports, {
      owner: randomUUID(),
      pollMs: 20,
      timers: new SystemTimers(),
      log,
    });
    const running = reader.run(abort.signal);
    return {
      reader,
      stop: async () => {
        abort.abort();
        await running;
        await partitions.close();
      },
    };
  }
  const ids = (eventLog: InMemoryEventLog) => eventLog.records.map((r) => r.headers['ce_id']);

  it('publishes each event once, over a restart and a page that is asked again', async () => {
    const source = new ScriptedFeed();
    const eventLog = new InMemoryEventLog();
    source.pages = [
      { complete: true, events: [event(12), event(3)] },
      { complete: false, events: [event(20)] },
    ];
    const first = start(source, eventLog);
    await until('three events', () => eventLog.records.length >= 3);
    await first.stop();
    source.pages[1] = { complete: false, events: [event(20), event(21)] };
    const second = start(source, eventLog);
    await until('the fourth', () => eventLog.records.length >= 4);
    const askedThen = source.asked;
    await until('a look that brings nothing', () => source.asked > askedThen + 2);
    await second.stop();
    expect(ids(eventLog)).toEqual(['3', '12', '20', '21']);
  }, 60_000);

  it('waits for a source that is away, and says so, without publishing anything again', async () => {
    const source = new ScriptedFeed();
    const eventLog = new InMemoryEventLog();
    source.pages = [{ complete: false, events: [event(5)] }];
    const process = start(source, eventLog);
    await until('the first event', () => eventLog.records.length === 1);
    source.away = true;
    await until('it says so', () => process.reader.where().stoppedBy !== undefined);
    source.away = false;
    source.pages = [{ complete: false, events: [event(5), event(6)] }];
    await until('it goes on', () => eventLog.records.length >= 2, 20_000);
    expect(process.reader.where().stoppedBy).toBeUndefined();
    await process.stop();
    expect(ids(eventLog)).toEqual(['5', '6']);
  }, 60_000);
});

import { afterAll, beforeAll } from '@jest/globals';
import { freshDatabase, InMemoryEventLog, partitionStoreConformance } from '@kruispunt/testkit';
import { openDatabase, type Database } from './database.js';
import { migrate } from './migrate.js';
import { PostgresPartitionStore } from './postgres-partition-store.js';

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase();
  database = openDatabase(fresh.url);
  await migrate(database);
  const text = 'create table effect (at int generated always as identity, name text)';
  await database.query({ name: 'create', text });
}, 30_000);
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

partitionStoreConformance('PostgresPartitionStore', () => {
  const log = new InMemoryEventLog();
  return Promise.resolve({
    log,
    process: () => new PostgresPartitionStore(database, log),
    effect: (name) => ({ name: 'effect', text: 'insert into effect (name) values ($1)', values: [name] }),
    effects: async () => {
      const rows = await database.query<{ name: string }>({
        name: 'effects',
        text: 'select name from effect order by at',
      });
      return rows.map(({ name }) => name);
    },
    close: async () => {
      await database.query({ name: 'clear', text: 'truncate partition_owner, inbox, outbox, effect restart identity' });
    },
  });
});

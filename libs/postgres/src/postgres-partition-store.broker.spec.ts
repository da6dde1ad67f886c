import { freshDatabase, InMemoryEventLog, partitionStoreConformance } from '@kruispunt/testkit';
import { openDatabase } from './database.js';
import { migrate } from './migrate.js';
import { PostgresPartitionStore } from './postgres-partition-store.js';

partitionStoreConformance('PostgresPartitionStore', async () => {
  const fresh = await freshDatabase();
  const database = openDatabase(fresh.url);
  await migrate(database);
  await database.query({
    name: 'create',
    text: 'create table effect (at int generated always as identity, name text)',
  });
  const log = new InMemoryEventLog();
  return {
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
      await database.close();
      await fresh.drop();
    },
  };
});

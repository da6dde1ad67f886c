import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '@kruispunt/testkit';
import { openDatabase, type Database } from './database.js';
import { migrate } from './migrate.js';

describe('migrate', () => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  let path: string;
  let folder: URL;
  beforeEach(async () => {
    fresh = await freshDatabase();
    database = openDatabase(fresh.url);
    path = await mkdtemp(join(tmpdir(), 'migrate-'));
    folder = pathToFileURL(`${path}/`);
  });
  afterEach(async () => {
    await database.close();
    await fresh.drop();
    await rm(path, { recursive: true });
  });

  const file = (name: string, sql: string): Promise<void> => writeFile(join(path, name), sql);
  const tables = async (): Promise<string[]> => {
    const text = `select tablename as name from pg_tables where schemaname = 'public' order by 1`;
    return (await database.query<{ name: string }>({ name: 'tables', text })).map(({ name }) => name);
  };

  it('applies each file once, in the order of its number', async () => {
    await file('0002-b.sql', 'alter table a add column b int; create index on a (b);');
    await file('0001-a.sql', 'create table a (id int);');
    await file('readme.md', 'not a migration');
    expect(await migrate(database, folder)).toEqual(['0001-a.sql', '0002-b.sql']);
    await file('0003-c.sql', 'create table c (id int);');
    expect(await migrate(database, folder)).toEqual(['0003-c.sql']);
    expect(await migrate(database, folder)).toEqual([]);
    expect(await tables()).toEqual(['a', 'c', 'migration']);
  });

  it('refuses a file that was changed after it had been applied, and names it', async () => {
    await file('0001-a.sql', 'create table a (id int);');
    await migrate(database, folder);
    await file('0001-a.sql', 'create table a (id bigint);');
    await file('0002-b.sql', 'create table b (id int);');
    await expect(migrate(database, folder)).rejects.toMatchObject({
      slug: 'migration-changed',
      fields: { at: '0001-a.sql' },
    });
    expect(await tables()).toEqual(['a', 'migration']);
  });

  it('refuses two files with one number', async () => {
    await file('0001-a.sql', 'select 1;');
    await file('0001-b.sql', 'select 1;');
    await expect(migrate(database, folder)).rejects.toMatchObject({
      slug: 'migration-changed',
      fields: { at: '0001' },
    });
  });

  it('leaves the database as it was when one of the files fails, and names the file', async () => {
    await file('0001-a.sql', 'create table a (id int);');
    await file('0002-b.sql', 'create table b (id int); select * from nowhere;');
    await expect(migrate(database, folder)).rejects.toMatchObject({
      slug: 'internal',
      fields: { statement: '0002-b.sql' },
    });
    expect(await tables()).toEqual([]);
  });

  it('lets eight processes start at once: one applies, the others find it done', async () => {
    const databases = Array.from({ length: 8 }, () => openDatabase(fresh.url, { sessionsMax: 2 }));
    const applied = await Promise.all(databases.map((each) => migrate(each)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await tables()).toEqual(expect.arrayContaining(['inbox', 'outbox', 'partition_owner', 'quarantine']));
    await Promise.all(databases.map((each) => each.close()));
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '@kruispunt/testkit';
import { openDatabase, type Database } from './database.js';
import { dropDayPartitionsBefore, ensureDayPartitions } from './day-partitions.js';

describe('day partitions', () => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  beforeAll(async () => {
    fresh = await freshDatabase();
    database = openDatabase(fresh.url);
    await database.query({
      name: 'seen',
      text: 'create table seen (at timestamptz, id int, primary key (id, at)) partition by range (at)',
    });
    await database.query({ name: 'log', text: 'create table log (day date, id int) partition by range (day)' });
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  it('are made for each day of the range, over a month’s end, and only once', async () => {
    const range = { from: '2028-02-28', days: 3 };
    expect(await ensureDayPartitions(database, 'seen', range)).toEqual([
      'seen_20280228',
      'seen_20280229',
      'seen_20280301',
    ]);
    expect(await ensureDayPartitions(database, 'seen', range)).toEqual([]);
    expect(await ensureDayPartitions(database, 'seen', { from: '2028-02-28', days: 4 })).toEqual(['seen_20280302']);
  });

  it('begin and end at midnight UTC, whatever the time of year', async () => {
    await ensureDayPartitions(database, 'seen', { from: '2026-03-29', days: 1 });
    const insert = {
      name: 'insert',
      text: 'insert into seen values ($1, 1) returning tableoid::regclass::text as partition',
    };
    for (const at of ['2026-03-29T00:00:00Z', '2026-03-29T23:59:59.999Z']) {
      expect(await database.query({ ...insert, values: [new Date(at)] })).toEqual([{ partition: 'seen_20260329' }]);
    }
    await expect(database.query({ ...insert, values: [new Date('2026-03-30T00:00:00Z')] })).rejects.toMatchObject({
      fields: { sqlstate: '23514' },
    });
  });

  it('start today when no day is given', async () => {
    const [today] = await database.query<{ name: string }>({
      name: 'today',
      text: `select 'log_' || to_char(current_date, 'YYYYMMDD') as name`,
    });
    expect((await ensureDayPartitions(database, 'log', { days: 2 }))[0]).toBe(today?.name);
  });

  it('can be made by many processes at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 6 }, () => ensureDayPartitions(database, 'log', { from: '2030-01-01', days: 20 })),
    );
    expect(made.flat()).toHaveLength(20);
  });

  it('are dropped when they lie before a day, and no others', async () => {
    await ensureDayPartitions(database, 'seen', { from: '2029-01-01', days: 3 });
    const gone = await dropDayPartitionsBefore(database, 'seen', '2029-01-02');
    expect(gone.at(-1)).toBe('seen_20290101');
    expect(await dropDayPartitionsBefore(database, 'seen', '2029-01-02')).toEqual([]);
    expect(await ensureDayPartitions(database, 'seen', { from: '2029-01-02', days: 2 })).toEqual([]);
  });

  it('do not hold up their writers for long when a reader is in the way: the drop gives up', async () => {
    await ensureDayPartitions(database, 'log', { from: '2020-01-01', days: 1 });
    await database.transaction(async (tx) => {
      await tx.query({ name: 'read', text: 'select count(*) from log' });
      await expect(dropDayPartitionsBefore(database, 'log', '2021-01-01')).rejects.toMatchObject({
        slug: 'store-unavailable',
      });
    });
    expect(await dropDayPartitionsBefore(database, 'log', '2021-01-01')).toEqual(['log_20200101']);
  });

  it('take no other word for a table', async () => {
    await expect(ensureDayPartitions(database, 'log; drop table log', { days: 1 })).rejects.toThrow('not a table name');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { QuarantinedRecord } from '@kruispunt/event';
import { problem } from '@kruispunt/problem';
import { freshDatabase } from '@kruispunt/testkit';
import { openDatabase, type Database } from './database.js';
import { migrate } from './migrate.js';
import { PostgresQuarantine } from './postgres-quarantine.js';

describe('PostgresQuarantine', () => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  let quarantine: PostgresQuarantine;
  beforeAll(async () => {
    fresh = await freshDatabase();
    database = openDatabase(fresh.url);
    await migrate(database);
    quarantine = new PostgresQuarantine(database);
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const record = (offset: number, more: Partial<QuarantinedRecord> = {}): QuarantinedRecord => ({
    consumer: 'keten',
    topic: 'be.vlaanderen.x.v1',
    partition: 2,
    offset,
    key: Buffer.from([0, 255]),
    value: Buffer.from('{"'),
    headers: { ce_id: 'a"\\{,}', nul: 'x\u0000y' },
    because: problem('undecodable', { at: '/adres', versions: ['v1', 'v2'] }),
    ...more,
  });

  it('keeps a record byte for byte, also one without key or value', async () => {
    await quarantine.put([record(1), record(2, { key: null, value: null })]);
    const { because: _, ...first } = record(1);
    expect(await quarantine.find('keten', record(1))).toEqual({
      ...first,
      headers: { ...first.headers, nul: 'x\ufffdy' },
    });
    expect(await quarantine.find('keten', record(2))).toMatchObject({ key: null, value: null });
    expect(await quarantine.find('keten', record(99))).toBeUndefined();
  });

  it('keeps the first account when a record comes a second time', async () => {
    await quarantine.put([record(1, { because: problem('internal') })]);
    const entries = await quarantine.list({ consumer: 'keten', limit: 10 });
    expect(entries.find(({ offset }) => offset === 1)).toMatchObject({
      reason: 'undecodable',
      fields: { at: '/adres', versions: ['v1', 'v2'] },
    });
  });

  it('counts and lists per consumer or for all, within the limit', async () => {
    await quarantine.put([
      record(1, { consumer: 'index' }),
      record(3, { consumer: 'index', because: problem('internal') }),
    ]);
    expect([await quarantine.count('keten'), await quarantine.count('index'), await quarantine.count()]).toEqual([
      2, 2, 4,
    ]);
    expect(await quarantine.list({ limit: 3 })).toHaveLength(3);
    expect((await quarantine.list({ consumer: 'index', limit: 500 })).map(({ consumer }) => consumer)).toEqual([
      'index',
      'index',
    ]);
    await expect(quarantine.list({ limit: 501 })).rejects.toThrow('limit');
  });

  it('lets a record go once', async () => {
    expect(await quarantine.remove('index', record(3))).toBe(true);
    expect(await quarantine.remove('index', record(3))).toBe(false);
    expect(await quarantine.count('index')).toBe(1);
  });
});

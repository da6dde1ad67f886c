import { afterAll, describe, expect, it } from '@jest/globals';
import { Problem } from '@kruispunt/problem';
import { copyLine } from './copy-in.js';
import { isConflictOn } from './database-problem.js';
import { openDatabase } from './database.js';

const url = process.env['DATABASE_URL'] ?? '';

describe('Database', () => {
  const database = openDatabase(url, {
    sessionsMax: 2,
    statementTimeoutMs: 400,
    idleInTransactionTimeoutMs: 400,
    waitingMax: 4,
  });
  afterAll(() => database.close());

  const problemOf = async (attempt: Promise<unknown>): Promise<Problem> => {
    const thrown: unknown = await attempt.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(thrown instanceof Problem)) throw new Error('expected a Problem', { cause: thrown });
    return thrown;
  };

  it('copies rows in by the thousand as they were given, or none of them', async () => {
    const text = 'copy copied (n, said, at) from stdin';
    const said = ['', '\\N', 'een\ttab', 'twee\nlijnen\r', 'een \\ en nog \\n een', null, 'é😀'];
    const when = new Date(1_774_742_400_123);
    const rows = (texts: readonly (string | null)[]) => texts.map((one, i) => copyLine([i, one, when])).join('');
    await database.query({ name: 'test-copied', text: 'create table copied (n int, said text, at timestamptz)' });
    await database.copyIn('test-copy', text, rows(said));
    const all = { name: 'test-copy-all', text: 'select said, at from copied order by n' };
    expect(await database.query(all)).toEqual(said.map((one) => ({ said: one, at: when })));

    const refused = await problemOf(database.copyIn('test-copy', text, `${rows(['goed'])}geen getal\tx\t\\N\n`));
    expect(refused).toMatchObject({ slug: 'internal', fields: { statement: 'test-copy' } });
    expect(JSON.stringify([refused.message, refused.fields])).not.toContain('geen getal');
    expect(await database.query(all)).toHaveLength(said.length);
    await database.query({ name: 'test-copied-gone', text: 'drop table copied' });
  });

  it('gives a bigint as a number, a date as text, an instant as Date and JSON parsed', async () => {
    const [row] = await database.query({
      name: 'test-types',
      text: `select 9007199254740991::bigint as big, date '2026-03-29' as day, $1::timestamptz as at, '{"a":[1]}'::jsonb as doc, '\\x0102'::bytea as bytes`,
      values: [new Date(1_774_742_400_000)],
    });
    expect(row).toEqual({
      big: 9_007_199_254_740_991,
      day: '2026-03-29',
      at: new Date(1_774_742_400_000),
      doc: { a: [1] },
      bytes: Buffer.from([1, 2]),
    });
  });

  it('refuses to round a bigint that a number cannot hold', async () => {
    await expect(
      database.query({ name: 'test-beyond', text: 'select 9007199254740993::bigint as big' }),
    ).rejects.toThrow();
  });

  it('keeps nothing of a transaction that throws, and all of one that does not', async () => {
    await database.query({ name: 'test-drop', text: 'drop table if exists database_spec' });
    await database.query({
      name: 'test-create',
      text: 'create table database_spec (id int constraint database_spec_id primary key)',
    });
    const insert = { name: 'test-insert', text: 'insert into database_spec values ($1)' };
    await expect(
      database.transaction(async (tx) => {
        await tx.query({ ...insert, values: [1] });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await database.transaction((tx) => tx.query({ ...insert, values: [2] }));
    expect(await database.query({ name: 'test-all', text: 'select id from database_spec' })).toEqual([{ id: 2 }]);

    const fault = await problemOf(database.query({ ...insert, values: [2] }));
    expect(fault.slug).toBe('internal');
    expect(isConflictOn(fault, 'database_spec_id')).toBe(true);
    await database.query({ name: 'test-drop-again', text: 'drop table database_spec' });
  });

  it('commits nothing when work swallows a failed statement', async () => {
    const fault = await problemOf(
      database.transaction(async (tx) => {
        await tx.query({ name: 'test-fails', text: 'select 1 / 0' }).catch(() => undefined);
      }),
    );
    expect(fault.slug).toBe('internal');
  });

  it('refuses a statement that comes after its transaction', async () => {
    const late = await database.transaction((tx) => Promise.resolve(tx));
    await expect(late.query({ name: 'test-late', text: 'select 1' })).rejects.toThrow('after its transaction');
  });

  it('never repeats a row value in a fault', async () => {
    const canary = 'canary-61021512345';
    for (const text of ['select $1::uuid', 'select $1::int', 'select $1::jsonb']) {
      const fault = await problemOf(database.query({ name: `test-${text}`, text, values: [canary] }));
      expect(
        JSON.stringify({ ...fault.fields, ...(fault.cause as object), text: (fault.cause as Error).message }),
      ).not.toContain('canary');
    }
  });

  it('says store-unavailable when a statement or a silent transaction takes too long, and works afterwards', async () => {
    expect((await problemOf(database.query({ name: 'test-slow', text: 'select pg_sleep(5)' }))).slug).toBe(
      'store-unavailable',
    );
    const silent = database.transaction(async (tx) => {
      await new Promise((wake) => setTimeout(wake, 900));
      await tx.query({ name: 'test-one', text: 'select 1' });
    });
    expect((await problemOf(silent)).slug).toBe('store-unavailable');
    expect(await database.query({ name: 'test-one', text: 'select 1 as one' })).toEqual([{ one: 1 }]);
  });

  it('survives the end of its sessions, idle or in use', async () => {
    const other = openDatabase(url, { sessionsMax: 1 });
    const ended = database.transaction(async (tx) => {
      const [me] = await tx.query<{ pid: number }>({ name: 'test-pid', text: 'select pg_backend_pid() as pid' });
      await other.query({ name: 'test-end', text: 'select pg_terminate_backend($1, 1000)', values: [me?.pid] });
      await tx.query({ name: 'test-pid', text: 'select pg_backend_pid() as pid' });
    });
    expect((await problemOf(ended)).slug).toBe('store-unavailable');
    expect(await database.query({ name: 'test-two', text: 'select 2 as two' })).toEqual([{ two: 2 }]);
    await other.close();
  });

  it('refuses callers beyond its bound instead of queueing them without end', async () => {
    const attempts = Array.from({ length: 12 }, () =>
      database.query({ name: 'test-nap', text: 'select pg_sleep(0.05)' }),
    );
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter((o) => o.status === 'fulfilled').length).toBe(6);
    expect(outcomes.every((o) => o.status === 'fulfilled' || (o.reason as Problem).slug === 'store-unavailable')).toBe(
      true,
    );
  });

  it('says store-unavailable, with the cause, where no database answers', async () => {
    const nowhere = openDatabase('postgres://kruispunt:none@127.0.0.1:9/kruispunt');
    const fault = await problemOf(nowhere.query({ name: 'test-nowhere', text: 'select 1' }));
    expect([fault.slug, (fault.cause as { code?: string }).code]).toEqual(['store-unavailable', 'ECONNREFUSED']);
    await nowhere.close();
  });
});

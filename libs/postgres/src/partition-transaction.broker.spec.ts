import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { LogRecord } from '@kruispunt/event';
import { freshDatabase, freshName, InMemoryEventLog } from '@kruispunt/testkit';
import { openDatabase, type Database } from './database.js';
import { dropDayPartitionsBefore, ensureDayPartitions } from './day-partitions.js';
import { admitText, keepInbox } from './inbox.js';
import { migrate } from './migrate.js';
import type { Claim, Tx } from './partition-store.js';
import { PostgresPartitionStore } from './postgres-partition-store.js';

const sendQuery = Object.getOwnPropertyDescriptor(pg.Client.prototype, 'query') as PropertyDescriptor;

describe('the partition transaction on Postgres', () => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  beforeAll(async () => {
    fresh = await freshDatabase();
    database = openDatabase(fresh.url);
    await migrate(database);
    await run('create table effect (at int generated always as identity, topic text, name text)');
  });
  afterEach(() => {
    Object.defineProperty(pg.Client.prototype, 'query', sendQuery);
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const run = (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
    database.query({ name: `spec ${text}`.slice(0, 60), text, values });
  const leave =
    ({ topic }: Claim, name: string) =>
    async (tx: Tx): Promise<string> => {
      await tx.query({
        name: 'leave',
        text: 'insert into effect (topic, name) values ($1, $2)',
        values: [topic, name],
      });
      tx.publish([record(name)]);
      return name;
    };
  const effects = async ({ topic }: Claim): Promise<unknown[]> =>
    (await run('select name from effect where topic = $1 order by at', topic)).map((row) => row['name']);
  const open = async (): Promise<{ log: InMemoryEventLog; store: PostgresPartitionStore; claim: Claim }> => {
    const log = new InMemoryEventLog();
    const store = new PostgresPartitionStore(database, log);
    return { log, store, claim: await store.claim('keten', freshName('topic'), 0, 'a') };
  };
  const outboxRows = async ({ topic }: Claim): Promise<number> =>
    (await run('select from outbox join partition_owner p on p.id = outbox.owner where p.topic = $1', topic)).length;

  /** The connection breaks at the next commit: before the server has it, or after it was done and before the answer came. */
  const breakAtCommit = (when: 'before' | 'after'): void => {
    let broken = false;
    Object.defineProperty(pg.Client.prototype, 'query', {
      ...sendQuery,
      async value(this: pg.Client & { connection: { stream: { destroy(): void } } }, ...args: unknown[]) {
        const send = (): unknown => (sendQuery.value as (...all: unknown[]) => unknown).apply(this, args);
        if (broken || args[0] !== 'commit') return send();
        broken = true;
        if (when === 'after') await send();
        this.connection.stream.destroy();
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      },
    });
  };

  it('finds out that a commit happened when its answer is lost, and answers as if nothing had', async () => {
    const { log, store, claim } = await open();
    breakAtCommit('after');
    expect(await store.transact(claim, { from: -1, next: 5, eventIds: ['x'] }, leave(claim, 'een'))).toBe('een');
    expect(await store.transact(claim, { from: 5, next: 6 }, leave(claim, 'twee'))).toBe('twee');
    await store.publishOutbox(claim);
    expect(await effects(claim)).toEqual(['een', 'twee']);
    expect(log.records.map(({ key }) => key)).toEqual(['een', 'twee']);
  });

  it('finds out that a commit did not happen, and lets the same stretch come again', async () => {
    const { log, store, claim } = await open();
    breakAtCommit('before');
    const stretch = { from: -1, next: 5, eventIds: ['x'] };
    await expect(store.transact(claim, stretch, leave(claim, 'een'))).rejects.toMatchObject({
      slug: 'store-unavailable',
    });
    expect(await store.publishOutbox(claim)).toBe(0);
    expect(await store.transact(claim, stretch, leave(claim, 'een'))).toBe('een');
    await store.publishOutbox(claim);
    expect(await effects(claim)).toEqual(['een']);
    expect(log.records.map(({ key }) => key)).toEqual(['een']);
  });

  it('tells a commit that moved no position from none at all', async () => {
    const { store, claim } = await open();
    await store.transact(claim, { from: -1, next: 5 }, leave(claim, 'een'));
    breakAtCommit('after');
    expect(await store.transact(claim, { from: 5, next: 5 }, leave(claim, 'twee'))).toBe('twee');
    Object.defineProperty(pg.Client.prototype, 'query', sendQuery);
    breakAtCommit('before');
    await expect(store.transact(claim, { from: 5, next: 5 }, leave(claim, 'drie'))).rejects.toMatchObject({
      slug: 'store-unavailable',
    });
    expect(await effects(claim)).toEqual(['een', 'twee']);
  });

  it('empties the outbox by the next transaction, or by the next look when nothing comes', async () => {
    const { store, claim } = await open();
    await store.transact(claim, { from: -1, next: 1 }, leave(claim, 'een'));
    await store.publishOutbox(claim);
    expect(await outboxRows(claim)).toBe(1);
    await store.transact(claim, { from: 1, next: 2 }, () => Promise.resolve());
    expect(await outboxRows(claim)).toBe(0);
    await store.transact(claim, { from: 2, next: 3 }, leave(claim, 'twee'));
    expect([await store.publishOutbox(claim), await outboxRows(claim)]).toEqual([1, 1]);
    expect([await store.publishOutbox(claim), await outboxRows(claim)]).toEqual([0, 0]);
  });

  it('takes a large outbox over in pages, in order, and numbers on from there', async () => {
    const { log, store, claim } = await open();
    const keys = Array.from({ length: 1_234 }, (_, at) => `${at}`);
    await store.transact(claim, { from: -1, next: 1 }, (tx) => Promise.resolve(tx.publish(keys.map(record))));
    const successor = new PostgresPartitionStore(database, log);
    const second = await successor.claim('keten', claim.topic, 0, 'b');
    expect(log.records.map(({ key }) => key)).toEqual(keys);
    await successor.transact(second, { from: 1, next: 2 }, leave(second, 'na'));
    await new PostgresPartitionStore(database, log).claim('keten', claim.topic, 0, 'c');
    expect(log.records.at(-1)?.key).toBe('na');
    expect(log.records).toHaveLength(1_235);
  });

  it('commits nothing more when too much waits for the log', async () => {
    const { log, store, claim } = await open();
    log.failing = true;
    const flood = Array.from({ length: 10_000 }, (_, at) => record(`${at}`));
    await store.transact(claim, { from: -1, next: 1 }, (tx) => Promise.resolve(tx.publish(flood)));
    await expect(store.transact(claim, { from: 1, next: 2 }, leave(claim, 'een'))).rejects.toMatchObject({
      slug: 'log-unavailable',
    });
    log.failing = false;
    expect(await store.publishOutbox(claim)).toBe(10_000);
    await store.transact(claim, { from: 1, next: 2 }, leave(claim, 'een'));
  });

  it('does not publish one record twice when two calls publish at once', async () => {
    const { log, store, claim } = await open();
    await store.transact(claim, { from: -1, next: 1 }, leave(claim, 'een'));
    expect(
      await Promise.all([store.publishOutbox(claim), store.publishOutbox(claim), store.publishOutbox(claim)]),
    ).toEqual([1, 0, 0]);
    expect(log.records).toHaveLength(1);
  });

  it('lets one of many claimants win, each with an epoch of its own', async () => {
    const topic = freshName('topic');
    const stores = Array.from({ length: 6 }, () => new PostgresPartitionStore(database, new InMemoryEventLog()));
    const outcomes = await Promise.allSettled(stores.map((store) => store.claim('keten', topic, 0, 'x')));
    const claims = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(new Set(claims.map(({ epoch }) => epoch)).size).toBe(claims.length);
    const last = Math.max(...claims.map(({ epoch }) => epoch));
    const write = (store: PostgresPartitionStore, claim: Claim): Promise<void> =>
      store.transact(claim, { from: -1, next: claim.epoch }, () => Promise.resolve());
    const writes = await Promise.allSettled(
      stores.flatMap((store, at) => {
        const outcome = outcomes[at];
        return outcome?.status === 'fulfilled' ? [write(store, outcome.value)] : [];
      }),
    );
    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await run('select next from partition_owner where topic = $1', topic)).toEqual([{ next: last }]);
  });

  it('knows an id of the two days before, and forgets what is older with its partition', async () => {
    const { store, claim } = await open();
    const [days] = await run(`select current_date - 1 as one, current_date - 2 as two, current_date - 3 as three`);
    await ensureDayPartitions(database, 'inbox', { from: String(days?.['three']), days: 3 });
    await store.transact(claim, { from: -1, next: 1, eventIds: ['one', 'two', 'three', 'today'] }, () =>
      Promise.resolve(),
    );
    for (const name of ['one', 'two', 'three']) {
      await run('update inbox set day = $2 where event = $1', inboxKeys[name], days?.[name]);
    }
    const seen = (tx: Tx) => Promise.resolve([...tx.fresh]);
    expect(await store.transact(claim, { from: 1, next: 2, eventIds: ['today', 'one', 'two'] }, seen)).toEqual([]);
    await keepInbox(database);
    expect(await dropDayPartitionsBefore(database, 'inbox', String(days?.['two']))).toEqual([]);
    expect(await store.transact(claim, { from: 2, next: 3, eventIds: ['three', 'two'] }, seen)).toEqual(['three']);
  });

  it('makes room itself when it wakes up on a day the inbox does not know', async () => {
    const { store, claim } = await open();
    await run(`do $$ declare p regclass; begin for p in select inhrelid from pg_inherits where inhparent = 'inbox'::regclass
               loop execute 'drop table ' || p; end loop; end $$`);
    const stretch = { from: -1, next: 1, eventIds: ['x'] };
    const seen = (tx: Tx) => Promise.resolve([...tx.fresh]);
    await expect(store.transact(claim, stretch, seen)).rejects.toMatchObject({ slug: 'store-unavailable' });
    expect(await store.transact(claim, stretch, seen)).toEqual(['x']);
  });

  it('looks ids up by key, however the planner sees the table', async () => {
    const { store, claim } = await open();
    const [day] = await run('select current_date - 2 as before');
    await ensureDayPartitions(database, 'inbox', { from: String(day?.['before']), days: 3 });
    const ids = Array.from({ length: 500 }, (_, at) => `id-${at}`);
    await store.transact(claim, { from: -1, next: 1, eventIds: ids }, () => Promise.resolve());
    const plan = await store.transact(claim, { from: 1, next: 2 }, (tx) =>
      tx.query<Record<string, string>>({
        name: 'plan',
        text: `explain ${admitText}`,
        values: [1, ids.map(() => inboxKeys['one']), 2],
      }),
    );
    const text = plan.map((row) => Object.values(row)[0]).join('\n');
    expect(text).toMatch(/Index/);
    expect(text).not.toMatch(/Seq Scan on inbox/);
  });
});

const record = (key: string): LogRecord => ({ topic: 'uit.v1', key, value: null, headers: { ce_id: key } });

/** First 128 bits of the SHA-256 of each name, as `printf one | sha256sum` gives them. */
const inboxKeys: Readonly<Record<string, string>> = {
  one: '7692c3ad-3540-bb80-3c02-0b3aee66cd88',
  two: '3fc4ccfe-7458-70e2-c0d9-9f71f30ff065',
  three: '8b5b9db0-c13d-b242-56c8-29aa364aa90c',
};

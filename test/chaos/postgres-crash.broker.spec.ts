import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@kruispunt/clock';
import { startPostgres, workspaceRoot, type RunningPostgres } from '@kruispunt/embedded';
import { migrate, openDatabase, PostgresPartitionStore, type Claim, type Database } from '@kruispunt/postgres';
import { Problem } from '@kruispunt/problem';
import { freshName, InMemoryEventLog, until } from '@kruispunt/testkit';

const crashes = 8;
const partitions = 4;

describe('a Postgres that is killed in the middle of commits', () => {
  const folder = join(workspaceRoot(), '.kruispunt', freshName('postgres-crash'));
  let postgres: RunningPostgres;
  let database: Database;
  beforeAll(async () => {
    postgres = await startPostgres({ folder });
    database = openDatabase(postgres.url, { connectTimeoutMs: 2_000 });
    await migrate(database);
    const run = (text: string) => database.query({ name: text.slice(0, 60), text });
    await run('create table effect (at bigint generated always as identity, part int, event int)');
    // Each commit takes about 3 ms, so that most kills fall into one.
    await run('alter role kruispunt set commit_delay = 3000');
    await run('alter role kruispunt set commit_siblings = 0');
    await database.close();
    database = openDatabase(postgres.url, { connectTimeoutMs: 2_000 });
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps what it acknowledged and nothing twice: effects once, outbox at least once, in order', async () => {
    const log = new InMemoryEventLog();
    const store = new PostgresPartitionStore(database, log);
    const ends = new AbortController();
    const workers = Array.from({ length: partitions }, (_, part) => work(store, part, ends.signal));

    const random = new SeededRandom(4);
    for (let crash = 0; crash < crashes; crash++) {
      const before = log.records.length;
      await until('work goes on', () => log.records.length > before + 20);
      await sleep(random.next() * 20);
      await postgres.kill();
      await until('Postgres starts again', () =>
        postgres.start().then(
          () => true,
          () => false,
        ),
      );
    }
    ends.abort();
    const done = await Promise.all(workers);

    const rows = await database.query<{ part: number; event: number }>({
      name: 'effects',
      text: 'select part, event from effect order by at',
    });
    done.forEach((next, part) => {
      const whole = Array.from({ length: next }, (_, event) => event);
      expect(rows.filter((row) => row.part === part).map(({ event }) => event)).toEqual(whole);
      const published = log.records
        .filter(({ key }) => key === `${part}`)
        .map(({ headers }) => Number(headers['ce_id']));
      expect([...new Set(published)]).toEqual(whole);
      expect(next).toBeGreaterThan(crashes);
    });
  }, 120_000);
});

/** One event per transaction, as fast as it goes, until told to stop; answers how many were acknowledged. */
async function work(store: PostgresPartitionStore, part: number, end: AbortSignal): Promise<number> {
  let claim: Claim | undefined;
  let next = 0;
  while (!end.aborted || claim === undefined) {
    try {
      claim ??= await store.claim('chaos', 'topic.v1', part, 'worker');
      const event = next;
      await store.transact(claim, { from: event, next: event + 1, eventIds: [`${event}`] }, async (tx) => {
        if (!tx.fresh.has(`${event}`)) return;
        await tx.query({
          name: 'effect',
          text: 'insert into effect (part, event) values ($1, $2)',
          values: [part, event],
        });
        tx.publish([{ topic: 'uit.v1', key: `${part}`, value: null, headers: { ce_id: `${event}` } }]);
      });
      next += 1;
      await store.publishOutbox(claim);
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      if (thrown.slug === 'conflict') next = Number(thrown.fields['next']);
      else if (thrown.slug !== 'store-unavailable') throw thrown;
      await sleep(20);
    }
  }
  const mine = claim;
  await until('the outbox is published', () =>
    store.publishOutbox(mine).then(
      () => true,
      () => false,
    ),
  );
  return next;
}

import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventLog } from '@kruispunt/event';
import { migrate, openDatabase, PostgresPartitionStore, type Database } from '@kruispunt/postgres';
import { freshDatabase, until } from '@kruispunt/testkit';

const batches = 3;
const eventIds = ['0', '0b', '1', '1b', '2', '2b'];
const moments = ['sent', 'answered'] as const;
/** Steps of the two batches that are not left in peace, and of the closing `publishOutbox`; the first test counts them. */
const stepsInAll = 20;

describe('a partition worker that is killed or stopped at any step', () => {
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  let folder: string;

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = openDatabase(fresh.url);
    await migrate(database);
    await database.query({
      name: 'create',
      text: 'create table effect (at int generated always as identity, topic text, event text, by text)',
    });
    folder = await mkdtemp(join(tmpdir(), 'partition-'));
  });
  const children: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await database.close();
    await fresh.drop();
    await rm(folder, { recursive: true });
  });

  const logFile = (topic: string): string => join(folder, topic);
  const logged = (topic: string): string[] => readFileSync(logFile(topic), 'utf8').split('\n').slice(0, -1);
  const effects = async (topic: string): Promise<{ event: string; by: string }[]> =>
    database.query({
      name: 'effects',
      text: 'select event, by from effect where topic = $1 order by at',
      values: [topic],
    });

  /** Starts the worker; `ended` gives what it printed last, or the signal that ended it. */
  const start = (topic: string, fate: { signal: string; atStep: number; moment: string }): Worker => {
    writeFileSync(logFile(topic), '');
    const work = { url: fresh.url, logFile: logFile(topic), topic, batches, ...fate };
    const child = spawn(process.execPath, [join(import.meta.dirname, 'partition-worker.mjs')], {
      env: { ...process.env, NODE_OPTIONS: '', PARTITION_WORK: JSON.stringify(work) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    let said = '';
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    const ended = new Promise<string>((resolve) => child.once('close', (_, signal) => resolve(signal ?? said)));
    return { child, ended };
  };

  /** Another process takes over, in this one's memory: does what is left, the same way. */
  const takeOver = async (topic: string): Promise<void> => {
    const log = {
      append: (records: Parameters<EventLog['append']>[0]) => {
        writeFileSync(logFile(topic), records.map(({ headers }) => `${headers['ce_id']}\n`).join(''), { flag: 'a' });
        return Promise.resolve(records.map((_, offset) => ({ topic: 'uit.v1', partition: 0, offset })));
      },
    };
    const store = new PostgresPartitionStore(database, log);
    const claim = await store.claim('chaos', topic, 0, 'successor');
    for (let at = Math.max(claim.next, 0); at < batches; at++) {
      const from = at === 0 ? claim.next : at;
      await store.transact(claim, { from, next: at + 1, eventIds: [`${at}`, `${at}b`] }, async (tx) => {
        await tx.query({
          name: 'chaos-effect',
          text: 'insert into effect (topic, event, by) select $1, unnest($2::text[]), $3',
          values: [topic, [...tx.fresh], 'successor'],
        });
        tx.publish(
          [...tx.fresh].map((id) => ({
            topic: 'uit.v1',
            key: topic,
            value: null,
            headers: { ce_id: `${topic}:${id}` },
          })),
        );
      });
      await store.publishOutbox(claim);
    }
    await store.publishOutbox(claim);
  };

  /** I3 and the outbox: each effect once and in order, each record at least once and in order, the outbox empty. */
  const expectWhole = async (topic: string): Promise<void> => {
    expect((await effects(topic)).map(({ event }) => event)).toEqual(eventIds);
    expect([...new Set(logged(topic))]).toEqual(eventIds.map((id) => `${topic}:${id}`));
    const waiting = await database.query({
      name: 'waiting',
      text: 'select seq from outbox join partition_owner on outbox.owner = id where partition_owner.topic = $1',
      values: [topic],
    });
    expect(waiting).toEqual([]);
  };

  it('has as many steps as are tried below', async () => {
    const worker = start('peace', { signal: 'SIGKILL', atStep: 0, moment: 'sent' });
    expect(JSON.parse(await worker.ended)).toEqual({ outcome: 'done', steps: stepsInAll });
    await expectWhole('peace');
    expect(logged('peace')).toHaveLength(eventIds.length);
  });

  for (const moment of moments) {
    it(`leaves each effect once and loses no record when it is killed with a step ${moment}`, async () => {
      for (let atStep = 1; atStep <= stepsInAll; atStep++) {
        const topic = `kill-${moment}-${atStep}`;
        expect([topic, await start(topic, { signal: 'SIGKILL', atStep, moment }).ended]).toEqual([topic, 'SIGKILL']);
        await takeOver(topic);
        await expectWhole(topic);
      }
    }, 120_000);

    it(`writes nothing when it was stopped with a step ${moment} and wakes up after another took over`, async () => {
      for (let atStep = 1; atStep <= stepsInAll; atStep++) {
        const topic = `stop-${moment}-${atStep}`;
        const { child, ended } = start(topic, { signal: 'SIGSTOP', atStep, moment });
        await until(`${topic} stands still`, () => stands(child));
        await takeOver(topic);
        const before = await effects(topic);
        child.kill('SIGCONT');
        const { outcome } = JSON.parse(await ended) as { outcome: string };
        expect(['done', 'fenced', 'store-unavailable']).toContain(outcome);
        expect(await effects(topic)).toEqual(before);
        await expectWhole(topic);
      }
    }, 120_000);
  }
});

interface Worker {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

/** State T in the kernel's own words: stopped by a signal. */
const stands = ({ pid }: ChildProcess): boolean =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('T') ?? false;

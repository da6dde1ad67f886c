import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { problem } from '@kruispunt/problem';
import { freshName, serviceUrl, until } from '@kruispunt/testkit';
import type { LogAdmin, LogBatch, LogProducer } from './driver.js';
import { platformaticDriver } from './platformatic/driver.js';
import { runPartitions, type PartitionClaims, type PartitionRun, type RunnerTrouble } from './run-partitions.js';

jest.setTimeout(60_000);

const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'runner' });
const partitions = 4;

interface Claim {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
  readonly epoch: number;
}

/** The partition store's promise in memory: an epoch per partition, and effects that commit with the position or not at all. */
class InMemoryClaims implements PartitionClaims<Claim> {
  private readonly rows = new Map<number, { epoch: number; next: number }>();
  readonly effects: string[] = [];

  async claim(_consumer: string, topic: string, partition: number): Promise<Claim> {
    const row = this.rows.get(partition) ?? { epoch: 0, next: -1 };
    row.epoch += 1;
    this.rows.set(partition, row);
    return { topic, partition, ...row };
  }

  commit(claim: Claim, batch: LogBatch): void {
    const row = this.rows.get(claim.partition)!;
    if (row.epoch !== claim.epoch) throw problem('fenced');
    if (row.next >= 0 && row.next !== batch.from) throw problem('conflict', { next: row.next });
    row.next = batch.next;
    this.effects.push(...batch.entries.map((e) => e.value!.toString()));
  }

  async publishOutbox(): Promise<number> {
    return 0;
  }
}

describe('the partition runner', () => {
  let admin: LogAdmin;
  let producer: LogProducer;
  const open: PartitionRun<Claim>[] = [];

  const freshTopic = async () => {
    const topic = freshName('loper');
    await admin.ensureTopics([{ name: topic, partitions, retentionMs: -1 }]);
    return topic;
  };
  const fill = (topic: string, from: number, to: number) =>
    producer.send(
      Array.from({ length: to - from }, (_, i) => ({
        topic,
        key: `k${i}`,
        value: Buffer.from(`${from + i}`),
        headers: {},
      })),
    );
  const run = async (
    topic: string,
    store: InMemoryClaims,
    more: Partial<Parameters<typeof runPartitions<Claim>>[0]> = {},
  ) => {
    const started = await runPartitions<Claim>({
      driver,
      store,
      groupId: `g-${topic}`,
      topics: [topic],
      consumer: 'proef',
      owner: 'spec',
      sessionTimeoutMs: 6_000,
      entriesMax: 20,
      handle: async (claim, batch) => store.commit(claim, batch),
      ...more,
    });
    open.push(started);
    return started;
  };

  beforeAll(async () => {
    admin = await driver.admin();
    producer = await driver.producer();
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await Promise.all([admin.close(), producer.close()]);
  });

  it('loses nothing and does nothing twice while members come and go and handlers fail', async () => {
    const topic = await freshTopic();
    const store = new InMemoryClaims();
    let calls = 0;
    const flaky = async (claim: Claim, batch: LogBatch) => {
      await new Promise((resolve) => setTimeout(resolve, 3));
      if (++calls % 5 === 0) throw new Error('this time not');
      store.commit(claim, batch);
    };
    await fill(topic, 0, 1_000);
    const first = await run(topic, store, { handle: flaky });
    const second = await run(topic, store, { handle: flaky });
    await fill(topic, 1_000, 2_000);
    await until('both work', () => first.claims().length === 2 && second.claims().length === 2);
    await fill(topic, 2_000, 2_500);
    await first.close();
    await until('every effect is there', () => store.effects.length >= 2_500);
    expect([...store.effects].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 2_500 }, (_, i) => i));
  });

  it('starts again where the store stands, not where the group does', async () => {
    const topic = await freshTopic();
    const store = new InMemoryClaims();
    await fill(topic, 0, 100);
    const first = await run(topic, store);
    await until('all is done', () => store.effects.length === 100);
    await first.close();
    await fill(topic, 100, 150);
    await run(topic, store);
    await until('the rest is done', () => store.effects.length === 150);
    expect(new Set(store.effects).size).toBe(150);
  });

  it('leaves a fenced partition alone, and claims it again when it still is its own', async () => {
    const topic = await freshTopic();
    const store = new InMemoryClaims();
    const troubles: RunnerTrouble[] = [];
    await fill(topic, 0, 50);
    await run(topic, store, { fencedPauseMs: 200, onTrouble: (trouble) => troubles.push(trouble) });
    await until('all is done', () => store.effects.length === 50);
    for (let partition = 0; partition < partitions; partition++) await store.claim('proef', topic, partition);
    await fill(topic, 50, 100);
    await until('the rest is done', () => store.effects.length === 100);
    expect(troubles.map((t) => t.kind)).toContain('fenced');
    expect(new Set(store.effects).size).toBe(100);
  });

  it('publishes again when only the publishing failed, without handling the batch twice', async () => {
    const topic = await freshTopic();
    const store = new InMemoryClaims();
    let away = 3;
    store.publishOutbox = async () => {
      if (store.effects.length > 0 && away-- > 0) throw problem('log-unavailable');
      return 1;
    };
    await fill(topic, 0, 10);
    await run(topic, store);
    await until('the outbox is published', () => away < 0 && store.effects.length === 10);
    expect(new Set(store.effects).size).toBe(10);
  });

  it('tells when a partition makes no progress', async () => {
    const topic = await freshTopic();
    const troubles: RunnerTrouble[] = [];
    const stuck = Promise.withResolvers<void>();
    await fill(topic, 0, 100);
    await run(topic, new InMemoryClaims(), {
      stallMs: 400,
      handle: () => stuck.promise,
      onTrouble: (t) => troubles.push(t),
    });
    await until('the stall is reported', () => troubles.some((t) => t.kind === 'stalled' && t.lag > 0));
    stuck.resolve();
  });
});

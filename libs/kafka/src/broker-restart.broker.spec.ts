import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startKafka, type RunningKafka } from '@kruispunt/embedded';
import { freshName, until } from '@kruispunt/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriverOptions, KafkaDriver } from './driver.js';
import { KafkaEventLog } from './kafka-event-log.js';
import { kafkajsDriver } from './kafkajs/driver.js';
import { platformaticDriver } from './platformatic/driver.js';

jest.setTimeout(60_000);

describe('when the broker dies and comes back', () => {
  let folder: string;
  let broker: RunningKafka;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kruispunt-broker-'));
    broker = await startKafka({ folder });
  }, 60_000);
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  afterAll(async () => {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['platformatic', platformaticDriver],
    ['kafkajs', kafkajsDriver],
  ])(
    'the %s driver fails fast, comes back by itself, and every acknowledged record is read once in order',
    async (_, make: (o: DriverOptions) => KafkaDriver) => {
      const driver = make({ brokers: [broker.brokers], clientId: 'herstart' });
      const topic = freshName('herstart');
      const admin = await driver.admin();
      await admin.ensureTopics([{ name: topic, partitions: 2, retentionMs: -1 }]);
      await admin.close();
      const log = await KafkaEventLog.open(driver, { deadlineMs: 3_000 });
      const seen: string[] = [];
      const next = new Map<number, number>();
      const member = await driver.join(
        { groupId: freshName('groep'), topics: [topic], sessionTimeoutMs: 6_000 },
        {
          onAssigned: async (assigned) => assigned.map(({ partition }) => next.get(partition) ?? -1),
          onRevoked: async () => undefined,
          onBatch: async (batch) => {
            seen.push(...batch.entries.map((e) => e.value!.toString()));
            next.set(batch.partition, batch.next);
          },
        },
      );
      const reader = await driver.reader();
      open.push(member, log, reader);
      const append = (value: string) =>
        log.append([{ topic, key: 'k', value: Buffer.from(value), headers: {}, partition: 1 }]);

      const [first] = await append('voor');
      await until('it is read', () => seen.length === 1);
      await broker.kill();
      const began = performance.now();
      await expect(append('verloren')).rejects.toMatchObject({ slug: 'log-unavailable' });
      expect(performance.now() - began).toBeLessThan(5_000);
      await broker.start();

      await until(
        'the log takes records again',
        () =>
          append('na').then(
            () => true,
            () => false,
          ),
        40_000,
      );
      await until('the member reads on', () => seen.includes('na'), 40_000);
      expect(seen.filter((value) => value === 'voor')).toHaveLength(1);
      expect(seen.at(0)).toBe('voor');
      const read = await reader.read(first!);
      expect(read.entries[0]!.value!.toString()).toBe('voor');
    },
    120_000,
  );
});

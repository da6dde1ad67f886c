import { describe, expect, it } from '@jest/globals';
import type { LogPosition, LogRecord } from '@kruispunt/event';
import fc from 'fast-check';
import type { LogProducer } from './driver.js';
import { KafkaEventLog } from './kafka-event-log.js';
import { partitionOfKey } from './partition-of-key.js';

const partitions = 8;
const record = (key: string, value: string): LogRecord => ({ topic: 't', key, value: Buffer.from(value), headers: {} });

/** A log of `partitions` partitions whose sends take their turn in a random order and may fail. */
class InMemoryProducer implements LogProducer {
  readonly log: string[][] = Array.from({ length: partitions }, () => []);
  readonly sends: number[] = [];
  isHeld = false;
  private release: (() => void)[] = [];
  closed = false;

  constructor(private readonly fails: (nth: number) => boolean = () => false) {}

  async send(records: readonly LogRecord[]): Promise<LogPosition[]> {
    const nth = this.sends.push(records.length);
    if (this.isHeld) await new Promise<void>((resolve) => this.release.push(resolve));
    else await new Promise<void>((resolve) => setTimeout(resolve, (nth * 7919) % 4));
    if (this.fails(nth)) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    return records.map(({ topic, key, value }) => {
      const partition = partitionOfKey(key, partitions);
      return { topic, partition, offset: this.log[partition]!.push(Buffer.from(value!).toString()) - 1 };
    });
  }

  letGo(): void {
    this.isHeld = false;
    for (const go of this.release.splice(0)) go();
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

describe('the event log', () => {
  it('answers the position of each record and keeps the order of a key, whatever comes together and whatever fails', async () => {
    const key = fc.integer({ min: 0, max: 5 }).map((n) => `k${n}`);
    const appends = fc.array(fc.array(key, { minLength: 1, maxLength: 6 }), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(appends, fc.integer({ min: 2, max: 9 }), async (calls, failEvery) => {
        const producer = new InMemoryProducer((nth) => nth % failEvery === 0);
        const log = new KafkaEventLog(producer, { batchRecordsMax: 4, lingerMs: 1 });
        let serial = 0;
        const acknowledged: { key: string; serial: number }[] = [];
        await Promise.all(
          calls.map(async (keys) => {
            const records = keys.map((k) => record(k, `${k}:${serial++}`));
            const positions = await log.append(records).catch(() => undefined);
            positions?.forEach((position, i) => {
              const value = Buffer.from(records[i]!.value!).toString();
              expect(producer.log[position.partition]![position.offset]).toBe(value);
              acknowledged.push({ key: keys[i]!, serial: Number(value.split(':')[1]) });
            });
          }),
        );
        for (const partition of producer.log) {
          expect(new Set(partition).size).toBe(partition.length);
          const lastOf = new Map<string, number>();
          for (const value of partition) {
            const [k, n] = value.split(':') as [string, string];
            expect(Number(n)).toBeGreaterThan(lastOf.get(k) ?? -1);
            lastOf.set(k, Number(n));
          }
        }
        expect(producer.log.flat()).toEqual(expect.arrayContaining(acknowledged.map((a) => `${a.key}:${a.serial}`)));
      }),
      { numRuns: 60 },
    );
  });

  it('sends what comes together as one request, and at most the stated number', async () => {
    const producer = new InMemoryProducer();
    const log = new KafkaEventLog(producer, { batchRecordsMax: 500 });
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => log.append([record('een sleutel', `${i}`)])));
    expect(producer.sends).toEqual([500, 500, 200]);
  });

  it('cuts a request at its bytes', async () => {
    const producer = new InMemoryProducer();
    const log = new KafkaEventLog(producer, { batchBytesMax: 250 });
    await log.append(Array.from({ length: 5 }, () => record('k', 'x'.repeat(100))));
    expect(producer.sends).toEqual([2, 2, 1]);
  });

  it('refuses at once when too much waits, and says when to come back', async () => {
    const producer = new InMemoryProducer();
    producer.isHeld = true;
    const log = new KafkaEventLog(producer, { waitingMax: 3 });
    const waiting = log.append([record('a', '1'), record('b', '2'), record('c', '3')]);
    await expect(log.append([record('a', '4')])).rejects.toMatchObject({
      slug: 'log-unavailable',
      fields: { reason: 'full', retryAfterS: 2 },
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    producer.letGo();
    await waiting;
    await expect(log.append([record('a', '4')])).resolves.toHaveLength(1);
  });

  it('fails at its deadline when nobody answers, and never writes what was still waiting', async () => {
    const producer = new InMemoryProducer();
    producer.isHeld = true;
    const log = new KafkaEventLog(producer, { deadlineMs: 30 });
    const under = log.append([record('k', 'under way')]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    const behind = log.append([record('k', 'behind')]);
    await expect(under).rejects.toMatchObject({
      slug: 'log-unavailable',
      fields: { reason: 'deadline', deadlineMs: 30 },
    });
    await expect(behind).rejects.toMatchObject({ fields: { reason: 'deadline' } });
    producer.letGo();
    await log.append([record('k', 'after')]);
    expect(producer.log.flat()).toEqual(['under way', 'after']);
  });

  it('tells the fault of the client with its cause', async () => {
    const log = new KafkaEventLog(new InMemoryProducer(() => true));
    await expect(log.append([record('k', 'v')])).rejects.toMatchObject({
      slug: 'log-unavailable',
      fields: { reason: 'ECONNREFUSED', retryAfterS: 2 },
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('finishes what it took before it closes, and takes nothing after', async () => {
    const producer = new InMemoryProducer();
    const log = new KafkaEventLog(producer);
    const taken = log.append([record('k', 'v')]);
    await log.close();
    await expect(taken).resolves.toHaveLength(1);
    expect(producer.closed).toBe(true);
    await expect(log.append([record('k', 'v')])).rejects.toMatchObject({ fields: { reason: 'closed' } });
  });
});

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { LogRecord } from '@kruispunt/event';
import { freshName, serviceUrl, until } from '@kruispunt/testkit';
import type { KafkaDriver, LogAdmin, LogProducer, LogReader } from './driver.js';
import { kafkajsDriver } from './kafkajs/driver.js';
import { partitionOfKey } from './partition-of-key.js';
import { platformaticDriver } from './platformatic/driver.js';

jest.setTimeout(60_000);

const options = { brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'conformance' };
const partitions = 4;

const record = (topic: string, key: string, value: string | null, headers: Record<string, string> = {}): LogRecord => ({
  topic,
  key,
  value: value === null ? null : Buffer.from(value),
  headers,
});

describe.each([platformaticDriver(options), kafkajsDriver(options)])(
  'writing and reading with $name',
  (driver: KafkaDriver) => {
    const topic = freshName('schrijven');
    const other = freshName('ook');
    let admin: LogAdmin;
    let producer: LogProducer;
    let reader: LogReader;

    beforeAll(async () => {
      admin = await driver.admin();
      producer = await driver.producer();
      reader = await driver.reader();
      await admin.ensureTopics([topic, other].map((name) => ({ name, partitions, retentionMs: -1 })));
    });
    afterAll(async () => {
      await admin.deleteTopics([topic, other]);
      await Promise.all([producer.close(), reader.close(), admin.close()]);
    });

    it('answers one position per record, in the order of the records', async () => {
      const records = Array.from({ length: 200 }, (_, i) =>
        record(i % 3 ? topic : other, `sleutel-${i % 17}`, `waarde ${i}`),
      );
      const positions = await producer.send(records);
      expect(positions).toHaveLength(records.length);
      for (const [i, position] of positions.entries()) {
        const { entries } = await reader.read(position);
        expect(entries[0]).toMatchObject({ ...position, value: Buffer.from(`waarde ${i}`) });
      }
    });

    it('places a key where Java would and keeps its order over several sends', async () => {
      const keys = ['21', 'foobar', 'é€😀', 'a-little-bit-longer-string', 'urn:kruispunt:x'];
      const seen = new Map<string, number>();
      for (let round = 0; round < 5; round++) {
        const positions = await producer.send(keys.map((key) => record(topic, key, String(round))));
        for (const [i, position] of positions.entries()) {
          expect(position.partition).toBe(partitionOfKey(keys[i]!, partitions));
          expect(position.offset).toBeGreaterThan(seen.get(keys[i]!) ?? -1);
          seen.set(keys[i]!, position.offset);
        }
      }
    });

    it('carries headers as text in UTF-8, tombstones, and a partition of one’s own choice', async () => {
      const headers = { ce_id: 'één', ce_type: 'be.vlaanderen.proef.v1', __proto__x: '😀', leeg: '' };
      const [position] = await producer.send([{ ...record(topic, 'k', null, headers), partition: 3 }]);
      expect(position!.partition).toBe(3);
      const { entries } = await reader.read(position!);
      expect(entries[0]).toMatchObject({ key: Buffer.from('k'), value: null });
      expect({ ...entries[0]!.headers }).toEqual(headers);
      expect(Math.abs(entries[0]!.timestamp - Date.now())).toBeLessThan(60_000);
    });

    it('leaves out records that bear another header, and says where to read on all the same', async () => {
      const [first] = await producer.send([{ ...record(topic, 'k', 'a', { ce_type: 'een' }), partition: 1 }]);
      const more = ['twee', 'een', 'twee'].map((type) => ({
        ...record(topic, 'k', type, { ce_type: type }),
        partition: 1,
      }));
      await producer.send([...more, { ...record(topic, 'k', 'zonder'), partition: 1 }]);
      const only = (...values: string[]) => ({ header: 'ce_type', values: new Set(values) });
      const found = async (...values: string[]) => {
        const seen: string[] = [];
        for (let offset = first!.offset; offset < first!.offset + 5;) {
          const { entries, next } = await reader.read({ ...first!, offset, only: only(...values) });
          seen.push(...entries.map((entry) => String(entry.value)));
          offset = next;
        }
        return seen;
      };
      expect(await found('een')).toEqual(['a', 'een']);
      expect(await found('twee', '')).toEqual(['twee', 'twee', 'zonder']);
      expect(await found('drie')).toEqual([]);
      const to = first!.offset + 2;
      const part = await reader.read({ ...first!, to });
      expect([part.entries.map((entry) => String(entry.value)), part.next]).toEqual([['a', 'twee'], to]);
    });

    it('sends nothing when there is nothing, and says log-unavailable for a topic that is not there', async () => {
      expect(await producer.send([])).toEqual([]);
      await expect(producer.send([record(freshName('weg'), 'k', 'v')])).rejects.toMatchObject({
        slug: 'log-unavailable',
      });
    });

    it('stands still at the end of the log, wakes at the next record, and refuses positions outside', async () => {
      const [last] = await producer.send([{ ...record(other, 'k', 'laatste'), partition: 2 }]);
      const end = { ...last!, offset: last!.offset + 1 };
      expect(await reader.read(end)).toMatchObject({ entries: [], next: end.offset, highWatermark: end.offset });

      const waiting = reader.read({ ...end, maxWaitMs: 20_000 });
      const meanwhile = await reader.read(last!);
      expect(meanwhile.entries).toHaveLength(1);
      await producer.send([{ ...record(other, 'k', 'nieuw'), partition: 2 }]);
      expect((await waiting).entries.map((e) => e.value?.toString())).toEqual(['nieuw']);

      const outside = reader.read({ ...end, offset: 1_000_000 });
      await expect(outside).rejects.toMatchObject({ slug: 'not-found', fields: { first: 0, next: end.offset + 1 } });
    });

    it('creates topics as declared and reports a difference in words, without repairing it', async () => {
      const name = freshName('aangifte');
      const spec = { name, partitions: 2, retentionMs: 3_600_000 };
      expect(await admin.ensureTopics([spec])).toEqual([]);
      expect(await admin.ensureTopics([spec])).toEqual([]);
      expect(await admin.partitionsOf(name)).toBe(2);
      expect(await admin.listTopics()).toContain(name);
      const changed = { ...spec, partitions: 6, retentionMs: -1 };
      expect(await admin.ensureTopics([changed])).toEqual([
        `${name}: 6 partitions declared, 2 found`,
        `${name}: retention.ms -1 declared, 3600000 found`,
      ]);
      expect(await admin.partitionsOf(name)).toBe(2);
      await admin.deleteTopics([name]);
      await until('the topic is gone', async () => !(await admin.listTopics()).includes(name));
    });

    it('finds offsets, and the first record not older than an instant', async () => {
      const name = freshName('tijd');
      await admin.ensureTopics([{ name, partitions: 1, retentionMs: -1 }]);
      await producer.send([record(name, 'k', 'voor')]);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const between = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 30));
      await producer.send([record(name, 'k', 'na')]);
      expect(await admin.offsets(name)).toEqual([{ partition: 0, first: 0, next: 2 }]);
      expect(await admin.offsetAt(name, 0, 0)).toBe(0);
      expect(await admin.offsetAt(name, 0, between)).toBe(1);
      expect(await admin.offsetAt(name, 0, Date.now() + 1_000)).toBe(2);
      await admin.deleteTopics([name]);
    });
  },
);

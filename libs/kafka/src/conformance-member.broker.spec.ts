import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { freshName, serviceUrl, until } from '@kruispunt/testkit';
import type {
  GroupMember,
  KafkaDriver,
  LogAdmin,
  LogBatch,
  LogProducer,
  MemberHandlers,
  MemberOptions,
  MemberTrouble,
  TopicPartition,
} from './driver.js';
import { kafkajsDriver } from './kafkajs/driver.js';
import { platformaticDriver } from './platformatic/driver.js';

jest.setTimeout(60_000);

const broker = { brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'conformance' };
const partitions = 4;
const all = [0, 1, 2, 3];

/** What happened to a member, in order. */
class Diary implements MemberHandlers {
  readonly owned = new Set<number>();
  readonly seen: { partition: number; offset: number; value: string }[] = [];
  readonly batches: LogBatch[] = [];
  readonly troubles: MemberTrouble[] = [];
  readonly idles: { partition: number; highWatermark: number }[] = [];
  readonly afterRevocation: LogBatch[] = [];

  constructor(
    private readonly name: string,
    private readonly events: string[] = [],
    private readonly starts: readonly number[] = [],
    private readonly handle: (batch: LogBatch) => Promise<void> = async () => undefined,
  ) {}

  async onAssigned(assigned: readonly TopicPartition[]): Promise<readonly number[]> {
    this.events.push(`${this.name} assigned`);
    for (const { partition } of assigned) this.owned.add(partition);
    return assigned.map(({ partition }) => this.starts[partition] ?? -1);
  }

  async onRevoked(revoked: readonly TopicPartition[]): Promise<void> {
    this.events.push(`${this.name} revoked`);
    for (const { partition } of revoked) this.owned.delete(partition);
  }

  async onBatch(batch: LogBatch): Promise<void> {
    if (!this.owned.has(batch.partition)) this.afterRevocation.push(batch);
    await this.handle(batch);
    this.batches.push(batch);
    for (const e of batch.entries)
      this.seen.push({ partition: e.partition, offset: e.offset, value: e.value!.toString() });
  }

  async onIdle({ partition }: TopicPartition, highWatermark: number): Promise<void> {
    this.idles.push({ partition, highWatermark });
  }

  onTrouble(trouble: MemberTrouble): void {
    this.troubles.push(trouble);
  }

  offsetsOf(partition: number): number[] {
    return this.seen.filter((s) => s.partition === partition).map((s) => s.offset);
  }
}

describe.each([platformaticDriver(broker), kafkajsDriver(broker)])(
  'a group member with $name',
  (driver: KafkaDriver) => {
    let admin: LogAdmin;
    let producer: LogProducer;
    let topic: string;
    let options: MemberOptions;
    const open: GroupMember[] = [];

    const join = async (diary: Diary, more: Partial<MemberOptions> = {}): Promise<GroupMember> => {
      const member = await driver.join({ ...options, ...more }, diary);
      open.push(member);
      return member;
    };
    const fill = (count: number, only: readonly number[] = all) =>
      producer.send(
        only.flatMap((partition) =>
          Array.from({ length: count }, (_, i) => ({
            topic,
            key: `k${i}`,
            value: Buffer.from(`${i}`),
            headers: {},
            partition,
          })),
        ),
      );

    beforeAll(async () => {
      admin = await driver.admin();
      producer = await driver.producer();
    });
    beforeEach(async () => {
      await Promise.all(open.splice(0).map((member) => member.close()));
      topic = freshName('lid');
      options = { groupId: freshName('groep'), topics: [topic], sessionTimeoutMs: 6_000, idleMs: 50 };
      await admin.ensureTopics([{ name: topic, partitions, retentionMs: -1 }]);
    });
    afterAll(async () => {
      await Promise.all(open.map((member) => member.close()));
      await Promise.all([admin.close(), producer.close()]);
    });

    it('gets in few batches what came within its patience', async () => {
      const diary = new Diary('a');
      await join(diary, { minBytes: 1 << 20, maxWaitMs: 3_000 });
      await until('idle', () => diary.idles.length > 0);
      for (let i = 0; i < 10; i++) await fill(1, [0]);
      await until('all seen', () => diary.seen.length === 10);
      expect(diary.batches.length).toBeLessThanOrEqual(2);
    });

    it('starts each partition where it was told, in whole batches, and tells when it stands at the end', async () => {
      await fill(10);
      const diary = new Diary('a', [], [-1, 3, 10, 9]);
      const member = await join(diary);
      await until('all is read', () => diary.seen.length === 10 + 7 + 0 + 1);
      expect(diary.offsetsOf(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(diary.offsetsOf(1)).toEqual([3, 4, 5, 6, 7, 8, 9]);
      expect(diary.offsetsOf(3)).toEqual([9]);
      expect(diary.batches.find((b) => b.partition === 0)).toMatchObject({ next: 10, highWatermark: 10 });
      expect(
        member
          .assigned()
          .map((p) => p.partition)
          .sort(),
      ).toEqual(all);
      await until('every partition was idle', () =>
        all.every((p) => diary.idles.some((i) => i.partition === p && i.highWatermark === 10)),
      );
      await fill(1, [2]);
      await until('the new record is read', () => diary.offsetsOf(2).length === 1);
      expect(diary.offsetsOf(2)).toEqual([10]);
    });

    it('cuts a batch at the number of entries without losing one', async () => {
      await fill(25, [0]);
      const diary = new Diary('a');
      await join(diary, { entriesMax: 10 });
      await until('all is read', () => diary.seen.length === 25);
      expect(diary.batches.map((b) => [b.entries[0]!.offset, b.entries.length, b.next])).toEqual([
        [0, 10, 10],
        [10, 10, 20],
        [20, 5, 25],
      ]);
    });

    it('gives the same batch again after a failure, while the other partitions go on', async () => {
      await fill(5, [0, 1]);
      let failures = 3;
      const diary = new Diary('a', [], [], async (batch) => {
        if (batch.partition === 0 && failures-- > 0) throw new Error('no');
      });
      await join(diary);
      await until('all is read', () => diary.seen.length === 10);
      expect(diary.offsetsOf(0)).toEqual([0, 1, 2, 3, 4]);
      expect(diary.troubles.filter((t) => t.kind === 'handler-failed').map((t) => t.attempt)).toEqual([1, 2, 3]);
    });

    it('seeks, pauses and resumes one partition', async () => {
      await fill(5, [0, 1]);
      const diary = new Diary('a');
      const member = await join(diary);
      await until('all is read', () => diary.seen.length === 10);
      member.pause({ topic, partition: 0 });
      member.seek({ topic, partition: 0 }, 2);
      member.seek({ topic, partition: 1 }, 3);
      await until('partition 1 is read again', () => diary.offsetsOf(1).length === 7);
      expect(diary.offsetsOf(0)).toEqual([0, 1, 2, 3, 4]);
      member.resume({ topic, partition: 0 });
      await until('partition 0 is read again', () => diary.offsetsOf(0).length === 8);
      expect(diary.offsetsOf(0).slice(5)).toEqual([2, 3, 4]);
    });

    it('goes on at the oldest record when its position is not in the log, and says so', async () => {
      await fill(3, [0]);
      const diary = new Diary('a', [], [5_000]);
      await join(diary);
      await until('all is read', () => diary.seen.length === 3);
      expect(diary.troubles).toContainEqual({
        kind: 'out-of-range',
        partition: { topic, partition: 0 },
        asked: 5_000,
        resumedAt: 0,
      });
    });

    it('stores hints that lag tools can read', async () => {
      await fill(4);
      const member = await join(new Diary('a'));
      await member.commitHint([{ topic, partition: 1, offset: 3 }]);
      await until('the hint is stored', async () => (await admin.lag(options.groupId, topic))[1]!.committed === 3);
      expect(await admin.lag(options.groupId, topic)).toEqual(
        all.map((partition) => ({ partition, committed: partition === 1 ? 3 : -1, end: 4 })),
      );
    });

    it('hands partitions over: the first lays down before the second takes up, nothing is handled after, and all comes back', async () => {
      const events: string[] = [];
      const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
      const [a, b] = [new Diary('a', events, [], slow), new Diary('b', events, [], slow)];
      await fill(50);
      await join(a, { entriesMax: 5 });
      await until('a owns all', () => a.owned.size === partitions);
      const second = await join(b, { entriesMax: 5 });
      await until('both own some', () => a.owned.size === 2 && b.owned.size === 2);
      expect(events.indexOf('a revoked')).toBeLessThan(events.indexOf('b assigned'));
      expect([...a.owned, ...b.owned].sort()).toEqual(all);
      await fill(10);
      await until(
        'everything was read by one of them',
        () => new Set([...a.seen, ...b.seen].map((s) => `${s.partition}/${s.offset}`)).size === 60 * partitions,
      );

      await second.close();
      expect(b.owned.size).toBe(0);
      await until('a owns all again', () => a.owned.size === partitions);
      expect([...a.afterRevocation, ...b.afterRevocation]).toEqual([]);
    });
  },
);

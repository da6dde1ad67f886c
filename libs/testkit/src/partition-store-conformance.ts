import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogRecord } from '@kruispunt/event';
import type { PartitionStore, Statement, Tx } from '@kruispunt/postgres';
import { Problem } from '@kruispunt/problem';
import type { InMemoryEventLog } from './in-memory-event-log.js';

/** What the suite needs of an adapter: processes on one shared state, a log, and a way to see effects. */
export interface PartitionStoreBench {
  readonly log: InMemoryEventLog;
  /** A store as a process of its own would have it. */
  process(): PartitionStore;
  /** The statement that leaves `name` behind as an effect. */
  effect(name: string): Statement;
  /** The names of all committed effects, in order. */
  effects(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The promises of `PartitionStore`, for each adapter alike. */
export function partitionStoreConformance(adapter: string, open: () => Promise<PartitionStoreBench>): void {
  describe(`${adapter} keeps the promises of PartitionStore`, () => {
    let bench: PartitionStoreBench;
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    const claim = (store: PartitionStore, owner = 'a') => store.claim('keten', 'topic.v1', 3, owner);
    const leave =
      (...names: string[]) =>
      async (tx: Tx): Promise<void> => {
        for (const name of names) await tx.query(bench.effect(name));
      };

    it('gives -1 for a partition that was never read, and then where it stands', async () => {
      const store = bench.process();
      const first = await claim(store);
      expect([first.next, first.epoch]).toEqual([-1, 1]);
      await store.transact(first, { from: -1, next: 40 }, leave('een'));
      await store.transact(first, { from: 40, next: 41 }, leave('twee'));
      expect(await claim(bench.process(), 'b')).toEqual({ ...first, epoch: 2, next: 41 });
      expect(await bench.effects()).toEqual(['een', 'twee']);
    });

    it('keeps partitions, topics and consumers apart', async () => {
      const store = bench.process();
      const here = await claim(store);
      await store.transact(here, { from: -1, next: 7, eventIds: ['x'] }, leave('hier'));
      for (const [consumer, topic, partition] of [
        ['keten', 'topic.v1', 4],
        ['keten', 'andere.v1', 3],
        ['index', 'topic.v1', 3],
      ] as const) {
        const other = await store.claim(consumer, topic, partition, 'a');
        expect(other).toEqual({ consumer, topic, partition, epoch: 1, next: -1 });
        const fresh = await store.transact(other, { from: -1, next: 1, eventIds: ['x'] }, (tx) =>
          Promise.resolve([...tx.fresh]),
        );
        expect(fresh).toEqual(['x']);
      }
    });

    it('writes nothing for an owner that was taken over before it began', async () => {
      const [old, young] = [bench.process(), bench.process()];
      const stale = await claim(old);
      const current = await claim(young, 'b');
      const refused = await problemOf(old.transact(stale, { from: -1, next: 5 }, leave('spook')));
      expect(refused.slug).toBe('fenced');
      expect((await problemOf(old.publishOutbox(stale))).slug).toBe('fenced');
      await young.transact(current, { from: -1, next: 5 }, leave('echt'));
      expect(await bench.effects()).toEqual(['echt']);
    });

    it('writes nothing for an owner that is taken over in the middle of its work', async () => {
      const [old, young] = [bench.process(), bench.process()];
      const stale = await claim(old);
      const refused = await problemOf(
        old.transact(stale, { from: -1, next: 5, eventIds: ['x'] }, async (tx) => {
          await leave('spook')(tx);
          tx.publish([record('spook')]);
          const current = await claim(young, 'b');
          await young.transact(current, { from: -1, next: 5, eventIds: ['x'] }, leave('echt'));
          await leave('nog een spook')(tx);
        }),
      );
      expect(['fenced', 'store-unavailable']).toContain(refused.slug);
      expect((await problemOf(old.transact(stale, { from: 5, next: 6 }, leave('spook')))).slug).toBe('fenced');
      expect(await bench.effects()).toEqual(['echt']);
      expect(bench.log.records).toEqual([]);
    });

    it('takes an old claim of its own for what it is', async () => {
      const store = bench.process();
      const stale = await claim(store);
      await claim(store);
      expect((await problemOf(store.transact(stale, { from: -1, next: 5 }, leave('spook')))).slug).toBe('fenced');
    });

    it('refuses a stretch that does not begin where the last one ended, and says where that was', async () => {
      const store = bench.process();
      const mine = await claim(store);
      await store.transact(mine, { from: 0, next: 10 }, leave('een'));
      for (const from of [0, 9, 11]) {
        const refused = await problemOf(store.transact(mine, { from, next: 20 }, leave('twee')));
        expect([refused.slug, refused.fields['next']]).toEqual(['conflict', 10]);
      }
      await store.transact(mine, { from: 10, next: 10 }, leave('drie'));
      expect(await bench.effects()).toEqual(['een', 'drie']);
    });

    it('lets those who ask at once have their turn one after the other, and publishes what each left', async () => {
      const store = bench.process();
      const mine = await claim(store);
      const names = Array.from({ length: 20 }, (_, n) => `beurt ${String(n).padStart(2, '0')}`);
      let inside = 0;
      await Promise.all(
        names.map((name) =>
          store.transact(mine, { from: -1, next: -1 }, async (tx) => {
            expect((inside += 1)).toBe(1);
            await leave(name)(tx);
            tx.publish([record(name)]);
            inside -= 1;
          }),
        ),
      );
      await store.publishOutbox(mine);
      expect(await bench.effects()).toEqual(names);
      expect(bench.log.records.map(({ key }) => key)).toEqual(names.map((name) => record(name).key));
    });

    it('goes on behind one whose turn failed', async () => {
      const store = bench.process();
      const mine = await claim(store);
      const failing = store.transact(mine, { from: -1, next: 5 }, () => Promise.reject(new Error('stuk')));
      const next = store.transact(mine, { from: -1, next: 5 }, leave('toch'));
      await expect(failing).rejects.toThrow('stuk');
      await next;
      expect(await bench.effects()).toEqual(['toch']);
    });

    it('keeps nothing of work that throws, not even what it saw', async () => {
      const store = bench.process();
      const mine = await claim(store);
      const attempt = store.transact(mine, { from: -1, next: 5, eventIds: ['x'] }, async (tx) => {
        await leave('half')(tx);
        tx.publish([record('half')]);
        throw new Error('halverwege');
      });
      await expect(attempt).rejects.toThrow('halverwege');
      expect(await store.publishOutbox(mine)).toBe(0);
      const fresh = await store.transact(mine, { from: -1, next: 5, eventIds: ['x'] }, (tx) =>
        Promise.resolve([...tx.fresh]),
      );
      expect(fresh).toEqual(['x']);
      expect(await bench.effects()).toEqual([]);
    });

    it('knows an id it has seen, over stretches, owners and places in one stretch', async () => {
      const store = bench.process();
      const seen = (tx: Tx) => Promise.resolve({ fresh: [...tx.fresh].sort(), freshAt: tx.freshAt });
      const first = await claim(store);
      expect(await store.transact(first, { from: -1, next: 3, eventIds: ['x', 'y', 'x'] }, seen)).toEqual({
        fresh: ['x', 'y'],
        freshAt: [true, true, false],
      });
      expect(await store.transact(first, { from: 3, next: 5, eventIds: ['z', 'y'] }, seen)).toEqual({
        fresh: ['z'],
        freshAt: [true, false],
      });
      const other = bench.process();
      const second = await claim(other, 'b');
      expect(await other.transact(second, { from: 5, next: 6, eventIds: ['x', 'é'] }, seen)).toEqual({
        fresh: ['é'],
        freshAt: [false, true],
      });
      expect(await other.transact(second, { from: 6, next: 7 }, seen)).toEqual({ fresh: [], freshAt: [] });
    });

    it('answers what the work gave', async () => {
      const store = bench.process();
      expect(
        await store.transact(await claim(store), { from: -1, next: 1 }, () => Promise.resolve({ parked: 2 })),
      ).toEqual({ parked: 2 });
    });

    it('publishes after the commit, in order, each record as it was given', async () => {
      const store = bench.process();
      const mine = await claim(store);
      const records: LogRecord[] = [
        record('a'),
        { ...record('b'), value: null },
        { ...record('c'), partition: 7 },
        record('d"\\{,}é'),
      ];
      await store.transact(mine, { from: -1, next: 5 }, (tx) => Promise.resolve(tx.publish(records)));
      expect(bench.log.records).toEqual([]);
      expect(await store.publishOutbox(mine)).toBe(4);
      expect(await store.publishOutbox(mine)).toBe(0);
      expect(plain(bench.log.records)).toEqual(plain(records));
    });

    it('publishes what the owner before left behind, the same record in the same order', async () => {
      const store = bench.process();
      const mine = await claim(store);
      const records: LogRecord[] = [
        record('a'),
        { ...record('b'), value: null },
        { ...record('c'), partition: 7 },
        record('d"\\{,}é'),
      ];
      await store.transact(mine, { from: -1, next: 5 }, (tx) => Promise.resolve(tx.publish(records)));
      const other = bench.process();
      const next = await claim(other, 'b');
      expect(plain(bench.log.records)).toEqual(plain(records));
      await other.transact(next, { from: 5, next: 6 }, (tx) => Promise.resolve(tx.publish([record('e')])));
      await other.publishOutbox(next);
      expect(bench.log.records.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd"\\{,}é', 'e']);
    });

    it('loses nothing while the log takes nothing', async () => {
      const store = bench.process();
      const mine = await claim(store);
      bench.log.failing = true;
      await store.transact(mine, { from: -1, next: 1 }, (tx) => Promise.resolve(tx.publish([record('a')])));
      expect((await problemOf(store.publishOutbox(mine))).slug).toBe('log-unavailable');
      await store.transact(mine, { from: 1, next: 2 }, (tx) => Promise.resolve(tx.publish([record('b')])));
      expect((await problemOf(claim(bench.process(), 'b'))).slug).toBe('log-unavailable');
      bench.log.failing = false;
      await claim(bench.process(), 'b');
      expect(bench.log.records.map(({ key }) => key)).toEqual(['a', 'b']);
    });
  });
}

const record = (key: string): LogRecord => ({
  topic: 'uit.v1',
  key,
  value: Buffer.from([0, 1, 255]),
  headers: { ce_id: `id-${key}`, ce_subject: 'é"\\,{}' },
});

/** Bytes as text, so that Buffer and Uint8Array compare. */
const plain = (records: readonly LogRecord[]): unknown[] =>
  records.map((r) => ({ ...r, value: r.value && Buffer.from(r.value).toString('hex') }));

async function problemOf(attempt: Promise<unknown>): Promise<Problem> {
  const thrown: unknown = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Problem)) throw new Error('expected a Problem', { cause: thrown });
  return thrown;
}

import { describe, expect, it } from '@jest/globals';
import { until } from '@kruispunt/testkit';
import type { LogBatch, MemberHandlers, MemberTrouble, TopicPartition } from './driver.js';
import type { Fetched, Fetcher, Want } from './fetcher.js';
import { Member } from './member.js';
import type { MembershipHooks } from './membership.js';

const topic = 't';
const place = (partition: number): TopicPartition => ({ topic, partition });

/** A log in memory, led by node 1; each fetch may be told to go wrong first. */
class InMemoryFetcher implements Fetcher {
  readonly logs = new Map<number, string[]>();
  readonly mishaps: (() => Fetched | Error)[] = [];
  first = 0;
  forgotten = 0;
  atOnce = 0;
  atOnceMax = 0;

  leaderOf = async () => 1;
  forget = () => void this.forgotten++;
  close = async () => undefined;
  edges = async ({ partition }: TopicPartition) => ({ first: this.first, next: this.logs.get(partition)?.length ?? 0 });

  async fetch(_node: number, wants: readonly Want[]): Promise<readonly Fetched[]> {
    this.atOnceMax = Math.max(this.atOnceMax, ++this.atOnce);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.atOnce -= 1;
    const mishap = this.mishaps.shift()?.();
    if (mishap instanceof Error) throw mishap;
    if (mishap) return [mishap];
    return wants.map((want): Fetched => {
      const log = this.logs.get(want.partition) ?? [];
      if (want.offset < this.first || want.offset > log.length)
        return { kind: 'out-of-range', partition: place(want.partition) };
      const entries = log.slice(want.offset, want.offset + 3).map((value, i) => ({
        ...place(want.partition),
        offset: want.offset + i,
        key: null,
        value: Buffer.from(value),
        headers: {},
        timestamp: 0,
      }));
      const next = want.offset + entries.length;
      return {
        kind: 'batch',
        batch: { ...place(want.partition), from: want.offset, entries, next, highWatermark: log.length },
      };
    });
  }
}

const bench = (more: Partial<MemberHandlers> = {}, sessionTimeoutMs = 10_000) => {
  const fetcher = new InMemoryFetcher();
  const [batches, troubles, events]: [LogBatch[], MemberTrouble[], string[]] = [[], [], []];
  const handlers: MemberHandlers = {
    onAssigned: async (assigned) => {
      events.push(`assigned ${assigned.map((p) => p.partition).join()}`);
      return assigned.map(() => -1);
    },
    onRevoked: async (revoked) => void events.push(`revoked ${revoked.map((p) => p.partition).join()}`),
    onBatch: async (batch) => void batches.push(batch),
    onTrouble: (trouble) => troubles.push(trouble),
    ...more,
  };
  let hooks!: MembershipHooks;
  const member = new Member({ groupId: 'g', topics: [topic], sessionTimeoutMs }, handlers, fetcher, (given) => {
    hooks = given;
    return { join: async () => undefined, commit: async () => undefined, leave: async () => void events.push('left') };
  });
  const values = () => batches.flatMap((b) => b.entries.map((e) => e.value!.toString()));
  return { member, hooks, fetcher, batches, troubles, events, values };
};

const fill = (fetcher: InMemoryFetcher, partition: number, count: number) =>
  fetcher.logs.set(
    partition,
    Array.from({ length: count }, (_, i) => `${partition}:${i}`),
  );

describe('a member, without a broker', () => {
  it('reads stretch after stretch, each beginning where the last ended, with one fetch at a time per node', async () => {
    const { member, hooks, fetcher, batches, values } = bench();
    for (const partition of [0, 1, 2]) fill(fetcher, partition, 10);
    hooks.onJoined([0, 1, 2].map(place));
    await until('all is read', () => values().length === 30);
    for (const partition of [0, 1, 2]) {
      const own = batches.filter((b) => b.partition === partition);
      expect(own.map((b) => b.from)).toEqual([-1, ...own.slice(0, -1).map((b) => b.next)]);
    }
    expect(fetcher.atOnceMax).toBe(1);
    await member.close();
  });

  it('goes on after a lost connection and after a leader moved', async () => {
    const { member, hooks, fetcher, troubles, values } = bench();
    fill(fetcher, 0, 5);
    fetcher.mishaps.push(
      () => new Error('socket closed'),
      () => ({ kind: 'stale', partition: place(0), code: 'NOT_LEADER_OR_FOLLOWER' }),
    );
    hooks.onJoined([place(0)]);
    await until('all is read', () => values().length === 5);
    expect(troubles.map((t) => t.kind)).toEqual(['log-unreachable', 'log-unreachable']);
    expect(fetcher.forgotten).toBe(2);
    await member.close();
  });

  it('goes on at the oldest record where retention took its position, and the next stretch still begins at that position', async () => {
    const { member, hooks, fetcher, batches, troubles } = bench({ onAssigned: async () => [2] });
    fill(fetcher, 0, 9);
    fetcher.first = 6;
    hooks.onJoined([place(0)]);
    await until('the rest is read', () => batches.length === 1);
    expect(batches[0]).toMatchObject({ from: 2, next: 9, entries: [{ offset: 6 }, { offset: 7 }, { offset: 8 }] });
    expect(troubles).toEqual([{ kind: 'out-of-range', partition: place(0), asked: 2, resumedAt: 6 }]);
    await member.close();
  });

  it('holds a join until the running handler has ended, then tells that it gave up its partitions', async () => {
    const running = Promise.withResolvers<void>();
    const { member, hooks, fetcher, events } = bench({
      onBatch: async () => {
        events.push('handling');
        await running.promise;
        events.push('handled');
      },
    });
    fill(fetcher, 0, 9);
    hooks.onJoined([place(0)]);
    await until('a handler runs', () => events.includes('handling'));
    const held = hooks.beforeJoin().then(() => events.push('may join'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    running.resolve();
    await held;
    expect(events).toEqual(['assigned 0', 'handling', 'handled', 'revoked 0', 'may join']);
    expect(member.assigned()).toEqual([]);
    await member.close();
  });

  it('does not hold a join longer than the session allows', async () => {
    const { member, hooks, fetcher, events } = bench({ onBatch: () => new Promise(() => undefined) }, 100);
    fill(fetcher, 0, 1);
    hooks.onJoined([place(0)]);
    await until('it owns', () => member.assigned().length === 1);
    await hooks.beforeJoin();
    expect(events.at(-1)).toBe('revoked 0');
    await member.close();
  });

  it('tries an assignment again while the store is away, and gives it up when the group moves on', async () => {
    let answers = 0;
    const slow = Promise.withResolvers<readonly number[]>();
    const { member, hooks, events, troubles } = bench({
      onAssigned: async () => {
        answers += 1;
        if (answers === 1) throw new Error('store away');
        return slow.promise;
      },
    });
    hooks.onJoined([place(0)]);
    await until('it is tried again', () => answers === 2);
    const moving = hooks.beforeJoin();
    slow.resolve([0]);
    await moving;
    expect(troubles.map((t) => t.kind)).toEqual(['assignment-failed']);
    expect(events).toEqual(['revoked 0']);
    expect(member.assigned()).toEqual([]);
    await member.close();
    expect(events.at(-1)).toBe('left');
  });
});

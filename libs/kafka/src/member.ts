import { setTimeout as sleep } from 'node:timers/promises';
import type { LogPosition } from '@kruispunt/event';
import type { GroupMember, MemberHandlers, MemberOptions, TopicPartition } from './driver.js';
import type { Fetched, Fetcher } from './fetcher.js';
import { Lane, pauseBefore, type Asked } from './lane.js';
import type { Membership, MembershipHooks } from './membership.js';

/** How long a lost connection is left alone before the next try. */
const reconnectPauseMs = 200;
/** While one lane is full, the others' long poll is cut short so that it is asked again soon after it has room. */
const shortWaitMs = 20;
/** How often the group's own offsets are stored; they are a hint for lag tools only. */
const hintEveryMs = 1_000;
const closeDrainMs = 20_000;

/** Share of the session time-out that running handlers get to end in before the partitions go to another member. */
const drainShare = 0.6;

export const sessionTimeoutDefaultMs = 10_000;

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/**
 * A group member that reads by itself. joining → owning → (rebalance: lay down → joining) → … → closed. The membership says which
 * partitions are ours; the positions come from `onAssigned`; the fetches are our own, so one partition can be sought or paused.
 */
export class Member implements GroupMember, MembershipHooks {
  private readonly lanes = new Map<string, Lane>();
  private readonly busyNodes = new Set<number>();
  private readonly hints = new Map<string, LogPosition>();
  private readonly membership: Membership;
  private readonly closing = new AbortController();
  private generation = 0;
  private assigning: Promise<void> = Promise.resolve();
  private spreading = false;
  private spreadAgain = false;
  private readonly hintTimer: NodeJS.Timeout;

  constructor(
    private readonly options: MemberOptions,
    private readonly handlers: MemberHandlers,
    private readonly fetcher: Fetcher,
    membershipOf: (hooks: MembershipHooks) => Membership,
  ) {
    this.membership = membershipOf(this);
    this.hintTimer = setInterval(() => void this.storeHints(), hintEveryMs).unref();
  }

  /** Joins the group and answers the member. Waits while the broker is away. */
  async join(): Promise<this> {
    await this.membership.join();
    return this;
  }

  assigned(): readonly TopicPartition[] {
    return [...this.lanes.values()].map((lane) => lane.partition);
  }

  seek(partition: TopicPartition, offset: number): void {
    this.lanes.get(keyOf(partition))?.seek(offset);
  }

  pause(partition: TopicPartition): void {
    const lane = this.lanes.get(keyOf(partition));
    if (lane) lane.paused = true;
  }

  resume(partition: TopicPartition): void {
    this.lanes.get(keyOf(partition))?.resume();
  }

  /** Remembers the positions; a timer stores them, so that a handler never waits for the group. */
  async commitHint(positions: readonly LogPosition[]): Promise<void> {
    for (const position of positions) this.hints.set(keyOf(position), position);
  }

  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    clearInterval(this.hintTimer);
    await this.layDown(closeDrainMs);
    await this.storeHints();
    await this.membership.leave();
    await this.fetcher.close();
  }

  // — what the membership calls —

  async beforeJoin(): Promise<void> {
    await this.layDown((this.options.sessionTimeoutMs ?? sessionTimeoutDefaultMs) * drainShare);
  }

  onJoined(partitions: readonly TopicPartition[]): void {
    if (this.closing.signal.aborted) return;
    this.generation += 1;
    this.assigning = this.assign(partitions, this.generation);
  }

  onTrouble(cause: unknown): void {
    this.handlers.onTrouble?.({ kind: 'log-unreachable', cause });
  }

  // — partitions come and go —

  private async assign(partitions: readonly TopicPartition[], generation: number): Promise<void> {
    if (partitions.length === 0) return;
    const isCurrent = () => generation === this.generation && !this.closing.signal.aborted;
    for (let attempt = 1; isCurrent(); attempt++) {
      try {
        const starts = await this.handlers.onAssigned(partitions);
        if (!isCurrent()) return await this.revoke(partitions);
        partitions.forEach((partition, i) => this.open(partition, starts[i] ?? -1));
        return this.wake();
      } catch (cause) {
        this.handlers.onTrouble?.({ kind: 'assignment-failed', cause });
        await pauseBefore(attempt, this.closing.signal);
      }
    }
  }

  private open(partition: TopicPartition, start: number): void {
    const { maxBytes = 1 << 20, entriesMax = 2_000, idleMs = 250 } = this.options;
    const lane = new Lane(partition, start, { maxBytes, entriesMax, idleMs }, this.handlers, () => this.wake());
    this.lanes.set(keyOf(partition), lane);
  }

  private async layDown(drainMs: number): Promise<void> {
    this.generation += 1;
    const patience = new AbortController();
    const limit = sleep(drainMs, undefined, { signal: patience.signal }).catch(() => undefined);
    const lanes = [...this.lanes.values()];
    this.lanes.clear();
    for (const lane of lanes) lane.end();
    await Promise.race([limit, Promise.all([this.assigning, ...lanes.map((lane) => lane.settled())])]);
    patience.abort();
    if (lanes.length > 0) await this.revoke(lanes.map((lane) => lane.partition));
  }

  private async revoke(partitions: readonly TopicPartition[]): Promise<void> {
    for (const partition of partitions) this.hints.delete(keyOf(partition));
    await this.handlers
      .onRevoked(partitions)
      .catch((cause: unknown) => this.handlers.onTrouble?.({ kind: 'assignment-failed', cause }));
  }

  private async storeHints(): Promise<void> {
    if (this.hints.size === 0) return;
    const positions = [...this.hints.values()];
    this.hints.clear();
    await this.membership.commit(positions).catch(() => undefined);
  }

  // — reading —

  private wake(): void {
    if (this.spreading) this.spreadAgain = true;
    else void this.spread();
  }

  /** Starts a fetch at every node that leads a lane with room and has none under way. */
  private async spread(): Promise<void> {
    this.spreading = true;
    try {
      do {
        this.spreadAgain = false;
        for (const [node, lanes] of await this.lanesByNode()) {
          if (!this.busyNodes.has(node)) void this.fetchFrom(node, lanes);
        }
      } while (this.spreadAgain);
    } catch (cause) {
      await this.afterTrouble(cause);
      this.spreadAgain = true;
    } finally {
      this.spreading = false;
    }
    if (this.spreadAgain && !this.closing.signal.aborted) this.wake();
  }

  private async lanesByNode(): Promise<Map<number, Lane[]>> {
    const byNode = new Map<number, Lane[]>();
    for (const lane of this.lanes.values()) {
      if (!lane.hasRoom) continue;
      const node = await this.fetcher.leaderOf(lane.partition);
      byNode.set(node, [...(byNode.get(node) ?? []), lane]);
    }
    return byNode;
  }

  private async fetchFrom(node: number, lanes: readonly Lane[]): Promise<void> {
    this.busyNodes.add(node);
    try {
      for (const lane of lanes) if (lane.next < 0) await this.toOldest(lane, lane.ask());
      const asked = new Map(lanes.map((lane) => [keyOf(lane.partition), { lane, asked: lane.ask() }]));
      const someFull = [...this.lanes.values()].some((lane) => !lane.hasRoom && !lane.paused);
      const wants = [...asked.values()].map((one) => one.asked.want);
      const { maxWaitMs = 100, minBytes = 1 } = this.options;
      const patience = { maxWaitMs: someFull ? shortWaitMs : maxWaitMs, minBytes };
      for (const answer of await this.fetcher.fetch(node, wants, patience)) {
        const one = asked.get(keyOf(answer.kind === 'batch' ? answer.batch : answer.partition));
        if (one) await this.settle(one.lane, one.asked, answer);
      }
    } catch (cause) {
      await this.afterTrouble(cause);
    } finally {
      this.busyNodes.delete(node);
      this.wake();
    }
  }

  private async settle(lane: Lane, asked: Asked, answer: Fetched): Promise<void> {
    if (!lane.isCurrent(asked)) return;
    switch (answer.kind) {
      case 'batch':
        return lane.take(answer.batch);
      case 'out-of-range':
        await this.toOldest(lane, asked);
        return this.handlers.onTrouble?.({
          kind: 'out-of-range',
          partition: lane.partition,
          asked: asked.want.offset,
          resumedAt: lane.next,
        });
      case 'stale':
        return this.afterTrouble(new Error(answer.code));
    }
  }

  private async toOldest(lane: Lane, asked: Asked): Promise<void> {
    const { first } = await this.fetcher.edges(lane.partition);
    if (lane.isCurrent(asked)) lane.next = first;
  }

  private async afterTrouble(cause: unknown): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.handlers.onTrouble?.({ kind: 'log-unreachable', cause });
    this.fetcher.forget();
    await sleep(reconnectPauseMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }
}

import type { DeskLimits, Matcher, Subscription } from '@kruispunt/delivery';
import type { Quarantine } from '@kruispunt/event';
import { runPartitions, type KafkaDriver, type LogBatch, type PartitionRun } from '@kruispunt/kafka';
import type { Claim, PostgresSubscriptionStore } from '@kruispunt/postgres';
import { attr } from '@kruispunt/telemetry';
import { claimFrom } from '../log/claim-from.js';
import { consumer, prepare, type AskedBy, type Prepared, type PrepareParts } from '../match/prepare.js';
import { isPushed, type Subscriptions } from '../match/subscriptions.js';
import { catchUp, concerned, isBehind, type CatchUpParts } from './catch-up.js';
import { Lines } from './lines.js';
import { parkUntold } from './outcome-of.js';
import { OwnedPartitions, type OwnedParts } from './owned-partitions.js';
import type { Partition } from './partition.js';
import { Pump, type PumpParts } from './pump.js';
import { settle } from './settle.js';

export interface RunParts extends Omit<PumpParts, 'pace'>, Omit<OwnedParts, 'pace'> {
  readonly driver: KafkaDriver;
  readonly subscriptions: Subscriptions;
  /** Brings up to date by what is decided: the protocols, and the addresses that may not be disclosed. */
  readonly refreshPolicy: () => Promise<void>;
  readonly subscriptionStore: PostgresSubscriptionStore;
  readonly quarantine: Quarantine;
  /** Looks whom retention is about to pass by in this partition. */
  readonly watch: (partition: Partition) => Promise<void>;
  readonly limits: DeskLimits;
  readonly topics: readonly string[];
  readonly groupId: string;
  /** Static membership: who comes back under this name within the session has its partitions at once. */
  readonly instanceId: string;
  readonly pace: PumpParts['pace'] &
    OwnedParts['pace'] & {
      readonly flushMs: number;
      readonly refreshMs: number;
      readonly retentionWatchMs: number;
      readonly wakeMs: number;
      readonly catchUpReadersMax: number;
    };
}

/** Stretches a catch-up reader reads before others get their turn. */
const turnsMax = 32;

/**
 * Delivers, for as long as the process lives. A partition is claimed, its positions loaded, then read live; subscriptions that are
 * behind read for themselves until they have caught up; attempts run per lane; outcomes gather and are committed; on revoke all of it
 * ends in that order.
 */
export class DeliveryRun {
  private readonly lines: Lines;
  private readonly partitions: OwnedPartitions;
  private readonly pump: Pump;
  private readonly prepareParts: PrepareParts;
  private run: PartitionRun<Claim> | undefined;
  private catching = 0;
  private ended = false;
  private readonly end = new AbortController();
  private loops: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: RunParts) {
    const { reader, schemaIds, judge, quarantine } = parts;
    this.lines = new Lines(parts);
    this.partitions = new OwnedPartitions(parts, this.lines, () => this.refresh());
    this.pump = new Pump(parts, this.partitions, this.lines);
    this.prepareParts = {
      schemaIds,
      judge,
      quarantine,
      isSame: async (entry, first) => {
        const original = await reader.entry(entry, first).catch(() => undefined);
        return (
          original === undefined ||
          (original.headers['ce_id'] === entry.headers['ce_id'] &&
            original.headers['ce_source'] === entry.headers['ce_source'])
        );
      },
    };
  }

  async start(): Promise<this> {
    const { driver, admin, store, topics, groupId, instanceId, pace, log } = this.parts;
    await this.refresh();
    this.loops = Promise.all([
      this.every(pace.wakeMs, () => this.wake()),
      this.every(pace.flushMs, () => this.flush()),
      this.every(pace.refreshMs, () => this.refresh()),
      this.every(pace.retentionWatchMs, () => this.watch()),
    ]);
    this.run = await runPartitions({
      driver,
      // Who wants more than what comes from now on stands behind, with a position of its own.
      store: claimFrom(store, async (topic, partition) => endOf(await admin.offsets(topic), partition)),
      topics,
      groupId,
      instanceId,
      consumer,
      owner: `${instanceId}:${process.pid}`,
      handle: (claim, batch) => this.read(claim, batch),
      onIdle: async (claim, end) => {
        const partition = await this.partitions.open(claim, end);
        partition.next = Math.max(partition.next, end);
      },
      onReleased: (claims) => this.partitions.release(claims),
      onTrouble: (trouble) =>
        log.warn('delivery reader in trouble', {
          [attr.reason]: trouble.kind,
          [attr.cause]: 'cause' in trouble ? trouble.cause : undefined,
        }),
    });
    return this;
  }

  /** Something changed outside: looked at now, and not with the next round. */
  hear(): void {
    if (this.ended) return;
    void this.refresh().catch((cause: unknown) =>
      this.parts.log.warn('delivery round failed', { [attr.cause]: cause }),
    );
  }

  async close(): Promise<void> {
    await this.run?.close();
    this.ended = true;
    this.end.abort();
    await this.loops;
  }

  private async every(ms: number, work: () => Promise<void> | void): Promise<void> {
    while (!this.ended) {
      try {
        await work();
      } catch (cause) {
        this.parts.log.warn('delivery round failed', { [attr.cause]: cause });
      }
      await this.parts.timers.sleep(ms, this.end.signal).catch(() => undefined);
    }
  }

  /** One live batch: for those that read live. Who has no room reads on for itself. */
  private async read(claim: Claim, batch: LogBatch): Promise<void> {
    const partition = await this.partitions.open(claim, batch.from);
    partition.reading = true;
    try {
      await this.readLive(partition, batch);
    } finally {
      partition.reading = false;
    }
    for (const line of partition.touched) this.pump.run(line);
  }

  private async readLive(partition: Partition, batch: LogBatch): Promise<void> {
    const events = await prepare(this.prepareParts, batch.entries, this.readingLive(partition), partition.window);
    for (const event of events) this.handOut(partition, event);
    partition.next = batch.next;
  }

  /** Who asks for a type where at least one of them reads live here: for those that are behind, a live batch need not be decoded. */
  private readingLive(partition: Partition): AskedBy {
    const candidates = this.parts.subscriptions.pushed();
    const reads = ({ subscription: { id } }: Matcher) => this.lines.find(id)?.tracks.get(partition)?.live === true;
    const known = new Map<string, readonly Matcher[] | undefined>();
    return (type) => {
      if (!known.has(type)) known.set(type, candidates.all(type).some(reads) ? candidates.all(type) : undefined);
      return known.get(type);
    };
  }

  private handOut(partition: Partition, event: Prepared): void {
    const now = this.parts.clock.now();
    for (const { subscription } of concerned(this.parts.subscriptions.pushed(), event)) {
      const line = this.lines.find(subscription.id);
      const track = line?.tracks.get(partition);
      if (!line || !track?.live) continue;
      partition.touched.add(line);
      this.lines.awake.add(line);
      const fed = line.feed(track, event, {
        now,
        park: (reason) => parkUntold(this.parts, line.subscription, event, reason),
      });
      if (fed === 'taken') continue;
      track.leave();
      track.advance(event.entry.offset);
    }
  }

  private wake(): void {
    for (const line of this.lines.awake) {
      this.pump.run(line);
      if (line.desk.wakeAt() === undefined && line.desk.inFlight === 0) this.lines.awake.delete(line);
    }
    // Whoever had a reader goes to the end of the row, so that all have their turn.
    for (const partition of this.partitions.all.toSorted((a, b) => a.servedAt - b.servedAt))
      this.startCatchUp(partition);
  }

  private startCatchUp(partition: Partition): void {
    const { pace, clock, log } = this.parts;
    const may =
      !partition.catching &&
      !partition.releasing &&
      partition.lost === undefined &&
      this.catching < pace.catchUpReadersMax;
    if (!may || !isBehind(partition)) return;
    partition.catching = true;
    partition.servedAt = clock.now();
    this.catching += 1;
    const serve = async () => {
      for (
        let turn = 0, more = true;
        more && turn < turnsMax && !partition.releasing && partition.lost === undefined;
        turn++
      )
        more = await catchUp(this.catchUpParts(), partition);
    };
    void serve()
      .catch((cause: unknown) =>
        log.warn('catch-up reader failed', {
          [attr.topic]: partition.topic,
          [attr.partition]: partition.partition,
          [attr.cause]: cause,
        }),
      )
      .finally(() => {
        partition.catching = false;
        this.catching -= 1;
      });
  }

  private catchUpParts(): CatchUpParts {
    return {
      ...this.parts,
      prepare: this.prepareParts,
      park: (line) => (event, reason) => parkUntold(this.parts, line.subscription, event, reason),
      pump: (line) => {
        this.lines.awake.add(line);
        this.pump.run(line);
      },
    };
  }

  private async flush(): Promise<void> {
    const open = this.partitions.all.filter((partition) => !partition.releasing && partition.lost === undefined);
    await Promise.all(open.map((partition) => settle(this.parts, partition)));
    await this.parts.subscriptionStore.keepCircuits(this.lines.movedCircuits());
  }

  private async watch(): Promise<void> {
    for (const partition of this.partitions.all) await this.parts.watch(partition);
  }

  /** What changed outside: protocols, subscriptions, keys that a person or a replay let go. */
  private async refresh(): Promise<void> {
    const { subscriptions, refreshPolicy, positions, clock } = this.parts;
    await refreshPolicy();
    const fresh = (await subscriptions.refresh()).filter((subscription) => this.isNew(subscription));
    if (fresh.length > 0) await this.partitions.addSubscriptions(fresh.map(({ id }) => id));
    const owned = this.partitions.all.filter(({ lost }) => lost === undefined);
    if (owned.length === 0) return;
    const { released, lost } = await positions.takeReleased(owned.map(({ claim }) => claim));
    // Nothing moves in it, so no commit would have told.
    for (const { topic, partition, epoch } of lost) this.partitions.lose(topic, partition, epoch);
    for (const { subscription, topic, partition: number, key, gap } of released) {
      const partition = this.partitions.find(topic, number);
      const line = this.lines.find(subscription);
      const track = partition && line?.tracks.get(partition);
      if (!line || !track) continue;
      line.desk.release(track, key, clock.now(), gap);
      this.pump.touch(line);
      this.pump.run(line);
    }
  }

  /** A line is told of the change; true when there is none yet, and there should be. */
  private isNew({ id, channel, state }: Subscription): boolean {
    const matcher = this.parts.subscriptions.find(id);
    const line = this.lines.find(id);
    if (!line || !matcher) return isPushed(channel) && state !== 'ended';
    if (line.subscription.endpoint?.url !== matcher.subscription.endpoint?.url) this.parts.sender.forget(id);
    line.change(matcher, this.parts.clock.now());
    this.pump.touch(line);
    return false;
  }
}

const endOf = (ends: readonly { readonly partition: number; readonly next: number }[], partition: number): number =>
  ends.find((end) => end.partition === partition)?.next ?? -1;

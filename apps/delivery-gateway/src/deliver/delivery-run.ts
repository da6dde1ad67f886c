import { hostname } from 'node:os';
import { DuplicateWindow, Track, type DeskLimits, type Subscription } from '@kruispunt/delivery';
import { runPartitions, type KafkaDriver, type LogBatch, type PartitionRun } from '@kruispunt/kafka';
import type { Claim, PostgresSubscriptionStore, StoredPosition } from '@kruispunt/postgres';
import { attr } from '@kruispunt/telemetry';
import type { Quarantine } from '@kruispunt/event';
import { prepare, type Prepared, type PrepareParts } from '../match/prepare.js';
import type { Protocols } from '../match/protocols.js';
import type { Subscriptions } from '../match/subscriptions.js';
import { catchUp, isBehind } from './catch-up.js';
import { Line, type DeliveryAttempt } from './line.js';
import { outcomeOf, parkUntold, type OutcomeParts } from './outcome-of.js';
import { Partition } from './partition.js';
import { settle, type SettleParts } from './settle.js';

export interface RunParts extends OutcomeParts, SettleParts {
  readonly driver: KafkaDriver;
  readonly subscriptions: Subscriptions;
  readonly protocols: Protocols;
  readonly store: SettleParts['store'];
  readonly subscriptionStore: PostgresSubscriptionStore;
  readonly quarantine: Quarantine;
  readonly limits: DeskLimits;
  readonly topics: readonly string[];
  readonly groupId: string;
  /** Static membership: who comes back under this name within the session has its partitions at once. */
  readonly instanceId: string;
  readonly pace: {
    readonly flushMs: number;
    readonly flushOutcomes: number;
    readonly refreshMs: number;
    readonly wakeMs: number;
    readonly drainMs: number;
    readonly catchUpReadersMax: number;
    readonly duplicateWindow: number;
  };
}

const consumer = 'delivery';
/** Stretches a catch-up reader reads before others get their turn. */
const turnsMax = 32;

/**
 * Delivers, for as long as the process lives. A partition is claimed, its positions loaded, then read live; subscriptions that are
 * behind read for themselves until they have caught up; attempts run per lane; outcomes gather and are committed. On revoke: no new
 * attempts, those on their way may end, what is settled is committed, the partition goes.
 */
export class DeliveryRun {
  private readonly partitions = new Map<string, Partition>();
  private readonly opening = new Map<string, Promise<Partition>>();
  private readonly lines = new Map<string, Line>();
  private readonly awake = new Set<Line>();
  private readonly keptCircuits = new Map<string, string>();
  private readonly prepareParts: PrepareParts;
  private run: PartitionRun<Claim> | undefined;
  private catching = 0;
  private ended = false;
  private loops: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: RunParts) {
    const { reader, schemaIds, judge } = parts;
    this.prepareParts = {
      schemaIds,
      judge,
      isSame: async (entry, first) => {
        const original = await reader.entry(entry, first).catch(() => undefined);
        return original === undefined || (original.headers['ce_id'] === entry.headers['ce_id'] && original.headers['ce_source'] === entry.headers['ce_source']);
      },
    };
  }

  async start(): Promise<this> {
    const { driver, store, topics, groupId, instanceId, pace, log } = this.parts;
    await this.refresh();
    this.loops = Promise.all([
      this.every(pace.wakeMs, () => this.wake()),
      this.every(pace.flushMs, () => this.flush()),
      this.every(pace.refreshMs, () => this.refresh()),
    ]);
    this.run = await runPartitions({
      driver, store, topics, groupId, instanceId, consumer, owner: `${hostname()}:${process.pid}`,
      handle: (claim, batch) => this.read(claim, batch),
      onIdle: (claim, end) => this.idle(claim, end),
      onReleased: (claims) => this.release(claims),
      onTrouble: (trouble) => log.warn('delivery reader in trouble', { [attr.reason]: trouble.kind, [attr.cause]: 'cause' in trouble ? trouble.cause : undefined }),
    });
    return this;
  }

  async close(): Promise<void> {
    await this.run?.close();
    this.ended = true;
    await this.loops;
  }

  /** The partitions that are ours, and how far each is read. */
  get owned(): readonly Partition[] {
    return [...this.partitions.values()];
  }

  private async every(ms: number, work: () => Promise<void> | void): Promise<void> {
    while (!this.ended) {
      try {
        await work();
      } catch (cause) {
        this.parts.log.warn('delivery round failed', { [attr.cause]: cause });
      }
      await this.parts.timers.sleep(ms);
    }
  }

  /** One live batch: for those that read live. Who has no room reads on for itself. */
  private async read(claim: Claim, batch: LogBatch): Promise<void> {
    const partition = await this.open(claim, batch.from);
    const candidates = this.parts.subscriptions.pushed();
    const events = await prepare(this.prepareParts, batch.entries, candidates, partition.window);
    await this.quarantine(events);
    for (const event of events) {
      for (const matcher of candidates.get(event.ceType) ?? []) {
        const line = this.lines.get(matcher.subscription.id);
        const track = line?.tracks.get(partition);
        if (!line || !track?.live) continue;
        partition.touched.add(line);
        this.awake.add(line);
        const fed = line.feed(track, event, { now: this.parts.clock.now(), park: (reason) => parkUntold(this.parts, line.subscription, event, reason) });
        if (fed === 'taken') continue;
        track.leave();
        track.advance(event.entry.offset);
      }
    }
    partition.next = batch.next;
    for (const line of partition.touched) this.pump(line);
  }

  private async idle(claim: Claim, end: number): Promise<void> {
    const partition = await this.open(claim, end);
    partition.next = Math.max(partition.next, end);
  }

  private async quarantine(events: readonly Prepared[]): Promise<void> {
    const unread = events.flatMap(({ entry, read }) => (read.event ? [] : [{ ...entry, consumer, because: read.because }]));
    if (unread.length > 0) await this.parts.quarantine.put(unread);
  }

  /** The partition of this claim, loaded; a lost one is dropped and its fault thrown, so that the runner claims again. */
  private async open(claim: Claim, from: number): Promise<Partition> {
    const name = `${claim.topic}/${claim.partition}`;
    const known = this.partitions.get(name);
    if (known?.claim.epoch === claim.epoch && known.lost === undefined) return known;
    if (known) this.drop(known);
    if (known?.claim.epoch === claim.epoch) throw known.lost;
    const opening = this.opening.get(name) ?? this.load(claim, from).finally(() => this.opening.delete(name));
    this.opening.set(name, opening);
    return opening;
  }

  private async load(claim: Claim, from: number): Promise<Partition> {
    const { pace, positions } = this.parts;
    const partition = new Partition(claim, claim.next < 0 ? from : claim.next, new DuplicateWindow(pace.duplicateWindow));
    await this.fillWindow(partition);
    await this.refresh();
    // Known before its positions are read, so that a subscription made meanwhile is not missed.
    this.partitions.set(partition.name, partition);
    try {
      for (const stored of await positions.load(claim.topic, claim.partition)) this.add(partition, stored);
    } catch (thrown) {
      this.drop(partition);
      throw thrown;
    }
    return partition;
  }

  /** The ids of before are a property of the log: read again. */
  private async fillWindow({ topic, partition, next, window }: Partition): Promise<void> {
    for (let offset = Math.max(0, next - this.parts.pace.duplicateWindow); offset < next; ) {
      const batch = await this.parts.reader.stretch({ topic, partition }, offset);
      const entries = 'passedBy' in batch ? [] : batch.entries.filter((entry) => entry.offset < next);
      for (const entry of entries) window.seenBefore(entry.headers['ce_source'] ?? '', entry.headers['ce_id'] ?? '', entry.offset);
      const on = 'passedBy' in batch ? batch.passedBy : batch.next;
      if (on <= offset) return;
      offset = on;
    }
  }

  private add(partition: Partition, stored: StoredPosition): void {
    const matcher = this.parts.subscriptions.find(stored.subscription);
    if (!matcher) return;
    const line = this.lines.get(stored.subscription) ?? this.newLine(matcher, stored);
    if (line.tracks.has(partition)) return;
    const next = stored.behind ? stored.next : Math.max(stored.next, partition.next);
    const track = new Track<never>(partition.topic, partition.partition, next, stored.behind);
    line.desk.add(track, stored.lanes);
    line.tracks.set(partition, track);
    partition.lines.add(line);
    partition.touched.add(line);
    this.awake.add(line);
    if (!stored.behind && !line.desk.still) track.join(partition);
  }

  private newLine(matcher: NonNullable<ReturnType<Subscriptions['find']>>, { circuit }: StoredPosition): Line {
    const { ladder, limits, random, clock } = this.parts;
    const line = new Line(matcher, { ladder, limits, random, circuit });
    line.desk.pause(matcher.subscription.state !== 'active', clock.now());
    this.lines.set(matcher.subscription.id, line);
    return line;
  }

  private drop(partition: Partition): void {
    if (this.partitions.get(partition.name) === partition) this.partitions.delete(partition.name);
    for (const line of partition.lines) {
      const track = line.tracks.get(partition);
      if (track) line.desk.remove(track);
      line.tracks.delete(partition);
      if (line.tracks.size === 0) this.lines.delete(line.subscription.id);
    }
    partition.lines.clear();
    partition.touched.clear();
    partition.lost ??= new Error('released');
  }

  private async release(claims: readonly Claim[]): Promise<void> {
    await Promise.all(claims.map(async ({ topic, partition: number, epoch }) => {
      const partition = this.partitions.get(`${topic}/${number}`);
      if (!partition || partition.claim.epoch !== epoch) return;
      partition.releasing = true;
      const { clock, timers, pace } = this.parts;
      for (const until = clock.now() + pace.drainMs; partition.attempts > 0 && clock.now() < until; ) await timers.sleep(10);
      await settle(this.parts, partition);
      if (partition.touched.size > 0 && partition.lost === undefined) await settle(this.parts, partition);
      this.drop(partition);
    }));
  }

  private pump(line: Line): void {
    if (this.parts.stopping.aborted) return;
    const now = this.parts.clock.now();
    for (let attempt = line.desk.next(now); attempt; attempt = line.desk.next(now)) void this.attempt(line, attempt);
  }

  private async attempt(line: Line, attempt: DeliveryAttempt): Promise<void> {
    const { log, clock, pace } = this.parts;
    const partition = this.partitions.get(`${attempt.track.topic}/${attempt.track.partition}`);
    if (!partition || partition.releasing) return line.desk.settle(attempt, { kind: 'postponed', afterMs: pace.drainMs }, clock.now());
    partition.attempts += 1;
    const before = line.desk.circuit.kind;
    const outcome = await outcomeOf(this.parts, line.subscription, attempt).catch((cause: unknown) => {
      log.warn('delivery postponed', { [attr.subscriptionId]: line.subscription.id, [attr.eventId]: attempt.eventId, [attr.cause]: cause });
      return { kind: 'postponed', afterMs: 1_000 } as const;
    });
    partition.attempts -= 1;
    line.desk.settle(attempt, outcome, clock.now());
    partition.outcomes += 1;
    this.touch(line);
    if (outcome.kind === 'parked') log.warn('delivery parked', { [attr.subscriptionId]: line.subscription.id, [attr.eventId]: attempt.eventId, [attr.attempt]: attempt.attempt, [attr.reason]: outcome.record.error.class });
    if (before !== line.desk.circuit.kind) log.info('circuit changed', { [attr.subscriptionId]: line.subscription.id, [attr.state]: line.desk.circuit.kind });
    if (partition.outcomes >= pace.flushOutcomes) void settle(this.parts, partition);
    this.pump(line);
  }

  /** It may have something to do, and to commit wherever it stands. */
  private touch(line: Line): void {
    this.awake.add(line);
    for (const partition of this.partitions.values()) if (line.tracks.has(partition)) partition.touched.add(line);
  }

  private wake(): void {
    for (const line of this.awake) {
      this.pump(line);
      if (line.desk.wakeAt() === undefined && line.desk.inFlight === 0) this.awake.delete(line);
    }
    // Whoever had a reader goes to the end of the row, so that all have their turn.
    for (const partition of this.waitingTurns()) this.startCatchUp(partition);
  }

  private waitingTurns(): readonly Partition[] {
    return [...this.partitions.values()].sort((a, b) => a.servedAt - b.servedAt);
  }

  private startCatchUp(partition: Partition): void {
    const may = !partition.catching && !partition.releasing && partition.lost === undefined && this.catching < this.parts.pace.catchUpReadersMax;
    if (!may || !isBehind(partition)) return;
    partition.catching = true;
    partition.servedAt = this.parts.clock.now();
    this.catching += 1;
    const parts = {
      ...this.parts,
      prepare: this.prepareParts,
      park: (line: Line) => (event: Prepared, reason: string) => parkUntold(this.parts, line.subscription, event, reason),
      pump: (line: Line) => {
        this.awake.add(line);
        this.pump(line);
      },
    };
    const serve = async () => {
      for (let turn = 0, more = true; more && turn < turnsMax && !partition.releasing && partition.lost === undefined; turn++) more = await catchUp(parts, partition);
    };
    void serve()
      .catch((cause: unknown) => this.parts.log.warn('catch-up reader failed', { [attr.topic]: partition.topic, [attr.partition]: partition.partition, [attr.cause]: cause }))
      .finally(() => {
        partition.catching = false;
        this.catching -= 1;
      });
  }

  private async flush(): Promise<void> {
    await Promise.all([...this.partitions.values()].filter((p) => !p.releasing && p.lost === undefined).map((partition) => settle(this.parts, partition)));
    const moved = [...this.awake].flatMap((line) => {
      const { circuit } = line.desk;
      const { id } = line.subscription;
      const text = circuit.kind === 'closed' ? 'closed' : JSON.stringify(circuit);
      if ((this.keptCircuits.get(id) ?? 'closed') === text) return [];
      this.keptCircuits.set(id, text);
      return [{ subscription: id, circuit }];
    });
    await this.parts.subscriptionStore.keepCircuits(moved);
  }

  /** What changed outside: subscriptions, protocols, keys that a person or a replay let go. */
  private async refresh(): Promise<void> {
    const { subscriptions, protocols, positions } = this.parts;
    await protocols.refresh();
    for (const subscription of await subscriptions.refresh()) await this.changed(subscription);
    const topics = [...new Set([...this.partitions.values()].map(({ topic }) => topic))];
    for (const { subscription, topic, partition: number, key } of topics.length === 0 ? [] : await positions.released(topics)) {
      const partition = this.partitions.get(`${topic}/${number}`);
      const line = this.lines.get(subscription);
      const track = partition && line?.tracks.get(partition);
      if (!line || !track) continue;
      line.desk.release(track, key, this.parts.clock.now());
      partition.touched.add(line);
      this.awake.add(line);
      this.pump(line);
    }
  }

  private async changed(subscription: Subscription): Promise<void> {
    const line = this.lines.get(subscription.id);
    const matcher = this.parts.subscriptions.find(subscription.id);
    if (line && matcher) {
      if (line.subscription.endpoint?.url !== subscription.endpoint?.url) await this.parts.sender.forget(subscription.id);
      line.matcher = matcher;
      line.desk.pause(subscription.state !== 'active', this.parts.clock.now());
      this.touch(line);
      return;
    }
    if (subscription.channel !== 'WEBHOOK' || subscription.state === 'ended') return;
    for (const partition of this.partitions.values()) {
      for (const stored of await this.parts.positions.load(partition.topic, partition.partition, [subscription.id])) this.add(partition, stored);
    }
  }
}

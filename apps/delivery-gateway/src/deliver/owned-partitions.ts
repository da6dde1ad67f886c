import type { Clock, Timers } from '@kruispunt/clock';
import { DuplicateWindow } from '@kruispunt/delivery';
import type { LogAdmin } from '@kruispunt/kafka';
import type { Claim, PostgresPositionStore } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { windowStart } from '../match/window-start.js';
import type { CachedReader } from './cached-reader.js';
import type { Line } from './line.js';
import type { Lines } from './lines.js';
import { Partition } from './partition.js';
import { settle, type SettleParts } from './settle.js';

export interface OwnedParts extends SettleParts {
  readonly positions: PostgresPositionStore;
  readonly reader: CachedReader;
  readonly admin: LogAdmin;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly pace: { readonly duplicateWindow: number; readonly drainMs: number };
}

/** The partitions that are ours, from claim to release. */
export class OwnedPartitions {
  private readonly byName = new Map<string, Partition>();
  private readonly opening = new Map<string, Promise<Partition>>();

  constructor(
    private readonly parts: OwnedParts,
    private readonly lines: Lines,
    /** Brings the picture of the subscriptions up to date. */
    private readonly refresh: () => Promise<void>,
  ) {}

  get all(): readonly Partition[] {
    return [...this.byName.values()];
  }

  find(topic: string, partition: number): Partition | undefined {
    return this.byName.get(`${topic}/${partition}`);
  }

  /** Another has taken it: whoever opens it next claims it again. */
  lose(topic: string, number: number, epoch: number): void {
    const partition = this.find(topic, number);
    if (partition?.claim.epoch === epoch) partition.lost ??= problem('fenced', { topic, partition: number, epoch });
  }

  /** Where a line stands. */
  of(line: Line): readonly Partition[] {
    return this.all.filter((partition) => line.tracks.has(partition));
  }

  /** The partition of this claim, loaded; a lost one is dropped and its fault thrown, so that the runner claims again. */
  async open(claim: Claim, from: number): Promise<Partition> {
    const name = `${claim.topic}/${claim.partition}`;
    const known = this.byName.get(name);
    if (known?.claim.epoch === claim.epoch && known.lost === undefined) return this.opening.get(name) ?? known;
    if (known) this.drop(known);
    if (known?.claim.epoch === claim.epoch) throw known.lost;
    const opening = this.opening.get(name) ?? this.load(claim, from).finally(() => this.opening.delete(name));
    this.opening.set(name, opening);
    return opening;
  }

  /** Reads the positions of more subscriptions in every partition that is ours. */
  async addSubscriptions(subscriptions: readonly string[]): Promise<void> {
    for (const partition of this.all) {
      for (const stored of await this.parts.positions.load(partition.topic, partition.partition, subscriptions))
        this.lines.add(partition, stored);
    }
  }

  /** On revoke: no new attempts; those on their way may end for a while; what is settled is committed; the partition goes. */
  async release(claims: readonly Claim[]): Promise<void> {
    const { clock, timers, pace } = this.parts;
    await Promise.all(
      claims.map(async ({ topic, partition: number, epoch }) => {
        const partition = this.find(topic, number);
        if (partition?.claim.epoch !== epoch) return;
        partition.releasing = true;
        for (const until = clock.now() + pace.drainMs; partition.attempts > 0 && clock.now() < until;)
          await timers.sleep(10);
        // One commit may be under way with what was settled before; the second has the rest.
        await settle(this.parts, partition);
        if (partition.lost === undefined) await settle(this.parts, partition);
        this.drop(partition);
      }),
    );
  }

  private async load(claim: Claim, from: number): Promise<Partition> {
    const { pace, positions } = this.parts;
    const partition = new Partition(
      claim,
      claim.next < 0 ? from : claim.next,
      new DuplicateWindow(pace.duplicateWindow),
    );
    await this.fillWindow(partition);
    await this.refresh();
    // Known before its positions are read, so that a subscription made meanwhile is not missed.
    this.byName.set(partition.name, partition);
    try {
      for (const stored of await positions.load(claim.topic, claim.partition)) this.lines.add(partition, stored);
    } catch (thrown) {
      this.drop(partition);
      throw thrown;
    }
    return partition;
  }

  /** The ids of before are a property of the log: read again. */
  private async fillWindow({ topic, partition, next, window }: Partition): Promise<void> {
    if (next <= 0) return;
    const { admin, clock, pace } = this.parts;
    const bounds = { idsMax: pace.duplicateWindow, now: clock.now() };
    for (let offset = await windowStart(admin, { topic, partition, to: next }, bounds); offset < next;) {
      const batch = await this.parts.reader.stretch({ topic, partition }, offset);
      const entries = 'passedBy' in batch ? [] : batch.entries.filter((entry) => entry.offset < next);
      for (const entry of entries)
        window.seenBefore(entry.headers['ce_source'] ?? '', entry.headers['ce_id'] ?? '', entry.offset);
      const on = 'passedBy' in batch ? batch.passedBy : batch.next;
      if (on <= offset) return;
      offset = on;
    }
  }

  private drop(partition: Partition): void {
    if (this.byName.get(partition.name) === partition) this.byName.delete(partition.name);
    this.lines.remove(partition);
    partition.lost ??= new Error('released');
  }
}

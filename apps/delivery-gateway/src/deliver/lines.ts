import type { Clock, Random } from '@kruispunt/clock';
import { Track, type Circuit, type DeskLimits, type Ladder } from '@kruispunt/delivery';
import type { StoredPosition } from '@kruispunt/postgres';
import type { Subscriptions } from '../match/subscriptions.js';
import { Line } from './line.js';
import type { Partition } from './partition.js';

export interface LinesParts {
  readonly subscriptions: Subscriptions;
  readonly ladder: Ladder;
  readonly limits: DeskLimits;
  readonly random: Random;
  readonly clock: Clock;
}

/** The subscriptions this process delivers for, over the partitions that are its own. */
export class Lines {
  /** Those that may have something to do. */
  readonly awake = new Set<Line>();
  private readonly byId = new Map<string, Line>();
  private readonly keptCircuits = new Map<string, string>();

  constructor(private readonly parts: LinesParts) {}

  find(subscription: string): Line | undefined {
    return this.byId.get(subscription);
  }

  /** A subscription stands in a partition that is ours now: with its exceptions, and behind or with the live reader. */
  add(partition: Partition, stored: StoredPosition): void {
    const matcher = this.parts.subscriptions.find(stored.subscription);
    if (!matcher) return;
    const line = this.byId.get(stored.subscription) ?? this.open(matcher, stored.circuit);
    if (line.tracks.has(partition)) return;
    const next = stored.behind ? stored.next : Math.max(stored.next, partition.next);
    const track = new Track<never>(partition.topic, partition.partition, next, stored.behind);
    line.desk.add(track, stored.lanes);
    line.tracks.set(partition, track);
    partition.lines.add(line);
    partition.touched.add(line);
    this.awake.add(line);
    if (!stored.behind && !line.desk.still && !partition.reading) track.join(partition);
  }

  /** The partition goes; a line without partitions goes too. */
  remove(partition: Partition): void {
    for (const line of partition.lines) {
      const track = line.tracks.get(partition);
      if (track) line.desk.remove(track);
      line.tracks.delete(partition);
      if (line.tracks.size > 0) continue;
      this.byId.delete(line.subscription.id);
      this.awake.delete(line);
    }
    partition.lines.clear();
    partition.touched.clear();
  }

  /** Circuits that are other than they were when this was last asked, to be kept. */
  movedCircuits(): readonly { readonly subscription: string; readonly circuit: Circuit }[] {
    return [...this.awake].flatMap((line) => {
      const { circuit } = line.desk;
      const { id } = line.subscription;
      const text = circuit.kind === 'closed' ? 'closed' : JSON.stringify(circuit);
      if ((this.keptCircuits.get(id) ?? 'closed') === text) return [];
      this.keptCircuits.set(id, text);
      return [{ subscription: id, circuit }];
    });
  }

  private open(matcher: Line['matcher'], circuit: Circuit | undefined): Line {
    const { ladder, limits, random, clock } = this.parts;
    const line = new Line(matcher, { ladder, limits, random, circuit });
    const { id, state } = matcher.subscription;
    line.desk.pause(state !== 'active', clock.now());
    // Known as it was stored, so that the first closing of an open one is kept.
    this.keptCircuits.set(id, circuit === undefined || circuit.kind === 'closed' ? 'closed' : JSON.stringify(circuit));
    this.byId.set(id, line);
    return line;
  }
}

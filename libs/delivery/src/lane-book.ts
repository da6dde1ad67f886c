import assert from 'node:assert';
import { DueQueue } from './due-queue.js';
import {
  newLane,
  type HeldLane,
  type Hold,
  type HoldChange,
  type Lane,
  type LaneItem,
  type WrittenHold,
} from './lane.js';
import type { EntryState, LedgerItem, Track } from './track.js';

interface Shelf<E, P> {
  readonly lanes: Map<string, Lane<E, P>>;
  readonly dirty: Set<Lane<E, P>>;
}

/** How a hold begins or goes on. */
export type HoldOrder = Omit<Hold, 'since' | 'front'> & { readonly now: number };

/**
 * The lanes of one subscription: which key has what in front of it, which may run, which wait until when. Keeps the counts that
 * bound memory, and the ledger in step: a lane that turns held turns its open events into exceptions.
 */
export class LaneBook<E, P> {
  queued = 0;
  queuedBytes = 0;
  held = 0;
  private readonly shelves = new Map<Track<P>, Shelf<E, P>>();
  private readonly ready: Lane<E, P>[] = [];
  private readonly due = new DueQueue<Lane<E, P>>();

  get tracks(): Iterable<Track<P>> {
    return this.shelves.keys();
  }

  get hasReady(): boolean {
    return this.ready.length > 0;
  }

  get firstDueAt(): number | undefined {
    return this.due.firstAt;
  }

  add(track: Track<P>, exceptions: readonly HeldLane[]): void {
    const lanes = new Map<string, Lane<E, P>>();
    this.shelves.set(track, { lanes, dirty: new Set() });
    for (const { key, failures, events, hold, gap } of exceptions) {
      const lane = newLane<E, P>(track, key);
      lane.queue.push(...events.map((e) => ({ ...e, bytes: 0, event: undefined })));
      const offset = events[0]?.offset ?? 0;
      Object.assign(lane, { failures, written: true, gap, hold: hold && { ...hold, offset, front: offset } });
      lanes.set(key, lane);
      this.held += events.length;
      if (hold?.state === 'waiting') this.due.add(hold.nextAt, lane);
    }
  }

  /** Forgets a partition; answers its lanes that were busy. */
  remove(track: Track<P>): readonly Lane<E, P>[] {
    const busy: Lane<E, P>[] = [];
    for (const lane of this.lanesOf(track)) {
      for (const item of lane.queue) this.uncount(lane, item);
      if (lane.busy) busy.push(lane);
      lane.queue.length = 0;
    }
    this.shelves.delete(track);
    return busy;
  }

  has(track: Track<P>): boolean {
    return this.shelves.has(track);
  }

  /** What the receiver has to be told of with the key's next event. */
  setGap(lane: Lane<E, P>, gap: Lane<E, P>['gap']): void {
    if (gap.length === 0 && lane.gap.length === 0) return;
    lane.gap = gap;
    this.shelves.get(lane.track)?.dirty.add(lane);
  }

  find(track: Track<P>, key: string): Lane<E, P> | undefined {
    return this.shelves.get(track)?.lanes.get(key);
  }

  lanesOf(track: Track<P>): Iterable<Lane<E, P>> {
    return this.shelves.get(track)?.lanes.values() ?? [];
  }

  lane(track: Track<P>, key: string): Lane<E, P> {
    const shelf = this.shelves.get(track);
    assert(shelf, 'the desk does not have this partition');
    const lane = shelf.lanes.get(key) ?? newLane<E, P>(track, key);
    shelf.lanes.set(key, lane);
    return lane;
  }

  /** An event joins its lane, and the ledger as what the lane makes of it. */
  push(lane: Lane<E, P>, item: LaneItem<E>): void {
    if (lane.hold) {
      lane.track.enter(item, { kind: 'held' });
      lane.queue.push({ ...item, event: undefined, bytes: 0 });
      this.held += 1;
    } else {
      lane.track.enter(item);
      lane.queue.push(item);
      this.queued += 1;
      this.queuedBytes += item.bytes;
    }
    if (lane.queue.length === 1 && lane.hold?.state !== 'parked') this.makeReady(lane);
  }

  /** Settles the event in front. */
  shift(lane: Lane<E, P>, state: Exclude<EntryState<P>, { kind: 'open' }>): void {
    const item = lane.queue.shift();
    assert(item, 'a lane without events settles nothing');
    this.uncount(lane, item);
    lane.track.settle(item, state);
    lane.failures = 0;
  }

  makeReady(lane: Lane<E, P>, where: 'front' | 'back' = 'back'): void {
    if (where === 'front') this.ready.unshift(lane);
    else this.ready.push(lane);
  }

  /** The next lane that may run; it is taken out and must be started. */
  takeReady(now: number): Lane<E, P> | undefined {
    for (let lane = this.due.take(now); lane; lane = this.due.take(now)) {
      if (lane.hold?.state === 'waiting' && lane.hold.nextAt <= now) this.makeReady(lane);
    }
    for (let lane = this.ready.shift(); lane; lane = this.ready.shift()) {
      if (this.mayRun(lane, now)) return lane;
    }
    return undefined;
  }

  /** The lane to probe a silent receiver with: the one that waits longest. */
  waitingLongest(): Lane<E, P> | undefined {
    let longest: Lane<E, P> | undefined;
    for (const { lanes } of this.shelves.values()) {
      for (const lane of lanes.values()) {
        if (lane.busy || lane.queue.length === 0 || lane.hold?.state === 'parked') continue;
        if (!longest || (lane.hold?.since ?? 0) < (longest.hold?.since ?? 0)) longest = lane;
      }
    }
    return longest;
  }

  /** From free to held: what stood open in the key becomes an exception, and its payloads leave memory. Or a hold that moves. */
  hold(lane: Lane<E, P>, { state, nextAt, reason, offset, now }: HoldOrder): void {
    if (!lane.hold) {
      const queue = lane.queue.map((item) => ({ ...item, bytes: 0, event: undefined }));
      for (const item of lane.queue) {
        this.uncount(lane, item);
        lane.track.settle(item, { kind: 'held' });
      }
      lane.queue.splice(0, lane.queue.length, ...queue);
      this.held += queue.length;
    }
    const { offset: began, since } = lane.hold ?? { offset, since: now };
    lane.hold = { state, nextAt, reason, offset: began, front: offset, since };
    this.shelves.get(lane.track)?.dirty.add(lane);
    if (state === 'waiting') this.due.add(nextAt, lane);
  }

  /** The key's next event, if there is one; else the key is free. */
  goOn(lane: Lane<E, P>, now: number): void {
    if (lane.queue.length === 0) return this.free(lane);
    if (lane.hold) {
      lane.hold = { ...lane.hold, state: 'waiting', nextAt: now };
      this.shelves.get(lane.track)?.dirty.add(lane);
    }
    this.makeReady(lane);
  }

  /** All waiting keys may be tried now: the receiver is back. */
  wakeAll(now: number): void {
    for (const { lanes, dirty } of this.shelves.values()) {
      for (const lane of lanes.values()) {
        if (lane.hold?.state !== 'waiting' || lane.busy) continue;
        lane.hold = { ...lane.hold, nextAt: now };
        dirty.add(lane);
        this.due.add(now, lane);
      }
    }
  }

  /** What was not begun leaves the lanes and is read again later; what stands below something settled becomes an exception. */
  putBack(now: number): void {
    for (const [track, { lanes }] of this.shelves) {
      if (track.live) track.leave();
      const mayGo = (item: LedgerItem) => {
        const lane = lanes.get(item.key);
        return lane !== undefined && lane.queue.length > lane.sent;
      };
      for (let gone = track.retreat(mayGo); gone; gone = track.retreat(mayGo)) {
        const lane = this.lane(track, gone.key);
        this.uncount(lane, lane.queue.pop()!);
        this.dropIfIdle(lane);
      }
      for (const lane of lanes.values()) {
        if (lane.hold || lane.busy || lane.queue.length === 0) continue;
        this.hold(lane, { state: 'waiting', nextAt: now, now, reason: undefined, offset: lane.queue[0]!.offset });
      }
    }
  }

  /** Holds that began, moved or ended below `next` since they were last written, and gaps; to be committed with the ledger change. */
  takeHolds(track: Track<P>, next: number): HoldChange {
    const written: WrittenHold[] = [];
    const gone: string[] = [];
    const dirty = this.shelves.get(track)?.dirty ?? new Set<Lane<E, P>>();
    for (const lane of dirty) {
      // What lies at or above `next` would be read again after a crash: its row comes when the position has passed it.
      const hold = storable(lane.hold, next);
      const gap = lane.gap.length === 0 ? lane.gap : lane.gap.filter(({ offset }) => offset < next);
      const complete = hold === lane.hold && gap.length === lane.gap.length;
      const row = hold !== undefined || gap.length > 0;
      if (row) written.push({ key: lane.key, failures: hold ? lane.failures : 0, hold, gap });
      else if (lane.written) gone.push(lane.key);
      lane.written = row;
      if (complete) dirty.delete(lane);
      this.dropIfIdle(lane);
    }
    return { written, gone };
  }

  /** Nothing in front: free, and forgotten unless it has to tell of a gap. A stored hold is deleted with the next change. */
  free(lane: Lane<E, P>): void {
    const dirty = this.shelves.get(lane.track)?.dirty;
    if (lane.written || lane.gap.length > 0) dirty?.add(lane);
    else dirty?.delete(lane);
    lane.hold = undefined;
    this.dropIfIdle(lane);
  }

  private mayRun(lane: Lane<E, P>, now: number): boolean {
    if (lane.busy || this.find(lane.track, lane.key) !== lane) return false;
    if (lane.hold && (lane.hold.state === 'parked' || lane.hold.nextAt > now)) return false;
    if (lane.queue.length > 0) return true;
    this.free(lane);
    return false;
  }

  private uncount(lane: Lane<E, P>, item: LaneItem<E>): void {
    if (lane.hold) this.held -= 1;
    else {
      this.queued -= 1;
      this.queuedBytes -= item.bytes;
    }
  }

  private dropIfIdle(lane: Lane<E, P>): void {
    // One whose stored hold is still to be deleted stays until that is done.
    const idle = lane.queue.length === 0 && !lane.hold && !lane.busy && !lane.written && lane.gap.length === 0;
    if (idle) this.shelves.get(lane.track)?.lanes.delete(lane.key);
  }
}

/** What is true of a hold for who reads on from `next`. */
function storable(hold: Hold | undefined, next: number): Hold | undefined {
  if (!hold || hold.offset >= next) return undefined;
  return hold.state === 'parked' && hold.front >= next ? { ...hold, state: 'waiting', nextAt: hold.since } : hold;
}

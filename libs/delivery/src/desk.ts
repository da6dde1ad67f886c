import type { Random } from '@kruispunt/clock';
import { afterTrouble, closedCircuit, startProbe, type Circuit } from './circuit.js';
import type { Ladder } from './ladder.js';
import { LaneBook } from './lane-book.js';
import type { HeldLane, HoldChange, Lane } from './lane.js';
import type { OrderPolicy } from './subscription.js';
import type { LedgerChange, LedgerItem, Track } from './track.js';

/** What bounds one subscription. */
export interface DeskLimits {
  /** Attempts on their way at once. */
  readonly inFlightMax: number;
  /** Events in memory, and their bytes: full means the reader waits. */
  readonly queuedMax: number;
  readonly queuedBytesMax: number;
  /** Held events: above it the position stands still. */
  readonly heldMax: number;
  /** Outcomes that may wait behind one open event; one more and that event becomes an exception. */
  readonly blockedMax: number;
}

export const standardLimits: DeskLimits = {
  inFlightMax: 16,
  queuedMax: 256,
  queuedBytesMax: 4_194_304,
  heldMax: 10_000,
  blockedMax: 500,
};

/** A matched event, handed in. */
export interface Offer<E> extends LedgerItem {
  readonly bytes: number;
  readonly event: E;
}

/** One attempt to be made. `event` undefined: read it from the log at `offset`. */
export interface Attempt<E, P> extends LedgerItem {
  readonly track: Track<P>;
  /** Counts from 1. */
  readonly attempt: number;
  readonly event: E | undefined;
  /** Ids that were parked before this one in its key (order policy `release`). */
  readonly gap: readonly string[];
}

/** What an attempt came to. `postponed`: nothing left the house (no audit, no log, stopping); it costs no step of the ladder. */
export type Outcome<P> =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'suppressed'; readonly rule: string }
  | { readonly kind: 'later'; readonly afterMs: number; readonly trouble: boolean; readonly reason: Uint8Array }
  | { readonly kind: 'parked'; readonly reason: Uint8Array; readonly record: P }
  | { readonly kind: 'postponed'; readonly afterMs: number };

/** What one partition of one subscription has to commit: ledger and holds together. */
export interface DeskChange<P> {
  readonly ledger: LedgerChange<P>;
  readonly holds: HoldChange;
}

export interface DeskOptions {
  readonly ladder: Ladder;
  readonly limits: DeskLimits;
  readonly orderPolicy: OrderPolicy;
  readonly random: Random;
  readonly circuit?: Circuit | undefined;
}

/**
 * All that one process delivers for one subscription: lanes per key over the tracks it owns, and the circuit towards the receiver.
 * Pure: time and chance come in, attempts and changes come out.
 *
 * A lane is free (its events are open in the ledger), waiting, parked, or running from its exceptions. While the circuit is not
 * closed, or the desk is paused, no event is taken in, the position stands still and only a probe leaves.
 */
export class Desk<E, P> {
  circuit: Circuit;
  inFlight = 0;
  private paused = false;
  private readonly book = new LaneBook<E, P>();
  private notBefore = 0;

  constructor(private readonly options: DeskOptions) {
    const { circuit } = options;
    // A probe that was on its way when the process ended is made again.
    this.circuit = circuit?.kind === 'probing' ? { ...circuit, kind: 'open', probeAt: 0 } : (circuit ?? closedCircuit);
  }

  get tracks(): Iterable<Track<P>> {
    return this.book.tracks;
  }

  /** Events that wait in memory, and events that are exceptions. */
  get backlog(): { readonly queued: number; readonly held: number } {
    return { queued: this.book.queued, held: this.book.held };
  }

  /** True when it takes no events in: the position stands still. */
  get still(): boolean {
    return this.paused || this.circuit.kind !== 'closed';
  }

  /** Takes a partition on. `exceptions` are the held keys and events of before. */
  add(track: Track<P>, exceptions: readonly HeldLane[] = []): void {
    this.book.add(track, exceptions);
  }

  /** Lets a partition go; what was open there will be read again by its next owner. */
  remove(track: Track<P>): void {
    this.inFlight -= this.book.remove(track);
  }

  hasRoom(): boolean {
    const { queuedMax, queuedBytesMax, heldMax } = this.options.limits;
    return (
      !this.still && this.book.queued < queuedMax && this.book.queuedBytes < queuedBytesMax && this.book.held < heldMax
    );
  }

  /** True when it is worth reading for: half of what it may queue is free. Reading for one place at a time costs more than delivering. */
  isHungry(): boolean {
    return this.hasRoom() && this.book.queued * 2 <= this.options.limits.queuedMax;
  }

  /** A matched event, in log order. `full`: not taken; the track must be read again from here, apart from the live reader. */
  offer(track: Track<P>, offer: Offer<E>): 'taken' | 'full' {
    if (track.isPast(offer.offset)) return 'taken';
    if (!this.hasRoom()) return 'full';
    this.book.push(this.book.lane(track, offer.key), offer);
    return 'taken';
  }

  /** A matched event that policy or the duplicate window keeps in. */
  suppress(track: Track<P>, item: LedgerItem, rule: string): 'taken' | 'full' {
    if (track.isPast(item.offset)) return 'taken';
    if (this.still) return 'full';
    track.enter(item, { kind: 'suppressed', rule });
    return 'taken';
  }

  /** A matched event of which nobody can tell whether it may go: parked at once, or behind what its key has before it. */
  parkUntold(
    track: Track<P>,
    offer: Offer<E>,
    parked: { readonly reason: Uint8Array; readonly record: P; readonly now: number },
  ): 'taken' | 'full' {
    if (track.isPast(offer.offset)) return 'taken';
    if (!this.hasRoom()) return 'full';
    const lane = this.book.lane(track, offer.key);
    if (lane.hold || lane.queue.length > 0) return this.offer(track, offer);
    const { offset, key, eventId } = offer;
    track.enter({ offset, key, eventId }, { kind: 'parked', attempts: 0, record: parked.record });
    this.afterParking(lane, { ...parked, offset, eventId });
    return 'taken';
  }

  /** The next attempt that may leave now; undefined when there is none. */
  next(now: number): Attempt<E, P> | undefined {
    if (this.paused || now < this.notBefore || this.inFlight >= this.options.limits.inFlightMax) return undefined;
    const lane = this.circuit.kind === 'closed' ? this.book.takeReady(now) : this.takeProbe(now);
    return lane && this.start(lane);
  }

  /** When `next` may give something it does not give now; undefined: only after a settle, an offer or a change from outside. */
  wakeAt(): number | undefined {
    if (this.paused || this.circuit.kind === 'probing') return undefined;
    const waiting = this.book.hasReady ? this.notBefore : this.book.firstDueAt;
    const at = this.circuit.kind === 'open' ? this.circuit.probeAt : waiting;
    return at === undefined ? undefined : Math.max(at, this.notBefore);
  }

  /** What an attempt came to. An attempt of a partition that was let go meanwhile changes nothing. */
  settle(attempt: Attempt<E, P>, outcome: Outcome<P>, now: number): void {
    const lane = this.book.find(attempt.track, attempt.key);
    if (!lane?.busy || lane.queue[0]?.offset !== attempt.offset) return;
    lane.busy = false;
    this.inFlight -= 1;
    switch (outcome.kind) {
      case 'delivered':
        lane.gap = [];
        this.book.shift(lane, { kind: 'delivered' });
        this.succeed(now);
        return this.book.goOn(lane, now);
      case 'suppressed':
        this.book.shift(lane, { kind: 'suppressed', rule: outcome.rule });
        this.endProbe(now);
        return this.book.goOn(lane, now);
      case 'parked':
        this.book.shift(lane, { kind: 'parked', attempts: attempt.attempt, record: outcome.record });
        this.endProbe(now);
        return this.afterParking(lane, { ...attempt, reason: outcome.reason, now });
      case 'later':
        return this.putOff(lane, outcome, now);
      case 'postponed':
        this.notBefore = Math.max(this.notBefore, now + outcome.afterMs);
        this.endProbe(now);
        return this.book.makeReady(lane, 'front');
      default:
        return outcome satisfies never;
    }
  }

  /** A person, or a replay, took what stood in front: the key goes on. */
  release(track: Track<P>, key: string, now: number): void {
    const lane = this.book.find(track, key);
    if (lane?.hold?.state === 'parked') this.book.goOn(lane, now);
  }

  /** Stands still (or goes on) because someone said so. */
  pause(paused: boolean, now: number): void {
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) this.book.putBack(now);
  }

  /** What can be committed of one partition; undefined when nothing moved. Taken once: commit it, or give the partition up. */
  takeChange(track: Track<P>, now: number): DeskChange<P> | undefined {
    // An event that keeps too many outcomes from being committed becomes an exception.
    for (
      let first = track.firstOpen();
      first && track.blocked > this.options.limits.blockedMax;
      first = track.firstOpen()
    ) {
      const { key, offset } = first;
      this.book.hold(this.book.lane(track, key), { state: 'waiting', nextAt: now, now, reason: undefined, offset });
    }
    const ledger = track.takeChange();
    const holds = this.book.takeHolds(track, track.next);
    if (!ledger && holds.written.length === 0 && holds.gone.length === 0) return undefined;
    return { ledger: ledger ?? track.unchanged(), holds };
  }

  private start(lane: Lane<E, P>): Attempt<E, P> {
    const { offset, key, eventId, event } = lane.queue[0]!;
    lane.busy = true;
    this.inFlight += 1;
    return { track: lane.track, offset, key, eventId, event, attempt: lane.failures + 1, gap: lane.gap };
  }

  private takeProbe(now: number): Lane<E, P> | undefined {
    const probing = this.inFlight > 0 ? undefined : startProbe(this.circuit, now);
    if (!probing) return undefined;
    const lane = this.book.waitingLongest();
    // Nothing stands in the lanes to probe with: read on, and let the next failures open it again.
    this.circuit = lane ? probing : closedCircuit;
    return lane;
  }

  private afterParking(
    lane: Lane<E, P>,
    parked: { offset: number; eventId: string; reason: Uint8Array; now: number },
  ): void {
    const { offset, eventId, reason, now } = parked;
    if (this.options.orderPolicy === 'hold')
      return this.book.hold(lane, { state: 'parked', nextAt: 0, now, reason, offset });
    lane.gap = [...lane.gap, eventId];
    this.book.goOn(lane, now);
  }

  private putOff(lane: Lane<E, P>, outcome: Extract<Outcome<P>, { kind: 'later' }>, now: number): void {
    const before = this.circuit.kind;
    // While it probes, an event does not climb the ladder: the receiver is at fault, and no event is parked for that.
    if (before !== 'probing') lane.failures += 1;
    const { offset } = lane.queue[0]!;
    this.book.hold(lane, { state: 'waiting', nextAt: now + outcome.afterMs, now, reason: outcome.reason, offset });
    if (!outcome.trouble && before !== 'probing') return;
    const { ladder, random } = this.options;
    const name = `${lane.track.topic}/${lane.track.partition}/${lane.key}`;
    this.circuit = afterTrouble(this.circuit, name, { now, ladder, chance: random.next() });
    if (before === 'closed' && this.still) this.book.putBack(now);
  }

  private succeed(now: number): void {
    const before = this.circuit;
    this.circuit = closedCircuit;
    if (before.kind !== 'closed') this.book.wakeAll(now);
  }

  /** A probe that said nothing about the receiver: try again at once, with another event. */
  private endProbe(now: number): void {
    if (this.circuit.kind === 'probing') this.circuit = { ...this.circuit, kind: 'open', probeAt: now };
  }
}

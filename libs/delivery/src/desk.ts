import type { Random } from '@kruispunt/clock';
import type { Attempt, Offer, Outcome } from './attempt.js';
import { standardRates, type RateRules } from './adaptive-rate.js';
import { afterTrouble, closedCircuit, startProbe, type Circuit } from './circuit.js';
import { inOrder, isPlain, withCompany } from './company.js';
import type { DeskLimits } from './desk-limits.js';
import type { Ladder } from './ladder.js';
import { LaneBook } from './lane-book.js';
import type { Gap, HeldLane, HoldChange, Lane, Request } from './lane.js';
import type { OrderPolicy } from './subscription.js';
import { Throttle } from './throttle.js';
import type { LedgerChange, LedgerItem, Track } from './track.js';

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
  /** Events per second that the subscriber allows, below the adaptive rate. */
  readonly rateMax?: number | undefined;
  readonly rates?: RateRules | undefined;
}

/** What may be other than it was, while the desk works. */
export type DeskSettings = Pick<DeskLimits, 'inFlightMax' | 'batchMax'> & Pick<DeskOptions, 'rateMax'>;

const nobody: readonly never[] = [];

/**
 * All that one process delivers for one subscription: lanes per key over the tracks it owns, and the circuit towards the receiver.
 * Pure: time and chance come in, attempts and changes come out.
 *
 * A lane is free (its events are open in the ledger), waiting, parked, or running from its exceptions. While the circuit is not
 * closed, or the desk is paused, no event is taken in, the position stands still and only a probe leaves.
 */
export class Desk<E, P> {
  circuit: Circuit;
  /** Requests on their way. */
  inFlight = 0;
  private paused = false;
  private limits: DeskLimits;
  private readonly throttle: Throttle;
  private readonly book = new LaneBook<E, P>();
  private notBefore = 0;

  constructor(private readonly options: DeskOptions) {
    const { circuit, limits, rates = standardRates, rateMax } = options;
    this.limits = limits;
    this.throttle = new Throttle(rates, rateMax);
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

  /** How fast it may deliver now. */
  get pace(): { readonly kind: Throttle['kind']; readonly perSecond: number } {
    return this.throttle;
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
    for (const lane of this.book.remove(track)) this.end(lane);
    // The probe went with it and its outcome will change nothing: another one is made.
    if (this.circuit.kind === 'probing' && this.inFlight === 0)
      this.circuit = { ...this.circuit, kind: 'open', probeAt: 0 };
  }

  hasRoom(): boolean {
    const { queuedMax, queuedBytesMax, heldMax } = this.limits;
    return (
      !this.still && this.book.queued < queuedMax && this.book.queuedBytes < queuedBytesMax && this.book.held < heldMax
    );
  }

  /** True when it is worth reading for: half of what it may queue is free. Reading for one place at a time costs more than delivering. */
  isHungry(): boolean {
    return this.hasRoom() && this.book.queued * 2 <= this.limits.queuedMax;
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
    return this.nextRequest(now, 1)[0];
  }

  /**
   * What may leave now in one request, at most `eventsMax`: events of distinct keys, or of one key in order. Only what never failed and
   * has no gap to tell of travels in company. Empty: nothing may leave.
   */
  nextRequest(now: number, eventsMax = this.limits.batchMax): readonly Attempt<E, P>[] {
    if (this.paused || now < this.notBefore || this.inFlight >= this.limits.inFlightMax) return nobody;
    if (this.circuit.kind !== 'closed') {
      const probe = this.takeProbe(now);
      return probe ? this.start([probe], 1) : nobody;
    }
    const may = Math.min(eventsMax, this.throttle.available(now));
    const first = may < 1 ? undefined : this.book.takeReady(now);
    if (!first) return nobody;
    const bounds = { eventsMax: may, bytesMax: this.limits.batchBytesMax };
    const lanes = may > 1 && isPlain(first) ? withCompany(this.book, first, bounds, now) : [first];
    const started = this.start(lanes, lanes.length > 1 || !isPlain(first) ? 1 : inOrder(first, bounds));
    this.throttle.take(started.length, now);
    return started;
  }

  /** When `next` may give something it does not give now; undefined: only after a settle, an offer or a change from outside. */
  wakeAt(): number | undefined {
    if (this.paused || this.circuit.kind === 'probing') return undefined;
    const waiting = this.book.hasReady ? Math.max(this.notBefore, this.throttle.freeAt) : this.book.firstDueAt;
    const at = this.circuit.kind === 'open' ? this.circuit.probeAt : waiting;
    return at === undefined ? undefined : Math.max(at, this.notBefore);
  }

  /** What an attempt came to. An attempt of a partition that was let go meanwhile changes nothing. */
  settle(attempt: Attempt<E, P>, outcome: Outcome<P>, now: number): void {
    const lane = this.book.find(attempt.track, attempt.key);
    if (!lane?.busy || lane.queue[0]?.offset !== attempt.offset) return;
    // In a batch of one key the others follow; what comes after an event that did not go never left.
    const goesOn = lane.sent > 1 && (outcome.kind === 'delivered' || outcome.kind === 'suppressed');
    if (goesOn) this.endOne(lane);
    else this.end(lane);
    this.tell(outcome, now);
    switch (outcome.kind) {
      case 'delivered':
        this.book.setGap(lane, nobody);
        this.book.shift(lane, { kind: 'delivered' });
        this.succeed(now);
        return goesOn ? undefined : this.book.goOn(lane, now);
      case 'suppressed':
        this.book.shift(lane, { kind: 'suppressed', rule: outcome.rule });
        this.endProbe(now);
        return goesOn ? undefined : this.book.goOn(lane, now);
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

  /** A person, or a replay, took what stood in front: the key goes on. `gap`: what was discarded, for the receiver to know. */
  release(track: Track<P>, key: string, now: number, gap: readonly Gap[] = []): void {
    const lane = this.book.find(track, key);
    if (lane?.hold?.state !== 'parked') return;
    // What it had to tell of before is still to be told.
    const fresh = gap.filter(({ offset }) => !lane.gap.some((known) => known.offset === offset));
    if (fresh.length > 0)
      this.book.setGap(
        lane,
        [...lane.gap, ...fresh].sort((a, b) => a.offset - b.offset),
      );
    this.book.goOn(lane, now);
  }

  /** Stands still (or goes on) because someone said so. */
  pause(paused: boolean, now: number): void {
    if (paused === this.paused) return;
    this.paused = paused;
    if (paused) this.book.putBack(now);
  }

  /** Other settings, from the next request on. */
  change({ rateMax, ...limits }: DeskSettings): void {
    this.limits = { ...this.limits, ...limits };
    this.throttle.ceiling = rateMax;
  }

  /** What can be committed of one partition; undefined when nothing moved. Taken once: commit it, or give the partition up. */
  takeChange(track: Track<P>, now: number): DeskChange<P> | undefined {
    // An event that keeps too many outcomes from being committed becomes an exception.
    for (let first = track.firstOpen(); first && track.blocked > this.limits.blockedMax; first = track.firstOpen()) {
      const { key, offset } = first;
      this.book.hold(this.book.lane(track, key), { state: 'waiting', nextAt: now, now, reason: undefined, offset });
    }
    const ledger = track.takeChange();
    const holds = this.book.takeHolds(track, track.next);
    if (!ledger && holds.written.length === 0 && holds.gone.length === 0) return undefined;
    return { ledger: ledger ?? track.unchanged(), holds };
  }

  private start(lanes: readonly Lane<E, P>[], eachMax: number): readonly Attempt<E, P>[] {
    const request: Request = { left: 0 };
    this.inFlight += 1;
    return lanes.flatMap((lane) => {
      const { track, failures, gap } = lane;
      const going = lane.queue.slice(0, eachMax);
      Object.assign(lane, { busy: true, sent: going.length, request });
      request.left += going.length;
      return going.map(({ offset, key, eventId, event }) => ({
        ...{ track, offset, key, eventId, event, attempt: failures + 1 },
        gap: gap.length === 0 ? nobody : gap.map((before) => before.eventId),
      }));
    });
  }

  private endOne(lane: Lane<E, P>): void {
    lane.sent -= 1;
    const { request } = lane;
    if (request && (request.left -= 1) === 0) this.inFlight -= 1;
  }

  /** Nothing of the lane is on its way any more. */
  private end(lane: Lane<E, P>): void {
    while (lane.sent > 0) this.endOne(lane);
    lane.busy = false;
    lane.request = undefined;
  }

  /** What an attempt says of the receiver's pace. Probes belong to the circuit, and what did not leave says nothing. */
  private tell({ kind }: Outcome<P>, now: number): void {
    if (this.circuit.kind === 'closed' && kind !== 'postponed' && kind !== 'suppressed')
      this.throttle.told(kind !== 'delivered', now);
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
    this.book.setGap(lane, [...lane.gap, { offset, eventId }]);
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
    if (before === 'closed' && this.still) {
      this.throttle.forgive();
      this.book.putBack(now);
    }
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

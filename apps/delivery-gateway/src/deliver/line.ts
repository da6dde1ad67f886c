import {
  Desk,
  type Circuit,
  type Track,
  type Attempt,
  type DeskLimits,
  type DeskSettings,
  type Ladder,
  type Matcher,
  type Offer,
  type Subscription,
} from '@kruispunt/delivery';
import type { Random } from '@kruispunt/clock';
import type { TopicPartition } from '@kruispunt/kafka';
import type { ParkedRecord } from '@kruispunt/postgres';
import type { Prepared } from '../match/prepare.js';

export type DeliveryDesk = Desk<Prepared, ParkedRecord>;
export type DeliveryTrack = Track<ParkedRecord>;
export type DeliveryAttempt = Attempt<Prepared, ParkedRecord>;

/** Makes the record that is kept of an event which cannot be delivered. */
export type Park = (
  prepared: Prepared,
  reason: string,
) => { readonly reason: Uint8Array; readonly record: ParkedRecord };

export interface LineOptions {
  readonly ladder: Ladder;
  readonly limits: DeskLimits;
  readonly random: Random;
  readonly circuit: Circuit | undefined;
}

/** One subscription in this process: its desk, and its tracks in the partitions that are ours. */
export class Line {
  readonly desk: DeliveryDesk;
  readonly tracks = new Map<TopicPartition, DeliveryTrack>();

  constructor(
    public matcher: Matcher,
    { ladder, limits, random, circuit }: LineOptions,
  ) {
    const { orderPolicy } = matcher.subscription;
    const { rateMax, ...own } = settingsOf(matcher.subscription);
    const queuedMax = own.batchMax > 1 ? limits.queuedMax * batchesQueued : limits.queuedMax;
    this.desk = new Desk({ ladder, limits: { ...limits, ...own, queuedMax }, rateMax, orderPolicy, random, circuit });
  }

  /** The subscription is other than it was; what is on its way is not touched. */
  change(matcher: Matcher, now: number): void {
    this.matcher = matcher;
    this.desk.change(settingsOf(matcher.subscription));
    this.desk.pause(matcher.subscription.state !== 'active', now);
  }

  get subscription(): Subscription {
    return this.matcher.subscription;
  }

  /** Hands one event in when it concerns the subscription. `full`: read on later, from this event. */
  feed(
    track: DeliveryTrack,
    prepared: Prepared,
    { now, park }: { readonly now: number; readonly park: (reason: string) => ReturnType<Park> },
  ): 'taken' | 'full' {
    const { entry, key, eventId, bytes, read } = prepared;
    if (track.isPast(entry.offset)) return 'taken';
    const match = read.event
      ? this.matcher.match(read.event, prepared.registered.has(this.subscription.id))
      : { kind: 'cannot-tell' as const, reason: 'undecodable' };
    if (match.kind === 'no') return 'taken';
    const offer: Offer<Prepared> = { offset: entry.offset, key, eventId, bytes, event: prepared };
    if (prepared.duplicate) return this.desk.suppress(track, { offset: entry.offset, key, eventId }, 'duplicate');
    if (match.kind === 'yes') return this.desk.offer(track, offer);
    return this.desk.parkUntold(track, offer, { ...park(match.reason), now });
  }
}

/** Who takes batches may have this many times as many events waiting. */
const batchesQueued = 4;
/** A topic takes as many as there are: one acknowledgement for all. */
const topicBatchMax = 100;

const settingsOf = ({ channel, inFlightMax, batch, rateMax }: Subscription): DeskSettings => ({
  inFlightMax,
  batchMax: channel === 'KAFKA' ? topicBatchMax : (batch?.eventsMax ?? 1),
  rateMax,
});

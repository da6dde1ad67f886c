import type { Clock } from '@kruispunt/clock';
import { standardLimits, type Candidates, type Matcher } from '@kruispunt/delivery';
import { attr, type Log } from '@kruispunt/telemetry';
import { prepare, type Prepared, type PrepareParts } from '../match/prepare.js';
import type { Subscriptions } from '../match/subscriptions.js';
import type { CachedReader } from './cached-reader.js';
import type { DeliveryTrack, Line, Park } from './line.js';
import type { Partition } from './partition.js';

export interface CatchUpParts {
  readonly reader: CachedReader;
  readonly prepare: PrepareParts;
  readonly subscriptions: Subscriptions;
  readonly park: (line: Line) => Park;
  readonly pump: (line: Line) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a hungry desk can take: what does not fit would be read and decoded again. */
const entriesMax = standardLimits.queuedMax / 2;

interface Behind {
  readonly line: Line;
  readonly track: DeliveryTrack;
}

/** Subscriptions of a partition that read for themselves and may. */
function behind(partition: Partition): Behind[] {
  return [...partition.touched].flatMap((line) => {
    const track = line.tracks.get(partition);
    return track && !track.live && !line.desk.still ? [{ line, track }] : [];
  });
}

const hungry = (partition: Partition): Behind[] => behind(partition).filter(({ line }) => line.desk.isHungry());

/** Lets those that have caught up read with the live reader. */
function joinLive(partition: Partition): void {
  if (partition.reading) return;
  for (const { line, track } of behind(partition)) {
    if (track.frontier < partition.next) continue;
    track.join(partition);
    partition.touched.add(line);
  }
}

/** Those that have caught up join the live reader; true when others remain. */
export function isBehind(partition: Partition): boolean {
  joinLive(partition);
  return hungry(partition).length > 0;
}

/**
 * Serves the subscriptions that are behind: one stretch, from where the hindmost of them stands, for all that stand within it. Answers
 * whether there is more to do. A subscription without room stands still until it has some, and slows nobody.
 */
export async function catchUp(parts: CatchUpParts, partition: Partition): Promise<boolean> {
  if (!isBehind(partition)) return false;
  const waiting = hungry(partition);
  const from = Math.min(...waiting.map(({ track }) => track.frontier));
  const batch = await parts.reader.stretch(partition, from);
  if ('passedBy' in batch) return passBy(parts, partition, waiting, batch.passedBy);
  const ahead = batch.entries.filter((entry) => entry.offset >= from);
  const entries = ahead.slice(0, entriesMax);
  const next = entries.length < ahead.length ? ahead[entriesMax]!.offset : batch.next;
  const candidates = parts.subscriptions.pushed();
  const events = await prepare(parts.prepare, entries, (type) => candidates.all(type), partition.window);
  if (partition.lost !== undefined) return false;
  const concerning = byLine(candidates, events);
  for (const { line, track } of waiting) {
    if (!line.tracks.has(partition) || track.live || track.frontier < from || track.frontier >= next) continue;
    const now = parts.clock.now();
    const full = concerning
      .get(line.subscription.id)
      ?.find((event) => line.feed(track, event, { now, park: (reason) => parts.park(line)(event, reason) }) === 'full');
    track.advance(full ? full.entry.offset : next);
    partition.touched.add(line);
    parts.pump(line);
  }
  return next > from && isBehind(partition);
}

/** Those an event may concern. Of one that cannot be decoded nobody can tell: all that ask for its type. */
export const concerned = (candidates: Candidates, { ceType, read, registered }: Prepared): readonly Matcher[] =>
  read.event ? candidates.of(ceType, read.event, registered) : candidates.all(ceType);

/** By subscription, the events that may concern it, in their order. */
function byLine(candidates: Candidates, events: readonly Prepared[]): ReadonlyMap<string, readonly Prepared[]> {
  const found = new Map<string, Prepared[]>();
  for (const event of events) {
    for (const { subscription } of concerned(candidates, event)) {
      const list = found.get(subscription.id);
      if (list) list.push(event);
      else found.set(subscription.id, [event]);
    }
  }
  return found;
}

/** Retention took what a subscription had not read: said aloud, and read on from what there is. */
function passBy({ log }: CatchUpParts, partition: Partition, waiting: readonly Behind[], first: number): boolean {
  for (const { line, track } of waiting) {
    if (track.frontier >= first) continue;
    log.error('retention passed a subscription', {
      [attr.subscriptionId]: line.subscription.id,
      [attr.topic]: partition.topic,
      [attr.partition]: partition.partition,
      [attr.count]: first - track.frontier,
    });
    track.pass(first);
    partition.touched.add(line);
  }
  return true;
}

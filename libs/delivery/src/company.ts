import type { LaneBook } from './lane-book.js';
import type { Lane } from './lane.js';

/** What goes into one request at most. */
export interface RequestBounds {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

/** In its first attempt, from memory, with nothing to tell of: it may travel in company. */
export const isPlain = <E, P>({ hold, failures, gap, queue }: Lane<E, P>): boolean =>
  hold === undefined && failures === 0 && gap.length === 0 && queue[0]?.event !== undefined;

/** `first` with other ready keys that may go in one request with it; they are taken out of the book. */
export function withCompany<E, P>(
  book: LaneBook<E, P>,
  first: Lane<E, P>,
  { eventsMax, bytesMax }: RequestBounds,
  now: number,
): readonly Lane<E, P>[] {
  const lanes = [first];
  // Taken, so that a key that stands ready twice comes along once.
  first.busy = true;
  let bytes = first.queue[0]!.bytes;
  while (lanes.length < eventsMax) {
    const lane = book.takeReady(now);
    if (!lane) break;
    bytes += lane.queue[0]!.bytes;
    if (!isPlain(lane) || bytes > bytesMax) {
      book.makeReady(lane, 'front');
      break;
    }
    lane.busy = true;
    lanes.push(lane);
  }
  return lanes;
}

/** How many events of one key may go together, from the front. */
export function inOrder<E, P>({ queue }: Lane<E, P>, { eventsMax, bytesMax }: RequestBounds): number {
  let bytes = 0;
  const over = queue.findIndex((item) => (bytes += item.bytes) > bytesMax);
  return Math.max(1, Math.min(eventsMax, over < 0 ? queue.length : over));
}

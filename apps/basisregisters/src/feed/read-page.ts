import { readFeedEvent, type FeedEvent } from './feed-event.js';
import type { Problem } from '@kruispunt/problem';

/** Where a feed's reader stands: the page to ask for (from 1) and the highest id it has published (0: none). */
export interface FeedPosition {
  readonly page: number;
  readonly highest: number;
}

/** A page as it came: `complete` says that it will not change any more (`X-Page-Complete`). */
export interface FeedPage {
  readonly complete: boolean;
  readonly events: readonly unknown[];
}

/** What a page means to its reader: the new events in the order of their ids, and where the reader stands afterwards. */
export interface PageReading {
  readonly fresh: readonly FeedEvent[];
  readonly position: FeedPosition;
  /** The first event that cannot be read: the reader stops before it, so that nothing is passed over. */
  readonly stoppedBy: Problem | undefined;
}

/** Source: rules of the feed's reference consumer. Ids on a page may be unordered; those not above the position were had before. */
export function readPage(page: FeedPage, at: FeedPosition): PageReading {
  const read = page.events.map(readFeedEvent);
  const refused = read.find((r) => r.kind === 'refused');
  const events = read
    .flatMap((r) => (r.kind === 'event' ? [r.event] : []))
    .filter((e) => e.number > at.highest)
    .sort((a, b) => a.number - b.number);
  const stoppedBy = refused?.kind === 'refused' ? refused.because : undefined;
  // The place of an unreadable event among the others is unknown: what lies on its page waits until it can be read.
  const fresh = stoppedBy ? [] : events;
  return {
    fresh,
    stoppedBy,
    position: {
      page: page.complete && !stoppedBy ? at.page + 1 : at.page,
      highest: fresh.at(-1)?.number ?? at.highest,
    },
  };
}

import { problem } from '@kruispunt/problem';
import type { FeedName } from './feed-event.js';
import type { FeedPage } from './read-page.js';

/** Where a feed's pages come from. */
export interface FeedSource {
  /** Positions belong to this name: another source of the same feed has its own. */
  readonly name: string;
  /** One page, from 1. Throws a Problem when the source does not give it; the reader asks again later. */
  page(feed: FeedName, page: number): Promise<FeedPage>;
}

const bodyBytesMax = 16 * 1_048_576;

/** The base registries' change feed over HTTP: `{base}/v3/feeds/wijzigingen/{feed}?pagina=N`, key in `x-api-key`. */
export function httpFeedSource(options: {
  readonly name: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
}): FeedSource {
  return {
    name: options.name,
    async page(feed, page) {
      const url = `${options.baseUrl}/v3/feeds/wijzigingen/${feed}?pagina=${page}`;
      const response = await fetch(url, {
        headers: { 'x-api-key': options.apiKey, accept: 'application/cloudevents-batch+json' },
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs),
      }).catch((cause: unknown) => {
        throw problem('store-unavailable', { at: `feed ${feed}`, reason: 'the feed does not answer' }, cause);
      });
      if (!response.ok)
        throw problem('store-unavailable', {
          at: `feed ${feed}`,
          reason: `page ${page} was answered with ${response.status}`,
        });
      const body = await response.text();
      if (body.length > bodyBytesMax) throw problem('body-too-large', { at: `feed ${feed}`, limit: bodyBytesMax });
      let events: unknown;
      try {
        events = body === '' ? [] : JSON.parse(body);
      } catch (cause) {
        throw problem('not-json', { at: `feed ${feed} page ${page}` }, cause);
      }
      if (!Array.isArray(events))
        throw problem('not-json', { at: `feed ${feed} page ${page}`, reason: 'expected an array' });
      return { complete: response.headers.get('x-page-complete')?.toLowerCase() === 'true', events };
    },
  };
}

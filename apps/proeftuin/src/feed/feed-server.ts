import { createServer } from 'node:http';
import type { FeedItem } from './feed-pages.js';

export interface FeedServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves a change feed by the base registries' own protocol: `/{source}/v3/feeds/wijzigingen/{feed}?pagina=N`, `X-Page-Complete: true` on each page
 * but the last. `pagesOf` (`source/feed`) is asked at each request, so that a day can bring more.
 */
export async function startFeedServer(
  port: number,
  pagesOf: (name: string) => readonly (readonly FeedItem[])[],
): Promise<FeedServer> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://feed');
    const [, source, feed] = /^\/([a-z]+)\/v3\/feeds\/wijzigingen\/([a-z]+)$/.exec(url.pathname) ?? [];
    const page = Number(url.searchParams.get('pagina') ?? '1');
    if (!source || !feed || !Number.isSafeInteger(page) || page < 1) return void response.writeHead(404).end();
    const pages = pagesOf(`${source}/${feed}`);
    response.writeHead(200, {
      'content-type': 'application/cloudevents-batch+json',
      ...(page <= pages.length - 1 ? { 'X-Page-Complete': 'true' } : {}),
    });
    response.end(JSON.stringify(pages[page - 1] ?? []));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

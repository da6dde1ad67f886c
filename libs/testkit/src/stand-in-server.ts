import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came in; a body that is JSON is parsed. */
export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** What a route answers: text as it is, all else as JSON; an object with `slug` and `status` (a problem) under that status. */
export type Route = (asked: Asked) => unknown;

/** A real HTTP server on loopback that stands in for another: it answers as told and remembers what it was asked. */
export interface StandInServer {
  readonly url: string;
  readonly asked: Asked[];
  /** `GET /v1/things` → its answer. What is not here is a 404. */
  routes: Record<string, Route>;
  close(): Promise<void>;
}

export async function standInServer(): Promise<StandInServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { method = '', url = '', headers } = request;
      const one: Asked = { method, url, headers, body: await bodyOf(request) };
      asked.push(one);
      const answer = standIn.routes[`${method} ${url.split('?')[0] ?? ''}`]?.(one) ?? {
        slug: 'not-found',
        status: 404,
      };
      const { slug, status } = answer as { readonly slug?: string; readonly status?: number };
      response.writeHead(slug === undefined ? 200 : (status ?? 500), { 'content-type': 'application/json' });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: StandInServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    routes: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** An answer that was not the one hoped for: its status and the problem's slug, for the story and for the report. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    readonly where: string,
    readonly because: string,
  ) {
    super(`${where}: ${status} ${slug}${because === '' ? '' : ` (${because})`}`);
  }
}

export interface Api {
  get<T>(path: string, headers?: Readonly<Record<string, string>>): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
}

/** A door of the system for one caller. A refused connection is tried again for `patienceMs`: processes die and come back in this story. */
export function apiAt(url: string, token: () => Promise<string>, patienceMs = 15_000): Api {
  const call = async <T>(
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> => {
    const until = Date.now() + patienceMs;
    for (;;) {
      try {
        const response = await fetch(`${url}${path}`, {
          method,
          headers: {
            authorization: `Bearer ${await token()}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(20_000),
        });
        const text = await response.text();
        const answer = text === '' ? undefined : (JSON.parse(text) as unknown);
        if (response.ok) return answer as T;
        const {
          slug = 'unknown',
          at = '',
          reason = '',
        } = (answer ?? {}) as { slug?: string; at?: string; reason?: string };
        if (response.status === 503 && Date.now() < until) throw new TypeError('busy');
        throw new Refused(response.status, slug, `${method} ${path}`, `${at} ${reason}`.trim());
      } catch (fault) {
        if (fault instanceof Refused || Date.now() > until) throw fault;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  };
  return {
    get: (path, headers) => call('GET', path, undefined, headers),
    send: (method, path, body) => call(method, path, body),
  };
}

/** Asks until `ready` says so; throws with what was last seen when `withinMs` have passed. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  ready: (answer: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (ready(answer)) return answer;
    if (Date.now() > end)
      throw new Error(`${what}: not within ${withinMs / 1_000} s; last seen ${JSON.stringify(answer)?.slice(0, 400)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

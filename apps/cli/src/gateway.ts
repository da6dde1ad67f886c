import { CliFailure, exits, failureOf, type ProblemBody } from './failure.js';

export interface GatewayOptions {
  readonly name: string;
  readonly url: string;
  readonly token: () => Promise<string | undefined>;
  readonly timeoutMs: number;
  readonly interrupted: AbortSignal;
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** One of the gateways, over HTTP. Every answer that is not a success is a `CliFailure` with its exit code. */
export class Gateway {
  constructor(private readonly options: GatewayOptions) {}

  /** The JSON of an answer. */
  async json<T>(path: string, request: Request = {}): Promise<T> {
    return JSON.parse(await this.text(path, request)) as T;
  }

  get<T>(path: string, query: Request['query'] = {}): Promise<T> {
    return this.json<T>(path, { query });
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>(path, { method: 'POST', body });
  }

  /** The answer as text. */
  async text(path: string, request: Request = {}): Promise<string> {
    const answer = await this.send(path, request);
    const body = await answer.text();
    if (answer.ok) return body;
    throw failureOf(problemOf(body, answer.status));
  }

  /** The answer in pieces, as they come; none of it is kept. */
  async *pieces(path: string, request: Request = {}): AsyncGenerator<Uint8Array> {
    const answer = await this.send(path, request);
    if (!answer.ok) throw failureOf(problemOf(await answer.text(), answer.status));
    try {
      if (answer.body) yield* answer.body;
    } catch (thrown) {
      const { name, url, interrupted } = this.options;
      if (interrupted.aborted) throw new CliFailure(exits.interrupted, { nl: 'onderbroken', en: 'interrupted' });
      throw unreachable(name, url, thrown);
    }
  }

  private async send(
    path: string,
    { method = 'GET', query = {}, body, contentType = 'application/json' }: Request,
  ): Promise<Response> {
    const { name, url: base, timeoutMs, interrupted } = this.options;
    const url = new URL(base.replace(/\/+$/, '') + path);
    for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
    const token = await this.options.token();
    const headers = {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': contentType }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    try {
      return await fetch(url, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), interrupted]),
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
    } catch (thrown) {
      if (interrupted.aborted) throw new CliFailure(exits.interrupted, { nl: 'onderbroken', en: 'interrupted' });
      throw unreachable(name, base, thrown);
    }
  }
}

function unreachable(name: string, url: string, thrown: unknown): CliFailure {
  const late = thrown instanceof Error && thrown.name === 'TimeoutError';
  const what = late
    ? { nl: `${name} antwoordt niet op tijd (${url})`, en: `${name} does not answer in time (${url})` }
    : { nl: `${name} is niet te bereiken (${url})`, en: `${name} cannot be reached (${url})` };
  return new CliFailure(exits.unreachable, what, {
    nl: 'loopt het systeem? "npm start" start het; "kruispunt status" toont wat er loopt',
    en: 'is the system running? "npm start" starts it; "kruispunt status" shows what runs',
  });
}

function problemOf(body: string, status: number): ProblemBody {
  try {
    const problem = JSON.parse(body) as Partial<ProblemBody>;
    if (typeof problem.slug === 'string') return { ...problem, slug: problem.slug, status };
  } catch {
    // Not ours: a proxy, say. The status is all there is.
  }
  return { slug: `http-${status}`, status };
}

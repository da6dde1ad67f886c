import { problemIn, Unanswered, type ProblemAnswer } from './problem-answer.js';

/** A token, or where to get one: asked before every request, so it may be cached and renewed there. */
export type Token = string | (() => Promise<string>);

/** How Kruispunt is reached. All fields but the first two have a default. */
export interface Connection {
  /** Where the gateway is, e.g. `https://publiceren.kruispunt.example`. */
  readonly url: string;
  readonly token: Token;
  /** How often the same request is sent at most, the first time included. Default 6: with the waits between, about half a minute. */
  readonly attemptsMax?: number;
  /** How long one attempt may take, ms. Default 15 000. */
  readonly attemptMsMax?: number;
  /** The wait after the first attempt, ms; it doubles up to 10 000, and `Retry-After` counts when it is longer. Default 500. */
  readonly firstWaitMs?: number;
  readonly signal?: AbortSignal;
}

export type Reply =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'refused'; readonly problem: ProblemAnswer };

const waitMsMax = 10_000;
const retryAfterMsMax = 60_000;

/**
 * Sends one request until it is answered or refused for good. What may pass later (no connection, 429, 503 …) is sent again, the same
 * bytes. Throws `Unanswered` when all attempts are used up, and the signal's reason when it is aborted.
 */
export async function request(connection: Connection, path: string, init: RequestInit = {}): Promise<Reply> {
  const { attemptsMax = 6, firstWaitMs = 500, signal } = connection;
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(connection, path, init);
    if (outcome.kind !== 'later') return outcome;
    if (attempt >= attemptsMax)
      throw new Unanswered(`no answer to ${init.method ?? 'GET'} ${path} in ${attempt} attempts`, outcome.problem, {
        cause: outcome.cause,
      });
    const waitMs = Math.min(firstWaitMs * 2 ** (attempt - 1), waitMsMax);
    await sleep(Math.max(waitMs * (0.8 + Math.random() * 0.4), outcome.retryAfterMs), signal);
  }
}

interface Later {
  readonly kind: 'later';
  readonly problem?: ProblemAnswer | undefined;
  readonly cause?: unknown;
  readonly retryAfterMs: number;
}

async function attemptOnce(
  { url, token, attemptMsMax = 15_000, signal }: Connection,
  path: string,
  init: RequestInit,
): Promise<Reply | Later> {
  const deadline = AbortSignal.timeout(attemptMsMax);
  try {
    const bearer = typeof token === 'string' ? token : await token();
    const response = await fetch(new URL(path, url), {
      ...init,
      headers: {
        ...(init.headers as Record<string, string>),
        authorization: `Bearer ${bearer}`,
        accept: 'application/json, application/problem+json',
      },
      redirect: 'error',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    return judge(response, await bodyOf(response));
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    return { kind: 'later', cause, retryAfterMs: 0 };
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a proxy's own page: the status must do
  }
}

function judge(response: Response, body: unknown): Reply | Later {
  if (response.ok) return { kind: 'answered', status: response.status, body };
  const problem = problemIn(body);
  const later =
    problem === undefined
      ? response.status >= 500 || response.status === 429 || response.status === 408
      : problem.retry === 'later';
  if (later) return { kind: 'later', problem, retryAfterMs: retryAfterMs(response) };
  return { kind: 'refused', problem: problem ?? unnamed(response) };
}

const unnamed = ({ status, statusText }: Response): ProblemAnswer => ({
  slug: 'unknown',
  status,
  title: statusText,
  detail: 'the answer was no problem+json',
  retry: 'never',
});

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0) * 1_000, retryAfterMsMax) : 0;
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      if (signal?.aborted) reject(signal.reason as Error);
      else resolve();
    }
    if (signal?.aborted) done();
  });
}

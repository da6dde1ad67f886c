import type { ReceivedEvent } from './cloud-event.js';
import { Unanswered, type ProblemAnswer } from './problem-answer.js';
import { request, sleep, type Connection } from './request.js';

export interface PullOptions extends Connection {
  readonly subscription: string;
  /** Where you stopped: `next` of the last page you settled; absent at the very beginning. */
  readonly after?: string;
  /** Events per page at most. Default 500. */
  readonly limit?: number;
  /** How long the server may wait for something new, seconds. Default 20. */
  readonly waitS?: number;
}

/** A page of events in log order. Keep `next` with what you did with them, in one transaction: then nothing is lost or done twice. */
export interface PulledPage {
  readonly events: readonly ReceivedEvent[];
  readonly next: string;
  /** True at the end of the log: nothing newer was there. */
  readonly complete: boolean;
}

/** The subscription cannot be pulled (any more): ended, another's, or the token lacks `kruispunt.subscribe`. */
export class PullRefused extends Error {
  constructor(readonly problem: ProblemAnswer) {
    super(`${problem.slug}: ${problem.title}`);
    this.name = 'PullRefused';
  }
}

const attemptMarginMs = 15_000;

/**
 * Pages of a subscription, for as long as you ask: `for await (const page of pull({ … })) { … }`. Asking for the next page says that the
 * one before is settled. Ends when the signal is aborted; throws `PullRefused`, and `Unanswered` when Kruispunt stays away.
 */
export async function* pull(options: PullOptions): AsyncGenerator<PulledPage, void, void> {
  const { subscription, limit = 500, waitS = 20, firstWaitMs = 500, signal } = options;
  const connection = { ...options, attemptMsMax: waitS * 1_000 + attemptMarginMs };
  let after = options.after;
  while (!signal?.aborted) {
    const query = new URLSearchParams({
      limit: String(limit),
      wait: `${waitS}s`,
      ...(after !== undefined && { after }),
    });
    const page = await nextPage(
      connection,
      `/v1/subscriptions/${encodeURIComponent(subscription)}/events?${query.toString()}`,
    );
    if (page === undefined) return;
    if (page.events.length > 0 || page.next !== after) yield page;
    after = page.next;
    // A server that does not wait (waitS 0) must not be asked without a pause.
    if (page.events.length === 0) await sleep(firstWaitMs, signal).catch(() => undefined);
  }
}

async function nextPage(connection: Connection, path: string): Promise<PulledPage | undefined> {
  try {
    const reply = await request(connection, path);
    if (reply.kind === 'refused') throw new PullRefused(reply.problem);
    const page = reply.body as Partial<PulledPage>;
    if (!Array.isArray(page.events) || typeof page.next !== 'string')
      throw new Unanswered('the answer is not a page', undefined);
    return { events: page.events as readonly ReceivedEvent[], next: page.next, complete: page.complete === true };
  } catch (thrown) {
    if (connection.signal?.aborted) return undefined;
    throw thrown;
  }
}

import type { AddressException, Answer, Failure } from '@kruispunt/delivery';
import type { Clock } from '@kruispunt/clock';
import { request, type Agent, type Dispatcher } from 'undici';
import type { EgressPolicy } from './address-guard.js';
import { guardedAgent, resolveAll, type Resolve } from './guarded-agent.js';
import { retryAfterMs } from './retry-after.js';

/** One request to one receiver. */
export interface Sending {
  /** Whose connections are used: never shared between subscriptions. */
  readonly subscription: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly exceptions: readonly AddressException[];
}

export interface Sent {
  readonly answer: Answer;
  /** From connect to last byte. */
  readonly ms: number;
}

export interface SenderOptions {
  readonly clock: Clock;
  readonly policy: EgressPolicy;
  /** One attempt, from connect to last byte; default 15 000. */
  readonly deadlineMs?: number;
  /** Connections to one receiver at once; default 16. */
  readonly connectionsMax?: number;
  readonly resolve?: Resolve;
}

const bodyBytesMax = 16_384;

interface Line {
  readonly agent: Agent;
  exceptions: readonly AddressException[];
}

/**
 * Sends webhooks: guarded addresses, no redirects, no proxies, a deadline over all, and at most 16 KiB of an answer that nobody parses.
 * It never throws: whatever a receiver does is an answer.
 */
export class WebhookSender {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly options: SenderOptions) {}

  async send(sending: Sending): Promise<Sent> {
    const startedAt = this.options.clock.now();
    const deadline = AbortSignal.timeout(this.options.deadlineMs ?? 15_000);
    const answer = await this.attempt(sending, deadline).catch((error: unknown) => failed(error, deadline));
    return { answer, ms: Math.max(0, this.options.clock.now() - startedAt) };
  }

  /** Closes the connections of one subscription, e.g. when its endpoint changes. */
  async forget(subscription: string): Promise<void> {
    const line = this.lines.get(subscription);
    this.lines.delete(subscription);
    await line?.agent.destroy();
  }

  async close(): Promise<void> {
    await Promise.all([...this.lines.keys()].map((subscription) => this.forget(subscription)));
  }

  private async attempt(sending: Sending, signal: AbortSignal): Promise<Answer> {
    const { url, headers, body } = sending;
    const response = await request(url, { dispatcher: this.agentFor(sending), method: 'POST', headers, body, signal });
    const status = response.statusCode;
    await readSome(response, signal);
    const asked = response.headers['retry-after'];
    const wait = retryAfterMs(Array.isArray(asked) ? asked[0] : asked, this.options.clock.now());
    return { kind: 'status', status, ...(wait !== undefined && { retryAfterMs: wait }) };
  }

  private agentFor({ subscription, exceptions }: Sending): Agent {
    const known = this.lines.get(subscription);
    if (known) {
      known.exceptions = exceptions;
      return known.agent;
    }
    const { clock, policy, resolve = resolveAll, connectionsMax = 16, deadlineMs = 15_000 } = this.options;
    const line: Line = {
      exceptions,
      agent: guardedAgent({
        rules: () => ({ ...policy, exceptions: line.exceptions, now: clock.now() }),
        resolve,
        connections: connectionsMax,
        deadlineMs,
      }),
    };
    this.lines.set(subscription, line);
    return line.agent;
  }
}

/** Reads an answer's body to its end, or to the limit; then the socket is destroyed. Throws only when the deadline came first. */
async function readSome({ body }: Dispatcher.ResponseData, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length;
      if (bytes > bodyBytesMax) break;
    }
  } catch {
    // The status was said; what became of its body changes nothing, unless the time was up.
    if (signal.aborted) throw signal.reason;
  } finally {
    if (!body.destroyed) body.destroy();
  }
}

const byCode: Readonly<Record<string, Failure>> = {
  KP_ADDRESS_FORBIDDEN: 'address-forbidden',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  UND_ERR_HEADERS_OVERFLOW: 'protocol',
  EPROTO: 'tls',
};

function failed(error: unknown, deadline: AbortSignal): Answer {
  if (deadline.aborted) return { kind: 'failed', failure: 'timeout' };
  return { kind: 'failed', failure: failureOf(error) };
}

/** The failure behind an error, however deep its cause lies. */
function failureOf(error: unknown, depth = 0): Failure {
  const { name, code, cause, errors } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    cause?: unknown;
    errors?: readonly unknown[];
  };
  if (name === 'HTTPParserError') return 'protocol';
  if (typeof code === 'string') {
    const known = byCode[code];
    if (known) return known;
    if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/.test(code)) return 'tls';
  }
  const inner = cause ?? errors?.[0];
  return inner === undefined || depth > 3 ? 'reset' : failureOf(inner, depth + 1);
}

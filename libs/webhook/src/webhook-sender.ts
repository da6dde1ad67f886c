import type { AddressException, Answer, Failure } from '@kruispunt/delivery';
import type { Clock } from '@kruispunt/clock';
import { request, type Agent, type Dispatcher } from 'undici';
import type { EgressPolicy } from './address-guard.js';
import { Bulkhead, type Leave } from './bulkhead.js';
import { guardedAgent, resolveAll, type Resolve } from './guarded-agent.js';
import { retryAfterMs } from './retry-after.js';
import { securityOf, type TransportSecurity } from './transport-security.js';

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

/** What one request showed of the receiver beside its answer. */
export interface Inspected extends Sent {
  /** undefined: it was not reached over TLS. */
  readonly tls?: TransportSecurity;
  /** Its clock minus ours, ms, as far as its `Date` header tells (whole seconds); undefined: it sends none. */
  readonly skewMs?: number;
}

export interface SenderOptions {
  readonly clock: Clock;
  readonly policy: EgressPolicy;
  /** One attempt, from connect to last byte; default 15 000. */
  readonly deadlineMs?: number;
  /** Connections to one receiver at once; default 16. */
  readonly connectionsMax?: number;
  /** Requests to one host at once, whoever's they are; default 64. */
  readonly perHostMax?: number;
  readonly resolve?: Resolve;
}

const bodyBytesMax = 16_384;

type Seen = (headers: Dispatcher.ResponseData['headers']) => void;

interface Line {
  readonly agent: Agent;
  exceptions: readonly AddressException[];
  tls: TransportSecurity | undefined;
}

/**
 * Sends webhooks: guarded addresses, no redirects, no proxies, a deadline over all, and at most 16 KiB of an answer that nobody parses.
 * It never throws: whatever a receiver does is an answer.
 */
export class WebhookSender {
  private readonly lines = new Map<string, Line>();

  private readonly bulkhead: Bulkhead;

  constructor(private readonly options: SenderOptions) {
    this.bulkhead = new Bulkhead(options.perHostMax ?? 64);
  }

  /** A place at the host of this URL, to be left after `send`; undefined: the house has as many requests there as it may. */
  enter(url: string): Leave | undefined {
    return this.bulkhead.enter(url);
  }

  async send(sending: Sending): Promise<Sent> {
    return this.timed(sending, () => undefined);
  }

  /** Sends, and tells of the connection and the receiver's clock too. */
  async inspect(sending: Sending): Promise<Inspected> {
    let date: string | undefined;
    const sent = await this.timed(sending, (headers) => (date = String(headers['date'] ?? '')));
    const told = Date.parse(date ?? '');
    const tls = sent.answer.kind === 'status' ? this.lines.get(sending.subscription)?.tls : undefined;
    return {
      ...sent,
      ...(tls && { tls }),
      ...(!Number.isNaN(told) && { skewMs: told - Math.floor(this.options.clock.now() / 1_000) * 1_000 }),
    };
  }

  /** No new request uses the connections of this subscription, e.g. when its endpoint changes; what is under way ends first. */
  forget(subscription: string): void {
    const line = this.lines.get(subscription);
    this.lines.delete(subscription);
    void line?.agent.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    const lines = [...this.lines.values()];
    this.lines.clear();
    await Promise.all(lines.map(({ agent }) => agent.destroy()));
  }

  private async timed(sending: Sending, seen: Seen): Promise<Sent> {
    const startedAt = this.options.clock.now();
    const deadline = AbortSignal.timeout(this.options.deadlineMs ?? 15_000);
    const answer = await this.attempt(sending, deadline, seen).catch((error: unknown) => failed(error, deadline));
    return { answer, ms: Math.max(0, this.options.clock.now() - startedAt) };
  }

  private async attempt(sending: Sending, signal: AbortSignal, seen: Seen): Promise<Answer> {
    const { url, headers, body } = sending;
    const response = await request(url, { dispatcher: this.agentFor(sending), method: 'POST', headers, body, signal });
    const status = response.statusCode;
    seen(response.headers);
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
      tls: undefined,
      agent: guardedAgent({
        rules: () => ({ ...policy, exceptions: line.exceptions, now: clock.now() }),
        resolve,
        connections: connectionsMax,
        deadlineMs,
        onConnected: (socket) => (line.tls = securityOf(socket)),
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

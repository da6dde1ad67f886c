import type { AddressException, Answer, Failure } from '@kruispunt/delivery';
import type { Clock } from '@kruispunt/clock';
import type { Agent } from 'undici';
import type { EgressPolicy } from './address-guard.js';
import { Bulkhead, type Leave } from './bulkhead.js';
import { Deadlines } from './deadlines.js';
import { Exchange, type Heard } from './exchange.js';
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

type Seen = (headers: Heard['headers']) => void;

/** A URL taken apart once. */
interface Target {
  readonly url: string;
  readonly origin: string;
  readonly path: string;
}

interface Line {
  readonly agent: Agent;
  readonly target: Target;
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
  private readonly deadlines: Deadlines;

  constructor(private readonly options: SenderOptions) {
    this.deadlines = new Deadlines(options.deadlineMs ?? 15_000);
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
    const answer = await this.attempt(sending, seen).catch(failed);
    return { answer, ms: Math.max(0, this.options.clock.now() - startedAt) };
  }

  private async attempt(sending: Sending, seen: Seen): Promise<Answer> {
    const { url, headers, body } = sending;
    const exchange = new Exchange(bodyBytesMax);
    const end = this.deadlines.start(() => exchange.expire());
    try {
      const { agent, target } = this.lineFor(sending);
      const { origin, path } = target.url === url ? target : targetOf(url);
      agent.dispatch({ origin, path, method: 'POST', headers, body }, exchange);
      const heard = await exchange.answer;
      seen(heard.headers);
      const asked = heard.headers['retry-after'];
      const wait = retryAfterMs(Array.isArray(asked) ? asked[0] : asked, this.options.clock.now());
      return { kind: 'status', status: heard.status, ...(wait !== undefined && { retryAfterMs: wait }) };
    } finally {
      end();
    }
  }

  private lineFor({ subscription, exceptions, url }: Sending): Line {
    const known = this.lines.get(subscription);
    if (known) {
      known.exceptions = exceptions;
      return known;
    }
    const { clock, policy, resolve = resolveAll, connectionsMax = 16, deadlineMs = 15_000 } = this.options;
    const line: Line = {
      exceptions,
      target: targetOf(url),
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
    return line;
  }
}

/** Throws a TypeError for what is no URL. */
function targetOf(url: string): Target {
  const { origin, pathname, search } = new URL(url);
  return { url, origin, path: pathname + search };
}

const byCode: Readonly<Record<string, Failure>> = {
  KP_ADDRESS_FORBIDDEN: 'address-forbidden',
  KP_DEADLINE_PASSED: 'timeout',
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

const failed = (error: unknown): Answer => ({ kind: 'failed', failure: failureOf(error) });

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

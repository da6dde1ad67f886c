import { bookOf, resolveProtocol, type Protocol, type ProtocolBook } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';

/** Where the protocols stand, and who grants the lease to decide by them. */
export interface ProtocolSource {
  snapshot(): Promise<{ readonly revision: number; readonly protocols: readonly Protocol[] }>;
  /** A lease to decide by this revision; false when it is not the present one. */
  grant(revision: number, leaseMs: number): Promise<boolean>;
  /** Nobody need wait for this process any more. */
  leave(): Promise<void>;
}

export interface ProtocolsOptions {
  readonly leaseMs: number;
  /** ms that have gone by since some moment; never set back. */
  readonly elapsedMs: () => number;
}

/** Read, then leased: a change between the two makes it again. More often than this, somebody changes protocols in a loop. */
const triesMax = 5;

/**
 * The protocols in memory, and the lease to decide by them (docs/adr/0017). States: without lease (at the start, when the database does
 * not answer, when a change is being read) nothing that needs a protocol leaves; leased, until `leaseMs` after the request for it. Whoever
 * withdraws a protocol waits until every lease of an older revision is renewed or over, so no query per event is needed to be on time.
 */
export class Protocols {
  private book: ProtocolBook = new Map();
  private revision = -1;
  private goodUntilMs = -Infinity;
  private refreshing: Promise<void> | undefined;
  private again = false;
  private closed = false;

  constructor(
    private readonly source: ProtocolSource,
    private readonly options: ProtocolsOptions,
  ) {}

  /** Renews the lease, and reads what changed. One at a time; a call during another one makes it go round once more. */
  refresh(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.again = true;
    this.refreshing ??= this.renew().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  /** undefined when the subscription names none, or one that does not exist: then only OPEN data may leave. Throws `store-unavailable` without a lease. */
  find(subscription: { readonly protocol?: string; readonly protocolVersion?: number }): Protocol | undefined {
    if (subscription.protocol !== undefined && !this.leased())
      throw problem('store-unavailable', { reason: 'the protocols cannot be read now' });
    return this.lastRead(subscription);
  }

  /** As `find`, with what was read last, leased or not: to prepare or to show, never to decide. */
  lastRead(subscription: { readonly protocol?: string; readonly protocolVersion?: number }): Protocol | undefined {
    const { protocol: id, protocolVersion: version } = subscription;
    return id === undefined || version === undefined ? undefined : resolveProtocol(this.book, { id, version });
  }

  /** The revision that decides now; undefined without a lease. Bytes may leave only under the revision that decided about them. */
  standing(): number | undefined {
    return this.leased() ? this.revision : undefined;
  }

  /** Gives the lease up, for good. */
  async close(): Promise<void> {
    this.closed = true;
    this.goodUntilMs = -Infinity;
    await this.refreshing?.catch(() => undefined);
    await this.source.leave();
  }

  private leased(): boolean {
    return !this.closed && this.options.elapsedMs() < this.goodUntilMs;
  }

  private async renew(): Promise<void> {
    const { leaseMs, elapsedMs } = this.options;
    while (this.again) {
      this.again = false;
      for (let tries = 0; tries < triesMax; tries++) {
        const asked = elapsedMs();
        if (await this.source.grant(this.revision, leaseMs)) {
          this.goodUntilMs = asked + leaseMs;
          break;
        }
        this.goodUntilMs = -Infinity;
        const { revision, protocols } = await this.source.snapshot();
        this.book = bookOf(protocols);
        this.revision = revision;
      }
    }
  }
}

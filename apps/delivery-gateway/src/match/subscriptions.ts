import { Candidates, compileMatch, type Matcher, type Subscription } from '@kruispunt/delivery';
import { municipalities } from './municipalities.js';
import type { Protocols } from './protocols.js';

/** Channels on which we come to the receiver; on the others it comes to us. */
export const isPushed = (channel: Subscription['channel']): boolean => channel === 'WEBHOOK' || channel === 'KAFKA';

export interface SubscriptionSource {
  changedSince(rev: number): Promise<readonly Subscription[]>;
}

/** A revision is taken before its commit, so a lower one may show after a higher one: this many are read again, each time. */
const overlap = 100;

/** The subscriptions in memory, compiled; kept up to date by revision. */
export class Subscriptions {
  private readonly byId = new Map<string, Matcher>();
  private candidates: Candidates | undefined;
  private rev = 0;

  constructor(
    private readonly source: SubscriptionSource,
    private readonly protocols: Protocols,
  ) {}

  /** Reads what changed, to the end; answers it. */
  async refresh(): Promise<readonly Subscription[]> {
    const all: Subscription[] = [];
    // One read answers a bounded number.
    for (let changed = await this.read(); changed.length > 0; changed = await this.read()) all.push(...changed);
    return all;
  }

  private async read(): Promise<readonly Subscription[]> {
    const read = await this.source.changedSince(Math.max(0, this.rev - overlap));
    // Two reads may end in another order than they began: the newest stands.
    const changed = read.filter(({ id, rev }) => rev > (this.byId.get(id)?.subscription.rev ?? -1));
    for (const subscription of changed) {
      this.rev = Math.max(this.rev, subscription.rev);
      this.byId.set(subscription.id, compileMatch(subscription, municipalities));
    }
    if (changed.length > 0) this.candidates = undefined;
    return changed;
  }

  find(id: string): Matcher | undefined {
    return this.byId.get(id);
  }

  /** All of them, ended ones too. */
  all(): readonly Subscription[] {
    return [...this.byId.values()].map(({ subscription }) => subscription);
  }

  /** Those that push, by what an event must have. */
  pushed(): Candidates {
    this.candidates ??= new Candidates(
      [...this.byId.values()].filter(
        ({ subscription: s }) => isPushed(s.channel) && s.state !== 'ended' && s.state !== 'new',
      ),
      municipalities,
    );
    return this.candidates;
  }

  /** Does a decision about this subscription need the repertorium? */
  needsRegistration(subscription: Subscription): boolean {
    return (
      subscription.subjects === 'registered' || this.protocols.lastRead(subscription)?.subjectScope === 'registered'
    );
  }
}

import { candidatesByType, compileMatch, type Candidates, type Matcher, type Subscription } from '@kruispunt/delivery';
import type { Protocols } from './protocols.js';

export interface SubscriptionSource {
  changedSince(rev: number): Promise<readonly Subscription[]>;
}

/** The subscriptions in memory, compiled; kept up to date by revision. */
export class Subscriptions {
  private readonly byId = new Map<string, Matcher>();
  private readonly byChannel = new Map<string, Candidates>();
  private rev = 0;

  constructor(
    private readonly source: SubscriptionSource,
    private readonly protocols: Protocols,
  ) {}

  /** Reads what changed; answers it. */
  async refresh(): Promise<readonly Subscription[]> {
    const changed = await this.source.changedSince(this.rev);
    for (const subscription of changed) {
      this.rev = Math.max(this.rev, subscription.rev);
      this.byId.set(subscription.id, compileMatch(subscription));
    }
    if (changed.length > 0) this.byChannel.clear();
    return changed;
  }

  find(id: string): Matcher | undefined {
    return this.byId.get(id);
  }

  /** Event type → those that push. */
  pushed(): Candidates {
    const known = this.byChannel.get('WEBHOOK');
    if (known) return known;
    const live = [...this.byId.values()].filter(
      ({ subscription: s }) => s.channel === 'WEBHOOK' && s.state !== 'ended' && s.state !== 'new',
    );
    const candidates = candidatesByType(live);
    this.byChannel.set('WEBHOOK', candidates);
    return candidates;
  }

  /** Does a decision about this subscription need the repertorium? */
  needsRegistration(subscription: Subscription): boolean {
    return (
      subscription.subjects === 'registered' || this.protocols.lastRead(subscription)?.subjectScope === 'registered'
    );
  }
}

import type { Clock } from '@kruispunt/clock';
import type { EventType } from '@kruispunt/contracts';
import { compileMatch, subjectsOf, type Match, type Matcher, type Subscription } from '@kruispunt/delivery';
import type { StoredEvent } from '@kruispunt/event';
import { mayReceive, type Grant, type ReceiveVerdict } from '@kruispunt/policy';
import { municipalities } from './municipalities.js';
import type { NonDisclosable } from './non-disclosable.js';
import type { Protocols } from './protocols.js';
import type { Registrations } from './registrations.js';
import type { Subscriptions } from './subscriptions.js';

/** An event with its type, as it came out of the log. */
export interface TypedEvent {
  readonly event: StoredEvent;
  readonly type: EventType;
}

/** What the filter said of an event, and then the policy; undefined: the filter says no. */
export interface Explained {
  readonly match: Match;
  readonly verdict: ReceiveVerdict | undefined;
}

const noSubscription: ReadonlySet<string> = new Set();

/** Who may have an event, now: filter and policy together, the same for live delivery, pull and replay. */
export class Judge {
  private readonly asking = new WeakMap<readonly Matcher[], { readonly revision: number; readonly asks: boolean }>();

  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly protocols: Protocols,
    private readonly registrations: Registrations,
    private readonly nonDisclosable: Pick<NonDisclosable, 'any'>,
    private readonly clock: Clock,
  ) {}

  /** For each event, the subscriptions it is registered for: one look-up; nobody when nobody in these lists asks. */
  async registeredFor(
    events: readonly (StoredEvent | undefined)[],
    lists: readonly (readonly Matcher[])[],
  ): Promise<readonly ReadonlySet<string>[]> {
    if (!lists.some((list) => this.anyAsks(list))) return events.map(() => noSubscription);
    return this.registrations.of(events.map((event) => (event ? subjectsOf(event) : [])));
  }

  /** Remembered per list and revision of the protocols: ten thousand subscriptions are not asked for every batch. */
  private anyAsks(list: readonly Matcher[]): boolean {
    const revision = this.standing();
    const known = this.asking.get(list);
    if (known !== undefined && known.revision === revision && revision !== undefined) return known.asks;
    const asks = list.some(({ subscription }) => this.subscriptions.needsRegistration(subscription));
    if (revision !== undefined) this.asking.set(list, { revision, asks });
    return asks;
  }

  /**
   * What decides now; undefined: nothing may, for the protocols cannot be read. Ask before the verdict and again when the bytes are about to
   * leave: only when both are the same does the verdict still stand.
   */
  standing(): number | undefined {
    return this.protocols.standing();
  }

  /** Filter, then policy; undefined: the event does not concern the subscription. Asked when bytes leave (I16). */
  async judge(subscription: Subscription, { event, type }: TypedEvent): Promise<ReceiveVerdict | undefined> {
    const [verdict] = await this.judgeAll(subscription, [{ event, type }]);
    return verdict;
  }

  async judgeAll(
    subscription: Subscription,
    events: readonly TypedEvent[],
  ): Promise<readonly (ReceiveVerdict | undefined)[]> {
    return (await this.explainAll(subscription, events)).map(({ verdict }) => verdict);
  }

  /** The same, with what the filter said: for a preview, from the code that decides. */
  async explainAll(subscription: Subscription, events: readonly TypedEvent[]): Promise<readonly Explained[]> {
    const known = this.subscriptions.find(subscription.id);
    const matcher = known?.subscription.rev === subscription.rev ? known : compileMatch(subscription, municipalities);
    const registered = await this.registeredFor(
      events.map(({ event }) => event),
      [[matcher]],
    );
    return events.map((event, i) => {
      const isRegistered = registered[i]!.has(subscription.id);
      const match = matcher.match(event.event, isRegistered);
      if (match.kind === 'no') return { match, verdict: undefined };
      if (match.kind === 'cannot-tell') return { match, verdict: match };
      return { match, verdict: this.verdictOf(subscription, event, isRegistered) };
    });
  }

  private verdictOf(subscription: Subscription, { event, type }: TypedEvent, registered: boolean): ReceiveVerdict {
    return mayReceive(this.grantOf(subscription), {
      type,
      envelope: event.envelope,
      payload: event.envelope.data,
      at: this.clock.now(),
      loggedAt: event.loggedAt,
      registered,
      municipalities,
      nonDisclosable: type.klasse !== 'OPEN' && this.nonDisclosable.any(subjectsOf(event)),
    });
  }

  private grantOf(subscription: Subscription): Grant {
    const { org: organisation, hoedanigheid, namens, channel, projection } = subscription;
    return {
      organisation,
      hoedanigheid,
      channel,
      projection,
      protocol: this.protocols.find(subscription),
      ...(namens !== undefined && { namens }),
    };
  }
}

import type { Clock, Random } from '@kruispunt/clock';
import { catalogus } from '@kruispunt/contracts';
import type { Endpoint, Subscription } from '@kruispunt/delivery';
import type { LogAdmin } from '@kruispunt/kafka';
import { hasScope, type Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { PostgresSubscriptionStore, StartPosition } from '@kruispunt/postgres';
import { urlFault, type EgressPolicy, type EndpointKeys } from '@kruispunt/webhook';
import type { ChangeWish, EndpointWish, SubscriptionWish } from './read-wish.js';

const topicOf = new Map(catalogus.map(({ type, topic }) => [type, topic]));
const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

/** Subscriptions, as their owners manage them. An operator sees and manages all; anybody else only those of its own organisation. */
export class ManageSubscriptions {
  constructor(
    private readonly store: PostgresSubscriptionStore,
    private readonly admin: LogAdmin,
    private readonly keys: EndpointKeys,
    private readonly ambient: { readonly clock: Clock; readonly random: Random; readonly egress: EgressPolicy },
  ) {}

  /** What the caller may see under this id. Throws `not-found`, for what is not there and for what is another's alike. */
  async find(caller: Caller, id: string): Promise<Subscription> {
    const found = await this.store.find(id);
    if (!found || (found.org !== caller.organisation && !hasScope(caller, 'kruispunt.operate')))
      throw problem('not-found', { subscription: id });
    return found;
  }

  /** One of the caller's own organisation: an operator has no more here than anybody else. Throws `not-found`. */
  async findOwn(caller: Caller, id: string): Promise<Subscription> {
    const found = await this.find(caller, id);
    if (found.org !== caller.organisation) throw problem('not-found', { subscription: id });
    return found;
  }

  async list(caller: Caller): Promise<readonly Subscription[]> {
    return this.store.list(hasScope(caller, 'kruispunt.operate') ? undefined : caller.organisation, 1_000);
  }

  /** Throws `forbidden` (for another organisation, or an exception without the right), `endpoint-forbidden`, `conflict`. */
  async add(caller: Caller, { start, organisation, endpoint, ...wish }: SubscriptionWish): Promise<Subscription> {
    if (organisation !== undefined && organisation !== caller.organisation && !hasScope(caller, 'kruispunt.operate'))
      throw problem('forbidden', { scope: 'kruispunt.operate' });
    const topics = [...new Set(wish.types.map((type) => topicOf.get(type)!))];
    const starts = (await Promise.all(topics.map((topic) => this.startsOf(topic, start)))).flat();
    return this.store.add(
      {
        ...wish,
        id: this.ambient.random.uuid(),
        org: organisation ?? caller.organisation,
        state: wish.channel === 'PULL' ? 'active' : 'new',
        ...(endpoint && { endpoint: this.endpointOf(caller, endpoint, 1) }),
      },
      starts,
    );
  }

  /** A new endpoint must be probed again before anything goes there. Throws `conflict` when the state does not allow the change. */
  async change(caller: Caller, id: string, { endpoint, ...change }: ChangeWish): Promise<Subscription> {
    const present = await this.find(caller, id);
    if (change.state !== undefined && present.state === 'new')
      throw problem('conflict', { reason: 'not probed yet: POST …/probe' });
    if (endpoint && present.channel !== 'WEBHOOK') throw problem('conflict', { reason: 'this subscription pulls' });
    const moved = endpoint && {
      endpoint: this.endpointOf(caller, endpoint, present.endpoint?.keyVersion ?? 1),
      state: 'new' as const,
    };
    return this.changed(id, { ...change, ...moved });
  }

  /** A new signing key; the old one signs along for a week. */
  async rotate(caller: Caller, id: string): Promise<Subscription> {
    const { endpoint } = await this.find(caller, id);
    if (!endpoint) throw problem('conflict', { reason: 'this subscription has no endpoint' });
    return this.changed(id, {
      endpoint: { ...endpoint, keyVersion: endpoint.keyVersion + 1, previousUntil: this.ambient.clock.now() + weekMs },
    });
  }

  /** Ends it for good; what it holds stays for the audit. */
  async end(caller: Caller, id: string, reason: string): Promise<Subscription> {
    await this.find(caller, id);
    return this.changed(id, { state: 'ended', stateReason: reason });
  }

  async activate(id: string): Promise<Subscription> {
    return this.changed(id, { state: 'active' });
  }

  /** What a receiver verifies with, newest first; a shared secret is shown to who may see the subscription. */
  published({ id, endpoint }: Subscription): readonly { readonly version: number; readonly key: string }[] {
    if (!endpoint) return [];
    const versions =
      endpoint.previousUntil !== undefined && endpoint.previousUntil > this.ambient.clock.now()
        ? [endpoint.keyVersion, endpoint.keyVersion - 1]
        : [endpoint.keyVersion];
    return versions.map((version) => ({ version, key: this.keys.key(id, version, endpoint.profile).published }));
  }

  private async changed(id: string, change: Parameters<PostgresSubscriptionStore['change']>[1]): Promise<Subscription> {
    const changed = await this.store.change(id, change);
    if (!changed) throw problem('conflict', { reason: 'the subscription has ended' });
    return changed;
  }

  /** In the proving ground a subscriber may open its own loopback; elsewhere an exception is an operator's to grant. */
  private endpointOf(caller: Caller, { url, profile, exceptions: wishes }: EndpointWish, keyVersion: number): Endpoint {
    const { clock, egress } = this.ambient;
    if (wishes.length > 0 && !egress.plainHttp && !hasScope(caller, 'kruispunt.operate'))
      throw problem('forbidden', { scope: 'kruispunt.operate', at: '/endpoint/exceptions' });
    const exceptions = wishes.map(({ cidr, host, approver, ...end }) => ({
      until: 'until' in end ? end.until : clock.now() + end.days * dayMs,
      approver: approver ?? caller.subject,
      ...(cidr !== undefined && { cidr }),
      ...(host !== undefined && { host }),
    }));
    const fault = urlFault(url, { ...egress, exceptions, now: clock.now() });
    if (fault !== undefined) throw problem('endpoint-forbidden', { reason: fault });
    return { url, profile, keyVersion, exceptions };
  }

  private async startsOf(topic: string, start: SubscriptionWish['start']): Promise<StartPosition[]> {
    const offsets = await this.admin.offsets(topic);
    return Promise.all(
      offsets.map(async ({ partition, first, next }) => ({
        topic,
        partition,
        next:
          start === 'now'
            ? next
            : start === 'earliest'
              ? first
              : Math.max(first, await this.admin.offsetAt(topic, partition, start)),
      })),
    );
  }
}

import type { AuditTrail } from '@kruispunt/audit';
import type { Clock, Random } from '@kruispunt/clock';
import { catalogus } from '@kruispunt/contracts';
import type { Endpoint, Subscription } from '@kruispunt/delivery';
import type { LogAdmin } from '@kruispunt/kafka';
import { hasScope, type Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { PostgresSubscriptionStore, StartPosition } from '@kruispunt/postgres';
import { reasonMax, reasonMin } from '../operate/read-act.js';
import { openOutput, outputTopic } from './open-output.js';
import { urlFault, type EgressPolicy, type EndpointKeys } from '@kruispunt/webhook';
import type { ChangeWish, EndpointWish, SubscriptionWish } from './read-wish.js';

const topicOf = new Map(catalogus.map(({ type, topic }) => [type, topic]));
const dayMs = 86_400_000;
const weekMs = 7 * dayMs;

export interface ManageParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly egress: EgressPolicy;
  readonly audit: AuditTrail;
}

/** Who acts, and why: required of an operator who acts for another organisation. */
export interface Deed {
  readonly caller: Caller;
  readonly reason: string | undefined;
}

/** Subscriptions, as their owners manage them. An operator sees and manages all; anybody else only those of its own organisation. */
export class ManageSubscriptions {
  constructor(
    private readonly store: PostgresSubscriptionStore,
    private readonly admin: LogAdmin,
    private readonly keys: EndpointKeys,
    private readonly ambient: ManageParts,
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

  /** Throws `forbidden` (for another organisation, or an exception without the right), `reason-required`, `endpoint-forbidden`, `conflict`. */
  async add(
    deed: Deed,
    { start, organisation, endpoint, principal, ...wish }: SubscriptionWish,
  ): Promise<Subscription> {
    const { caller } = deed;
    const org = organisation ?? caller.organisation;
    if (org !== caller.organisation && !hasScope(caller, 'kruispunt.operate'))
      throw problem('forbidden', { scope: 'kruispunt.operate' });
    const id = this.ambient.random.uuid();
    const output = principal === undefined ? undefined : { topic: outputTopic(org, id), principal };
    const topics = [...new Set(wish.types.map((type) => topicOf.get(type)!))];
    const made: Omit<Subscription, 'rev'> = {
      ...wish,
      id,
      org,
      state: wish.channel === 'WEBHOOK' ? 'new' : 'active',
      ...(endpoint && { endpoint: this.endpointOf(caller, endpoint, 1) }),
      ...(output && { output }),
    };
    await this.write(deed, made, 'subscription.create');
    const starts = (await Promise.all(topics.map((topic) => this.startsOf(topic, start)))).flat();
    if (output) await openOutput(this.admin, output);
    return this.store.add(made, starts);
  }

  /** A new endpoint must be probed again before anything goes there, and gets no redelivery for a day. Throws `conflict` when the state does not allow the change. */
  async change(deed: Deed, id: string, { endpoint, ...change }: ChangeWish): Promise<Subscription> {
    const present = await this.find(deed.caller, id);
    if (change.state !== undefined && present.state === 'new')
      throw problem('conflict', { reason: 'not probed yet: POST …/probe' });
    if (endpoint && present.channel !== 'WEBHOOK')
      throw problem('conflict', { reason: 'this subscription has no endpoint' });
    const moved = endpoint && {
      endpoint: {
        ...this.endpointOf(deed.caller, endpoint, present.endpoint?.keyVersion ?? 1),
        ...frozen(present.endpoint, endpoint.url, this.ambient.clock.now()),
      },
      state: 'new' as const,
    };
    await this.write(deed, present, verbOf(change.state, present.state));
    return this.changed(id, { ...change, ...moved });
  }

  /** A new signing key; the old one signs along for a week. */
  async rotate(deed: Deed, id: string): Promise<Subscription> {
    const present = await this.find(deed.caller, id);
    const { endpoint } = present;
    if (!endpoint) throw problem('conflict', { reason: 'this subscription has no endpoint' });
    await this.write(deed, present, 'subscription.rotate-key');
    return this.changed(id, {
      endpoint: { ...endpoint, keyVersion: endpoint.keyVersion + 1, previousUntil: this.ambient.clock.now() + weekMs },
    });
  }

  /** Ends it for good; what it holds stays for the audit. */
  async end(deed: Deed, id: string): Promise<Subscription> {
    const present = await this.find(deed.caller, id);
    await this.write(deed, present, 'subscription.end');
    return this.changed(id, { state: 'ended', stateReason: deed.reason ?? 'ended by its owner' });
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

  /** The line in the audit trail, before anything is done. */
  private async write({ caller, reason }: Deed, { id, org }: Pick<Subscription, 'id' | 'org'>, action: string) {
    if (reason === undefined && org !== caller.organisation)
      throw problem('reason-required', { at: '/reason', min: reasonMin, max: reasonMax });
    const { audit, clock } = this.ambient;
    const { organisation, subject: user } = caller;
    await audit.append([
      {
        ...{ kind: 'operator', at: clock.now(), action, organisation, application: 'delivery-gateway', user },
        ...{ subscription: id, reason: reason ?? 'by its owner' },
      },
    ]);
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
    const exceptions = wishes.map(({ cidr, host, ...end }) => ({
      until: 'until' in end ? end.until : clock.now() + end.days * dayMs,
      approver: caller.subject,
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

/** While who moved an endpoint may not be who should, nothing of before goes there. */
const frozenMs = dayMs;

const frozen = (present: Endpoint | undefined, url: string, now: number): { readonly replayFrom?: number } =>
  present && present.url !== url
    ? { replayFrom: now + frozenMs }
    : present?.replayFrom !== undefined
      ? { replayFrom: present.replayFrom }
      : {};

const verbOf = (wanted: Subscription['state'] | undefined, present: Subscription['state']): string =>
  wanted === undefined || wanted === present
    ? 'subscription.change'
    : wanted === 'paused'
      ? 'subscription.pause'
      : 'subscription.resume';

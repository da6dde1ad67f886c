import { eventTypeOf } from '@kruispunt/contracts';
import type { Subscription } from '@kruispunt/delivery';
import {
  afterStep,
  bookOf,
  compareGrants,
  effectiveGrant,
  resolveProtocol,
  type EffectiveGrant,
  type GrantDifference,
  type Protocol,
  type ProtocolBook,
  type ProtocolStep,
} from '@kruispunt/policy';
import { municipalities } from '../match/municipalities.js';

/** What a step changes for one subscription. */
export interface ProtocolEffect {
  readonly subscription: string;
  readonly name: string;
  readonly organisation: string;
  readonly differences: readonly GrantDifference[];
}

/** What is applied to a subscription on `on`, given these protocols. */
export function effectiveOf(subscription: Subscription, book: ProtocolBook, on: string): EffectiveGrant {
  const { protocol: id, protocolVersion: version } = subscription;
  const protocol = id === undefined || version === undefined ? undefined : resolveProtocol(book, { id, version });
  const types = subscription.types.flatMap((name) => eventTypeOf(name) ?? []);
  return effectiveGrant({ ...subscription, organisation: subscription.org, protocol }, types, { on, municipalities });
}

/** Who gains or loses what by a step: fields per type, territory, period. Those for whom nothing changes are left out. */
export function protocolEffects(
  protocols: readonly Protocol[],
  step: ProtocolStep,
  subscriptions: readonly Subscription[],
  on: string,
): readonly ProtocolEffect[] {
  const [before, after] = [bookOf(protocols), bookOf(afterStep(protocols, step))];
  return subscriptions
    .filter(({ state }) => state !== 'ended')
    .map((s) => ({
      subscription: s.id,
      name: s.name,
      organisation: s.org,
      differences: compareGrants(effectiveOf(s, before, on), effectiveOf(s, after, on)),
    }))
    .filter(({ differences }) => differences.length > 0);
}

import type { Subscription } from '@kruispunt/delivery';
import type { StoredEvent } from '@kruispunt/event';
import type { ReceiveVerdict } from '@kruispunt/policy';

/** What one redelivery came to. `failed`: the receiver or the way to it; `postponed`: nothing left the house, try the item again later. */
export type DoorAnswer =
  | { readonly kind: 'delivered'; readonly status?: number; readonly auditRef?: string }
  | { readonly kind: 'suppressed'; readonly rule: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly status?: number; readonly auditRef?: string }
  | { readonly kind: 'postponed'; readonly afterMs: number };

/**
 * The one door to a subscriber, as replay needs it: the same filter, policy, audit and channel as the live delivery; there is no
 * second path. Abstract, so that specs can stand at it.
 */
export abstract class ReplayDoor {
  /** By id, by `organisation/name`, or by a name that only one has; undefined when there is none. */
  abstract subscription(name: string): Promise<Subscription | undefined>;
  /** How the subscription's present filter and policy judge each event; undefined: it does not concern this subscription. */
  abstract judge(
    subscription: Subscription,
    events: readonly StoredEvent[],
  ): Promise<readonly (ReceiveVerdict | undefined)[]>;
  /** One attempt; policy is asked again; the audit line comes first; `kpreplay` names the run. Never parks. */
  abstract deliverOne(
    subscription: Subscription,
    event: StoredEvent,
    options: { readonly replay: string; readonly attempt: number },
  ): Promise<DoorAnswer>;
  /** The record that was sealed when its event was parked: its Kafka value and headers, as an event; undefined when it cannot be opened. */
  abstract unseal(
    sealed: Uint8Array,
    at: { readonly topic: string; readonly partition: number; readonly offset: number },
  ): StoredEvent | undefined;
}

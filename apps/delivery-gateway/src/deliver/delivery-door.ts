import { eventTypeOf, type SchemaIds } from '@kruispunt/contracts';
import { answerClass, isAccepted, type Subscription } from '@kruispunt/delivery';
import { fromEntry, type StoredEvent } from '@kruispunt/event';
import type { ReceiveVerdict } from '@kruispunt/policy';
import type { PostgresSubscriptionStore } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { TypedEvent } from '../match/judge.js';
import { isPushed } from '../match/subscriptions.js';
import { ReplayDoor, type DoorAnswer } from '../replay/replay-door.js';
import { attemptDelivery, type DeliveryParts } from './attempt-delivery.js';
import type { Seal } from './seal.js';

export interface DoorParts extends DeliveryParts {
  readonly subscriptionStore: PostgresSubscriptionStore;
  readonly schemaIds: SchemaIds;
  readonly seal: Seal;
}

/** While its endpoint is frozen, a run looks again this often. */
const lookAgainMs = 60_000;

/** The door of the live delivery, for replay: the same filter, policy, audit and channel. */
export class DeliveryDoor extends ReplayDoor {
  constructor(private readonly parts: DoorParts) {
    super();
  }

  async subscription(name: string): Promise<Subscription | undefined> {
    const byId = await this.parts.subscriptionStore.find(name);
    if (byId) return byId;
    const named = await this.parts.subscriptionStore.named(name);
    if (named.length > 1)
      throw problem('conflict', {
        reason: `${named.length} organisations have a subscription of that name: say organisation/name`,
      });
    return named[0];
  }

  async judge(
    subscription: Subscription,
    events: readonly StoredEvent[],
  ): Promise<readonly (ReceiveVerdict | undefined)[]> {
    return this.parts.judge.judgeAll(subscription, events.map(typed));
  }

  async deliverOne(
    subscription: Subscription,
    event: StoredEvent,
    options: { readonly replay: string; readonly attempt: number },
  ): Promise<DoorAnswer> {
    if (!isPushed(subscription.channel))
      return { kind: 'failed', reason: 'this subscription pulls: it can read again from an older cursor' };
    const frozenMs = (subscription.endpoint?.replayFrom ?? 0) - this.parts.clock.now();
    if (frozenMs > 0) return { kind: 'postponed', afterMs: Math.min(frozenMs, lookAgainMs) };
    const attempted = await attemptDelivery(this.parts, subscription, typed(event), options);
    switch (attempted.kind) {
      case 'suppressed':
      case 'postponed':
        return attempted;
      case 'cannot-tell':
        return { kind: 'suppressed', rule: `cannot-tell:${attempted.reason}` };
      case 'answered': {
        const { answer, auditRef } = attempted;
        const status = answer.kind === 'status' ? answer.status : undefined;
        if (isAccepted(answer)) return { kind: 'delivered', auditRef, ...(status !== undefined && { status }) };
        return { kind: 'failed', reason: answerClass(answer), auditRef, ...(status !== undefined && { status }) };
      }
      default:
        return attempted satisfies never;
    }
  }

  unseal(
    sealed: Uint8Array,
    at: { readonly topic: string; readonly partition: number; readonly offset: number },
  ): StoredEvent | undefined {
    const record = this.parts.seal.open(sealed, at);
    const read = record && fromEntry(record, this.parts.schemaIds);
    return read?.kind === 'event' ? read.event : undefined;
  }
}

function typed(event: StoredEvent): TypedEvent {
  const type = eventTypeOf(event.envelope.type);
  if (!type) throw problem('unknown-type', { eventType: event.envelope.type });
  return { event, type };
}

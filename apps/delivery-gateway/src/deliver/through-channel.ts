import type { Clock } from '@kruispunt/clock';
import type { Answer, Endpoint, Output, Subscription } from '@kruispunt/delivery';
import type { EventLog } from '@kruispunt/event';
import { asProblem } from '@kruispunt/problem';
import type { EndpointKeys, Sent, WebhookSender } from '@kruispunt/webhook';
import { markersOf, writeRequest, type RequestFacts, type WrittenEvent } from './write-request.js';

export interface ChannelParts {
  readonly sender: WebhookSender;
  readonly keys: EndpointKeys;
  readonly clock: Clock;
  /** Where KAFKA subscriptions are written to. */
  readonly out: EventLog;
}

/** An event with the key that keeps its order. */
export interface LeavingEvent extends WrittenEvent {
  readonly key: string;
}

/** The way to one receiver, for one request: send, or leave without having sent. To leave once more does nothing. */
export interface Way {
  send(events: readonly LeavingEvent[], facts: Omit<RequestFacts, 'now'>): Promise<Sent>;
  leave(): void;
}

/** `undefined`: the subscription has nowhere to send to. `full`: as many requests at this host as the house allows. */
export function wayTo(parts: ChannelParts, subscription: Subscription): Way | 'full' | undefined {
  const { channel, endpoint, output } = subscription;
  if (channel === 'KAFKA') return output && toTopic(parts, subscription.id, output);
  if (channel !== 'WEBHOOK' || !endpoint) return undefined;
  const leave = parts.sender.enter(endpoint.url);
  return leave ? toEndpoint(parts, { ...subscription, endpoint }, leave) : 'full';
}

function toEndpoint(
  { sender, keys, clock }: ChannelParts,
  subscription: Subscription & { readonly endpoint: Endpoint },
  leave: () => void,
): Way {
  const { id, endpoint } = subscription;
  return {
    leave,
    async send(events, facts) {
      try {
        const request = writeRequest(keys, subscription, events, { ...facts, now: clock.now() });
        return await sender.send({ ...request, subscription: id, url: endpoint.url, exceptions: endpoint.exceptions });
      } finally {
        leave();
      }
    },
  };
}

/** CloudEvents over Kafka, structured: the value is what a webhook would get. Acknowledged by every replica in sync, or failed. */
const toTopic = ({ out, clock }: ChannelParts, subscription: string, { topic }: Output): Way => ({
  leave: () => undefined,
  async send(events, { attempt, ...facts }) {
    const startedAt = clock.now();
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      kpsubscription: subscription,
      kpattempt: String(attempt),
      ...markersOf(facts),
    };
    const answer = await out
      .append(events.map(({ key, text }) => ({ topic, key, value: Buffer.from(text), headers })))
      .then((): Answer => ({ kind: 'acknowledged' }))
      .catch((thrown: unknown): Answer => {
        if (asProblem(thrown).entry.retry !== 'later') throw thrown;
        return { kind: 'failed', failure: 'refused' };
      });
    return { answer, ms: Math.max(0, clock.now() - startedAt) };
  },
});

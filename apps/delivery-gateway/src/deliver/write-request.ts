import { createHash } from 'node:crypto';
import type { Endpoint, Subscription } from '@kruispunt/delivery';
import { signHttpMessage, signWebhook, type EndpointKeys } from '@kruispunt/webhook';

/** One event in the form its receiver gets it. */
export interface WrittenEvent {
  readonly id: string;
  readonly text: string;
}

/** What goes to the endpoint of a webhook. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RequestFacts {
  /** ms since the epoch. */
  readonly now: number;
  readonly attempt: number;
  readonly replay?: string | undefined;
  /** Ids parked in front of this event in its key. */
  readonly gap: readonly string[];
}

/** Ids in one `kpgap` header; `kpgapcount` says how many there are. */
const gapIdsMax = 50;

/** The request for these events, signed as its endpoint wants it. A subscription with batches always gets an array, even of one. */
export function writeRequest(
  keys: EndpointKeys,
  subscription: Pick<Subscription, 'id' | 'batch'> & { readonly endpoint: Endpoint },
  events: readonly WrittenEvent[],
  facts: RequestFacts,
): WebhookRequest {
  const together = subscription.batch?.eventsMax !== undefined;
  const body = Buffer.from(together ? `[${events.map(({ text }) => text).join(',')}]` : events[0]!.text);
  const plain = {
    'content-type': `application/cloudevents${together ? '-batch' : ''}+json; charset=utf-8`,
    kpsubscription: subscription.id,
    kpattempt: String(facts.attempt),
    ...markersOf(facts),
  };
  const id = events.length === 1 ? events[0]!.id : batchId(events);
  return {
    body,
    headers: { ...signed(keys, subscription, { id, body, plain }, facts.now), 'user-agent': 'kruispunt/0.1' },
  };
}

/** What tells of a redelivery and of a gap, whichever channel it is. */
export const markersOf = ({ replay, gap }: Pick<RequestFacts, 'replay' | 'gap'>): Readonly<Record<string, string>> => ({
  ...(replay !== undefined && { kpreplay: replay }),
  ...(gap.length > 0 && { kpgap: gap.slice(0, gapIdsMax).join(','), kpgapcount: String(gap.length) }),
});

/** The same events in the same order have the same id, so that a receiver recognises the batch when it comes again. */
export const batchId = (events: readonly Pick<WrittenEvent, 'id'>[]): string =>
  `batch-${createHash('sha256')
    .update(events.map(({ id }) => id).join('\n'))
    .digest('hex')
    .slice(0, 32)}`;

interface Unsigned {
  readonly id: string;
  readonly body: Buffer;
  readonly plain: Readonly<Record<string, string>>;
}

/** The headers with their signatures: by the present key, and by the one before while it lasts. */
function signed(
  keys: EndpointKeys,
  { id: subscription, endpoint }: { readonly id: string; readonly endpoint: Endpoint },
  { id, body, plain }: Unsigned,
  now: number,
): Readonly<Record<string, string>> {
  const { url, profile, keyVersion, previousUntil } = endpoint;
  const versions = previousUntil !== undefined && previousUntil > now ? [keyVersion, keyVersion - 1] : [keyVersion];
  if (profile !== 'rfc9421') {
    const signers = versions.map((version) => keys.key(subscription, version, profile));
    return { ...plain, ...signWebhook({ id, at: now, body }, signers) };
  }
  const headers = { ...plain, 'webhook-id': id };
  const named = versions.map((version) => ({
    keyid: `${subscription}/${version}`,
    key: keys.key(subscription, version, profile),
  }));
  return { ...headers, ...signHttpMessage({ method: 'POST', url, headers, body, at: now }, named) };
}

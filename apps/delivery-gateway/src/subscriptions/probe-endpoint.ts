import type { Clock, Random } from '@kruispunt/clock';
import { answerClass, type Answer, type Subscription } from '@kruispunt/delivery';
import { problem } from '@kruispunt/problem';
import { signWebhook, type EndpointKeys, type WebhookSender } from '@kruispunt/webhook';

export interface ProbeParts {
  readonly sender: WebhookSender;
  readonly keys: EndpointKeys;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a probe found. `ok`: refused without our signature, accepted with it. */
export interface ProbeReport {
  readonly ok: boolean;
  readonly unsigned: string;
  readonly signed: string;
  readonly ms: number;
  readonly advice?: string;
}

/**
 * Two calls: one without a signature, that must be answered 401 or 403, and one with it, that must be answered 2xx. An endpoint that takes
 * anything from anybody would take forged events too (delivery.md §4).
 */
export async function probeEndpoint(
  { sender, keys, clock, random }: ProbeParts,
  { id: subscription, endpoint }: Subscription,
): Promise<ProbeReport> {
  if (!endpoint) throw problem('conflict', { reason: 'this subscription has no endpoint' });
  const id = `probe-${random.uuid()}`;
  const event = {
    specversion: '1.0',
    id,
    source: 'urn:kruispunt:dienst:delivery-gateway',
    type: 'be.vlaanderen.kruispunt.proef.v1',
    time: new Date(clock.now()).toISOString(),
  };
  const body = Buffer.from(JSON.stringify(event));
  const plain = {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'kruispunt/0.1',
    kpsubscription: subscription,
  };
  const send = (headers: Record<string, string>) =>
    sender.send({ subscription, url: endpoint.url, headers, body, exceptions: endpoint.exceptions });
  const unsigned = await send(plain);
  const signed = await send({
    ...plain,
    ...signWebhook({ id, at: clock.now(), body }, [keys.key(subscription, endpoint.keyVersion, endpoint.profile)]),
  });
  const refuses = isStatus(unsigned.answer, [401, 403]);
  const accepts = signed.answer.kind === 'status' && signed.answer.status >= 200 && signed.answer.status < 300;
  const advice = !refuses
    ? 'answer 401 or 403 to a call without our signature'
    : !accepts
      ? 'answer 2xx to a call that we signed'
      : undefined;
  return {
    ok: refuses && accepts,
    unsigned: answerClass(unsigned.answer),
    signed: answerClass(signed.answer),
    ms: signed.ms,
    ...(advice !== undefined && { advice }),
  };
}

const isStatus = (answer: Answer, statuses: readonly number[]): boolean =>
  answer.kind === 'status' && statuses.includes(answer.status);

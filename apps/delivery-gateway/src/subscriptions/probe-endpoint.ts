import type { Clock, Random } from '@kruispunt/clock';
import { answerClass, isAccepted, type Answer, type Subscription } from '@kruispunt/delivery';
import { problem } from '@kruispunt/problem';
import type { EndpointKeys, Inspected, WebhookSender } from '@kruispunt/webhook';
import { writeRequest } from '../deliver/write-request.js';

export interface ProbeParts {
  readonly sender: WebhookSender;
  readonly keys: EndpointKeys;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a probe found. `ok`: refused without our signature, accepted with it. The rest is told, not judged. */
export interface ProbeReport {
  readonly ok: boolean;
  readonly unsigned: string;
  readonly signed: string;
  readonly ms: number;
  /** Protocol and cipher of the connection, and when the certificate expires (RFC 3339, and whole days from now). */
  readonly tls?: {
    readonly protocol: string;
    readonly cipher: string;
    readonly validTo: string;
    readonly daysLeft: number;
  };
  /** The receiver's clock minus ours, ms, in whole seconds. */
  readonly clockSkewMs?: number;
  readonly advice?: string;
}

const dayMs = 86_400_000;
/** A receiver must look at the time of a signature: from here on it would refuse good ones (Standard Webhooks allows five minutes). */
const skewMaxMs = 60_000;
const daysLeftMin = 14;

/**
 * Two calls: one without a signature, that must be answered 401 or 403, and one with it, that must be answered 2xx. An endpoint that takes
 * anything from anybody would take forged events too (delivery.md §4).
 */
export async function probeEndpoint(
  { sender, keys, clock, random }: ProbeParts,
  subscription: Subscription,
): Promise<ProbeReport> {
  const { id, endpoint, batch } = subscription;
  if (!endpoint) throw problem('conflict', { reason: 'this subscription has no endpoint' });
  const event = {
    specversion: '1.0',
    id: `probe-${random.uuid()}`,
    source: 'urn:kruispunt:dienst:delivery-gateway',
    type: 'be.vlaanderen.kruispunt.proef.v1',
    time: new Date(clock.now()).toISOString(),
  };
  const events = [{ id: event.id, text: JSON.stringify(event) }];
  const facts = { now: clock.now(), attempt: 1, gap: [] };
  const request = writeRequest(keys, { id, endpoint, ...(batch && { batch }) }, events, facts);
  const send = (headers: Readonly<Record<string, string>>) =>
    sender.inspect({
      ...{ subscription: id, url: endpoint.url, headers, body: request.body },
      exceptions: endpoint.exceptions,
    });
  const unsigned = await send(withoutSignature(request.headers));
  return reportOf(unsigned, await send(request.headers), clock.now());
}

function reportOf(unsigned: Inspected, signed: Inspected, now: number): ProbeReport {
  const refuses = isStatus(unsigned.answer, [401, 403]);
  const accepts = isAccepted(signed.answer);
  const { tls, skewMs } = signed;
  const daysLeft = tls && Math.floor((tls.validTo - now) / dayMs);
  const advice = !refuses
    ? 'answer 401 or 403 to a call without our signature'
    : !accepts
      ? 'answer 2xx to a call that we signed'
      : skewMs !== undefined && Math.abs(skewMs) > skewMaxMs
        ? 'set the clock: it is off by more than a minute, and signatures carry the time'
        : daysLeft !== undefined && daysLeft < daysLeftMin
          ? 'renew the certificate: it expires soon'
          : undefined;
  return {
    ok: refuses && accepts,
    unsigned: answerClass(unsigned.answer),
    signed: answerClass(signed.answer),
    ms: signed.ms,
    ...(tls && { tls: { ...tls, validTo: new Date(tls.validTo).toISOString(), daysLeft: daysLeft! } }),
    ...(skewMs !== undefined && { clockSkewMs: skewMs }),
    ...(advice !== undefined && { advice }),
  };
}

const signatureHeaders = new Set([
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'signature',
  'signature-input',
  'content-digest',
]);

const withoutSignature = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !signatureHeaders.has(name)));

const isStatus = (answer: Answer, statuses: readonly number[]): boolean =>
  answer.kind === 'status' && statuses.includes(answer.status);

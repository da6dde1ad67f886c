import type { EndpointKey } from './endpoint-keys.js';

/** The headers of Standard Webhooks 1.0. */
export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

export interface WebhookMessage {
  /** The event's id: the same at every attempt. */
  readonly id: string;
  /** ms since the epoch: of this attempt. */
  readonly at: number;
  readonly body: Uint8Array;
}

/** Signs with every key given: during a rotation two signatures stand side by side, and either verifies. */
export function signWebhook({ id, at, body }: WebhookMessage, keys: readonly EndpointKey[]): WebhookHeaders {
  const timestamp = String(Math.floor(at / 1_000));
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => key.sign(signed)).join(' '),
  };
}

import type { CryptoKey } from 'jose';

/** A delivery as it came in: header names in lower case, the body as the exact bytes. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

export interface WebhookOptions {
  /** The public keys of this endpoint, `whpk_…` (base64, raw Ed25519); two while a key is being replaced. */
  readonly publicKeys: readonly string[];
  /** How far clocks may differ, seconds. Default 300: an older delivery is refused, so that nobody can play it again. */
  readonly toleranceS?: number;
  /** This instant, ms since the epoch; for tests. */
  readonly now?: number;
}

export type WebhookVerdict =
  | {
      readonly kind: 'valid';
      /** The event's id: answer 2xx without doing it again when it was seen before. */ readonly id: string;
      readonly event: unknown;
    }
  | { readonly kind: 'invalid'; readonly reason: 'headers' | 'too-old' | 'too-new' | 'signature' | 'body' };

const prefix = 'whpk_';
const rawKeyBytes = 32;

/**
 * Did Kruispunt send this, for this endpoint, just now? Standard Webhooks with Ed25519 (`v1a`). Answer anything but `valid` with 401.
 * Throws only for a key that is none: a mistake in your own settings.
 */
export async function verifyWebhook(
  { headers, body }: WebhookRequest,
  options: WebhookOptions,
): Promise<WebhookVerdict> {
  const { publicKeys, toleranceS = 300, now = Date.now() } = options;
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headers[name],
  );
  if (
    typeof id !== 'string' ||
    typeof timestamp !== 'string' ||
    typeof signatures !== 'string' ||
    !/^\d{1,12}$/.test(timestamp)
  ) {
    return { kind: 'invalid', reason: 'headers' };
  }
  const ageS = now / 1_000 - Number(timestamp);
  if (Math.abs(ageS) > toleranceS) return { kind: 'invalid', reason: ageS > 0 ? 'too-old' : 'too-new' };
  const signed = concatenated(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  const keys = await Promise.all(publicKeys.map(keyOf));
  if (!(await anyVerifies(keys, signatures, signed))) return { kind: 'invalid', reason: 'signature' };
  try {
    return { kind: 'valid', id, event: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown };
  } catch {
    return { kind: 'invalid', reason: 'body' };
  }
}

async function anyVerifies(
  keys: readonly CryptoKey[],
  signatures: string,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const candidates = signatures
    .split(' ', 10)
    .filter((s) => s.startsWith('v1a,'))
    .map((s) => bytesOf(s.slice('v1a,'.length)));
  for (const signature of candidates) {
    for (const key of keys) {
      if (signature !== undefined && (await crypto.subtle.verify('Ed25519', key, signature, signed))) return true;
    }
  }
  return false;
}

async function keyOf(publicKey: string): Promise<CryptoKey> {
  const raw = publicKey.startsWith(prefix) ? bytesOf(publicKey.slice(prefix.length)) : undefined;
  if (raw?.length !== rawKeyBytes) throw new TypeError('a public key is whpk_ followed by 32 bytes in base64');
  return crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

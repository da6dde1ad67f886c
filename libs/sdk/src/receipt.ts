import { compactVerify, createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet } from 'jose';

/** What a receipt says: this event stands there in the log, with these bytes. */
export interface Receipt {
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** SHA-256 of the record's value in the log, hexadecimal. */
  readonly valueSha256: string;
  /** RFC 3339, UTC. */
  readonly acceptedAt: string;
  readonly org: string;
}

export type ReceiptVerdict =
  | { readonly kind: 'valid'; readonly receipt: Receipt }
  | { readonly kind: 'invalid'; readonly reason: 'signature' | 'unknown-key' | 'malformed' };

/** The keys receipts verify with: a set that was kept, or where the gateway publishes it (`…/.well-known/jwks.json`). */
export type ReceiptKeys = JSONWebKeySet | URL;

const texts = ['eventId', 'source', 'type', 'topic', 'valueSha256', 'acceptedAt', 'org'] as const;
const numbers = ['partition', 'offset'] as const;

/**
 * Is this receipt Kruispunt's own and unaltered? Works offline with a kept key set. Takes Ed25519 only, and only what is marked as a
 * receipt, so that no other signature of ours passes for one. Throws when the keys at a URL cannot be had.
 */
export async function verifyReceipt(signed: string, keys: ReceiptKeys): Promise<ReceiptVerdict> {
  try {
    const keySet = keys instanceof URL ? createRemoteJWKSet(keys) : createLocalJWKSet(keys);
    const { payload, protectedHeader } = await compactVerify(signed, keySet, { algorithms: ['EdDSA'] });
    if (protectedHeader.typ !== 'kruispunt-receipt+json') return { kind: 'invalid', reason: 'malformed' };
    const receipt = receiptIn(payload);
    return receipt === undefined ? { kind: 'invalid', reason: 'malformed' } : { kind: 'valid', receipt };
  } catch (thrown) {
    if (thrown instanceof errors.JWSSignatureVerificationFailed) return { kind: 'invalid', reason: 'signature' };
    if (thrown instanceof errors.JWKSNoMatchingKey || thrown instanceof errors.JWKSMultipleMatchingKeys)
      return { kind: 'invalid', reason: 'unknown-key' };
    if (
      thrown instanceof errors.JWSInvalid ||
      thrown instanceof errors.JOSEAlgNotAllowed ||
      thrown instanceof errors.JOSENotSupported
    )
      return { kind: 'invalid', reason: 'malformed' };
    throw thrown;
  }
}

function receiptIn(payload: Uint8Array): Receipt | undefined {
  try {
    const claims = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
    const whole =
      texts.every((name) => typeof claims[name] === 'string') &&
      numbers.every((name) => Number.isSafeInteger(claims[name]));
    return whole ? (claims as unknown as Receipt) : undefined;
  } catch {
    return undefined;
  }
}

/** Are these the very bytes that were accepted? `value` is the record's value as it stands in Kafka at the receipt's position. */
export async function isReceiptFor(receipt: Receipt, value: Uint8Array): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', value));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') === receipt.valueSha256;
}

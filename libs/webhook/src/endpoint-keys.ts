import { createHmac, createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto';
import type { SignatureProfile } from '@kruispunt/delivery';

/**
 * A key that signs for one endpoint. `published` is what its owner verifies with: `whpk_…`, or for `v1` the shared `whsec_…`. `sign`
 * answers the text that stands in the header: with its scheme for Standard Webhooks, bare base64 for RFC 9421.
 */
export interface EndpointKey {
  readonly profile: SignatureProfile;
  readonly published: string;
  sign(bytes: Uint8Array): string;
}

// PKCS #8 around a 32-byte Ed25519 seed (RFC 8410).
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Derived keys that are kept: to derive one costs as much as to sign with it. */
const keptMax = 20_000;

/**
 * One key per endpoint and version, derived from the process's own key (HKDF-SHA-256): the signed text names no URL, so a key that two
 * endpoints shared would let one pass its deliveries to the other as ours. Derived keys need no store and cannot leak from one.
 */
export class EndpointKeys {
  private readonly known = new Map<string, EndpointKey>();

  constructor(private readonly seed: Uint8Array) {}

  key(subscription: string, version: number, profile: SignatureProfile): EndpointKey {
    const name = `${profile}/${subscription}/${version}`;
    const known = this.known.get(name) ?? this.derive(subscription, version, profile);
    if (this.known.size >= keptMax) this.known.clear();
    this.known.set(name, known);
    return known;
  }

  private derive(subscription: string, version: number, profile: SignatureProfile): EndpointKey {
    const bytes = Buffer.from(
      hkdfSync('sha256', this.seed, '', `kruispunt/webhook/${profile}/${subscription}/${version}`, 32),
    );
    return profile === 'v1' ? sharedKey(bytes) : ed25519Key(bytes, profile);
  }
}

function sharedKey(secret: Buffer): EndpointKey {
  return {
    profile: 'v1',
    published: `whsec_${secret.toString('base64')}`,
    sign: (bytes) => `v1,${createHmac('sha256', secret).update(bytes).digest('base64')}`,
  };
}

function ed25519Key(seed: Buffer, profile: SignatureProfile): EndpointKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  return {
    profile,
    published: `whpk_${rawPublicKey(createPublicKey(privateKey)).toString('base64')}`,
    sign: (bytes) => `${profile === 'v1a' ? 'v1a,' : ''}${sign(null, bytes, privateKey).toString('base64')}`,
  };
}

/** The last 32 bytes of the SPKI are the key itself. */
const rawPublicKey = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-32);

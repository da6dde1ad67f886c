import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliFailure, exits } from '../failure.js';

/** A key of this machine only: it signs what is forwarded to a laptop, as Kruispunt signs what it delivers. */
export interface LocalKey {
  /** `whpk_…`, to verify with. */
  readonly published: string;
  /** The headers of Standard Webhooks (Ed25519, `v1a`) for one message. `at` in ms. */
  headers(id: string, at: number, body: Uint8Array): Readonly<Record<string, string>>;
}

/** The key in a file, made there when there is none (mode 0600). Exit 2 when the file holds none. */
export function localKey(file: string): LocalKey {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600 });
  }
  const privateKey = keyIn(file);
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    published: `whpk_${Buffer.from(x, 'base64url').toString('base64')}`,
    headers: (id, at, body) => {
      const timestamp = String(Math.floor(at / 1_000));
      const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
      return {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1a,${sign(null, signed, privateKey).toString('base64')}`,
      };
    },
  };
}

function keyIn(file: string): KeyObject {
  try {
    const key = createPrivateKey({ key: JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey, format: 'jwk' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below.
  }
  throw new CliFailure(exits.usage, {
    nl: `${file} bevat geen Ed25519-sleutel (JWK)`,
    en: `${file} holds no Ed25519 key (JWK)`,
  });
}

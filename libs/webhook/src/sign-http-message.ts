import { createHash } from 'node:crypto';
import type { EndpointKey } from './endpoint-keys.js';

/** The headers of RFC 9421 and RFC 9530. */
export interface SignedHeaders {
  readonly 'content-digest': string;
  readonly 'signature-input': string;
  readonly signature: string;
}

export interface HttpMessage {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. All of them are covered by the signature. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** ms since the epoch: of this attempt. */
  readonly at: number;
}

/** A key with the name under which its owner knows it. */
export interface NamedKey {
  readonly keyid: string;
  readonly key: Pick<EndpointKey, 'sign'>;
}

/**
 * Signs a request with HTTP Message Signatures (RFC 9421), Ed25519, over method, target URI, the digest of the content (RFC 9530) and
 * every header given. One signature per key, labelled `sig1`, `sig2`, …: during a rotation two stand side by side. The key's `sign`
 * answers base64.
 */
export function signHttpMessage(message: HttpMessage, keys: readonly NamedKey[]): SignedHeaders {
  const digest = contentDigest(message.body);
  const names = Object.keys(message.headers);
  const headers: Readonly<Record<string, string>> = { ...message.headers, 'content-digest': digest };
  const covered = ['@method', '@target-uri', 'content-digest', ...names];
  const created = Math.floor(message.at / 1_000);
  const signed = keys.map(({ keyid, key }, i) => {
    const parameters = `(${covered.map(quoted).join(' ')});created=${created};keyid=${quoted(keyid)};alg="ed25519"`;
    const base = signatureBase(covered, parameters, { ...message, headers });
    return { label: `sig${i + 1}`, parameters, signature: key.sign(Buffer.from(base)) };
  });
  return {
    'content-digest': digest,
    'signature-input': signed.map(({ label, parameters }) => `${label}=${parameters}`).join(', '),
    signature: signed.map(({ label, signature }) => `${label}=:${signature}:`).join(', '),
  };
}

/** SHA-256 of the content as RFC 9530 writes it. */
export const contentDigest = (body: Uint8Array): string =>
  `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

/** What is signed (RFC 9421 §2.5): one line per component, the parameters last. Throws a RangeError for a header that is not there. */
export function signatureBase(
  covered: readonly string[],
  parameters: string,
  message: Pick<HttpMessage, 'method' | 'url' | 'headers'>,
): string {
  const lines = covered.map((name) => `${quoted(name)}: ${componentOf(name, message)}`);
  return [...lines, `"@signature-params": ${parameters}`].join('\n');
}

function componentOf(name: string, { method, url, headers }: Pick<HttpMessage, 'method' | 'url' | 'headers'>): string {
  if (name === '@method') return method.toUpperCase();
  if (name === '@target-uri') return url;
  if (name === '@authority') return new URL(url).host;
  if (name === '@path') return new URL(url).pathname;
  const value = headers[name];
  if (value === undefined) throw new RangeError(`no ${name} to sign`);
  return value.trim();
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

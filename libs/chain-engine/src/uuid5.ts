import { hash } from 'node:crypto';

/** Kruispunt's own namespace for names (itself uuid5 of the URL namespace and `urn:kruispunt`). */
const namespace = '4d2b0f5e-6a1c-5b0d-9d53-0b7a3f6c1e42';

/** A deterministic id (RFC 9562 §5.5): the same name gives the same id on every machine, for ever. */
export function uuid5(name: string, within: string = namespace): string {
  const named = Buffer.concat([Buffer.from(within.replaceAll('-', ''), 'hex'), Buffer.from(name, 'utf8')]);
  const digest = hash('sha1', named, 'buffer');
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  return dashed(digest.toString('hex'));
}

/** The first 128 bits of the SHA-256 of `text`, in the form of a uuid: one column in an index, and no personal data in it. */
export const digest128 = (text: string): string => dashed(hash('sha256', text, 'hex'));

const dashed = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;

import { createHmac } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
      value &= (1 << bits) - 1;
    }
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}

/** A keyed pseudonym and the version of its key. */
export interface PseudonymKey {
  readonly version: number;
  readonly secret: string;
}

/**
 * The pseudonym that stands for a national number outside the register: `p<version>.<26 characters>`, HMAC-SHA256 under the key of the
 * purpose family, cut to 128 bits. Source: security.md §7.
 */
export const pseudonym = (key: PseudonymKey, insz: string): string =>
  `p${key.version}.${base32(createHmac('sha256', key.secret).update(`insz:${insz}`).digest().subarray(0, 16))}`;

import type { Random } from '@kruispunt/clock';

/** Letters and digits that nobody confuses when reading aloud (Crockford's base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A short name for a plan (`RP-`) or a run (`R-`): 40 bits, said over the telephone. */
export function shortId(prefix: 'RP' | 'R', random: Random): string {
  const bits = BigInt(`0x${random.uuid().replaceAll('-', '').slice(0, 10)}`);
  const letters = Array.from({ length: 8 }, (_, i) => alphabet[Number((bits >> BigInt(5 * i)) & 31n)]);
  return `${prefix}-${letters.join('')}`;
}

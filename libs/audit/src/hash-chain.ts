import { hash } from 'node:crypto';

/** The digest before the first line of every chain. */
export const genesis = '0'.repeat(64);

/** SHA-256 (hex) of a line's Avro body: the bytes in the log, without framing. One flipped bit changes the next line's `vorigeDigest`. */
export const lineDigest = (body: Uint8Array): string => hash('sha256', body);

/** A line's place: its chain and its number from 0, written as the reference of the line. */
export interface ChainPlace {
  readonly chain: string;
  readonly sequence: number;
}

export const referenceOf = ({ chain, sequence }: ChainPlace): string => `${chain}/${sequence}`;

/** The place a reference names; undefined when it is not one of ours. */
export function placeOf(reference: string): ChainPlace | undefined {
  const cut = reference.lastIndexOf('/');
  const sequence = Number(reference.slice(cut + 1));
  return cut > 0 && /^\d+$/.test(reference.slice(cut + 1)) && Number.isSafeInteger(sequence)
    ? { chain: reference.slice(0, cut), sequence }
    : undefined;
}

/** A line as it was read back from the log. */
export interface ReadLine {
  readonly reference: string;
  readonly previous: string | null;
  readonly body: Uint8Array;
}

export type Break = 'altered' | 'missing' | 'out-of-order' | 'other-chain';
export type ChainVerdict =
  | { readonly kind: 'intact'; readonly lines: number; readonly head: string }
  | { readonly kind: 'broken'; readonly at: number; readonly because: Break };

/**
 * Checks the lines of one chain, in log order. The log is at least once: a line that comes again unchanged is skipped. Finds a
 * flipped bit, a deleted, reordered, inserted or foreign line; a cut or altered tail is found by comparing `head` with a checkpoint.
 */
export function verifyChain(lines: readonly ReadLine[]): ChainVerdict {
  const digests: string[] = [];
  const chain = placeOf(lines[0]?.reference ?? '')?.chain;
  for (const line of lines) {
    const because = breakOf(line, chain, digests);
    if (because === 'repeated') continue;
    if (because !== undefined) return { kind: 'broken', at: digests.length, because };
    digests.push(lineDigest(line.body));
  }
  return { kind: 'intact', lines: digests.length, head: digests.at(-1) ?? genesis };
}

function breakOf(
  line: ReadLine,
  chain: string | undefined,
  digests: readonly string[],
): Break | 'repeated' | undefined {
  const place = placeOf(line.reference);
  if (place === undefined || place.chain !== chain) return 'other-chain';
  if (place.sequence > digests.length) return 'missing';
  if (place.sequence < digests.length)
    return lineDigest(line.body) === digests[place.sequence] ? 'repeated' : 'out-of-order';
  return line.previous === (digests.at(-1) ?? genesis) ? undefined : 'altered';
}

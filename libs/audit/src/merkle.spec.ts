import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MerkleTree } from './merkle.js';

/** The definition of RFC 6962 §2.1, word for word: split at the largest power of two below n. */
function byDefinition(leaves: readonly Uint8Array[]): Buffer {
  const hash = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return hash(Uint8Array.of(0), leaves[0]!);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hash(Uint8Array.of(1), byDefinition(leaves.slice(0, split)), byDefinition(leaves.slice(split)));
}
const rootOf = (leaves: readonly Uint8Array[]) => leaves.reduce((tree, leaf) => tree.add(leaf), new MerkleTree()).root;
const leaves = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 40 });

describe('a Merkle tree', () => {
  it('gives the root that RFC 6962 defines, for any number of leaves', () => {
    fc.assert(fc.property(leaves, (of) => rootOf(of) === byDefinition(of).toString('hex')));
    expect(rootOf([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('changes with any leaf that is altered, taken away or moved', () => {
    const distinct = fc.uniqueArray(fc.uint8Array({ minLength: 4, maxLength: 4 }), {
      minLength: 2,
      maxLength: 30,
      selector: (leaf) => Buffer.from(leaf).toString('hex'),
    });
    fc.assert(
      fc.property(distinct, fc.nat(), (of, at) => {
        const n = at % of.length;
        const altered = of.map((leaf, i) => (i === n ? Uint8Array.of(...leaf, 1) : leaf));
        const less = of.filter((_, i) => i !== n);
        const moved = [of[n]!, ...less];
        const roots = [altered, less, ...(n === 0 ? [] : [moved])].map(rootOf);
        return !roots.includes(rootOf(of));
      }),
    );
  });

  it('counts its leaves', () => {
    expect(new MerkleTree().add(Uint8Array.of(1)).add(Uint8Array.of(2)).add(Uint8Array.of(3)).size).toBe(3);
  });
});

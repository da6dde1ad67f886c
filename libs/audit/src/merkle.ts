import { createHash } from 'node:crypto';

/**
 * A Merkle tree that grows (RFC 6962 §2.1, SHA-256): leaves and inner nodes are hashed apart, so that no node can pass for a leaf. Holds
 * one hash per level and not the leaves, so a day of millions of rows needs no more memory than a day of ten.
 */
export class MerkleTree {
  /** Roots of the full subtrees so far, the largest first, with the number of leaves in each. */
  private readonly peaks: { readonly size: number; readonly hash: Buffer }[] = [];

  add(leaf: Uint8Array): this {
    let peak = { size: 1, hash: hashed(0, leaf) };
    for (let last = this.peaks.at(-1); last?.size === peak.size; last = this.peaks.at(-1)) {
      this.peaks.pop();
      peak = { size: peak.size * 2, hash: hashed(1, last.hash, peak.hash) };
    }
    this.peaks.push(peak);
    return this;
  }

  get size(): number {
    return this.peaks.reduce((sum, peak) => sum + peak.size, 0);
  }

  /** The root in hexadecimal; that of no leaves is the hash of nothing. */
  get root(): string {
    const [last, ...before] = this.peaks.toReversed();
    if (!last) return createHash('sha256').digest('hex');
    return before.reduce((right, left) => hashed(1, left.hash, right), last.hash).toString('hex');
  }
}

const hashed = (kind: 0 | 1, ...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256').update(Uint8Array.of(kind));
  for (const part of parts) hash.update(part);
  return hash.digest();
};

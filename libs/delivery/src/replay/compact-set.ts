/**
 * A set of texts that keeps 8 bytes of each (a 64-bit hash), grown by doubling: what a plan must remember of millions of events. Two
 * different texts among two million collide once in 2^22 sets of that size.
 */
export class CompactSet {
  private count = 0;
  private low = new Uint32Array(1_024);
  private high = new Uint32Array(1_024);

  get size(): number {
    return this.count;
  }

  has(text: string): boolean {
    const [low, high] = hash64(text);
    return this.isAt(this.find(low, high), low, high);
  }

  /** Answers whether it was new. */
  add(text: string): boolean {
    const [low, high] = hash64(text);
    const slot = this.find(low, high);
    if (this.isAt(slot, low, high)) return false;
    this.put(slot, low, high);
    if (this.count * 2 > this.low.length) this.grow();
    return true;
  }

  private put(slot: number, low: number, high: number): void {
    this.low[slot] = low;
    this.high[slot] = high;
    this.count += 1;
  }

  private isAt(slot: number, low: number, high: number): boolean {
    return this.low[slot] === low && this.high[slot] === high;
  }

  /** The slot of this hash, or the empty one (0, 0) where it would go. */
  private find(low: number, high: number): number {
    const mask = this.low.length - 1;
    let slot = (low ^ high) & mask;
    while (!this.isAt(slot, low, high) && !this.isAt(slot, 0, 0)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const [low, high] = [this.low, this.high];
    this.low = new Uint32Array(low.length * 2);
    this.high = new Uint32Array(low.length * 2);
    this.count = 0;
    for (let i = 0; i < low.length; i++) {
      if (low[i] === 0 && high[i] === 0) continue;
      this.put(this.find(low[i]!, high[i]!), low[i]!, high[i]!);
    }
  }
}

/** Two halves of 32 bits, well mixed, one pass (cyrb53); never (0, 0), which marks an empty slot. */
function hash64(text: string): readonly [low: number, high: number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2_654_435_761);
    b = Math.imul(b ^ c, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return [a >>> 0 || 1, b >>> 0];
}

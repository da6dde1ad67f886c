/**
 * Which events of one partition stand in the log for the second time: publishing is at least once, so the same (source, id) may.
 * A window over the last `idsMax` events in log order, first offset per id; a property of the log alone, so it is rebuilt by reading.
 * 24 bytes per event, grown by doubling. Ids are kept as 64-bit hashes: two different ids in one window of a million collide once in
 * 2^44 events, so a hit is `suspected` and the caller confirms it against the record at `first` when it must be sure.
 */
export class DuplicateWindow {
  private capacity: number;
  private low: Uint32Array;
  private high: Uint32Array;
  private offsets: Float64Array;
  private slots: Int32Array;
  /** Ring position of the oldest, and how many are in. */
  private oldest = 0;
  private size = 0;

  constructor(private readonly idsMax = 1_000_000) {
    this.capacity = Math.min(1_024, idsMax);
    this.low = new Uint32Array(this.capacity);
    this.high = new Uint32Array(this.capacity);
    this.offsets = new Float64Array(this.capacity);
    this.slots = new Int32Array(tableSize(this.capacity)).fill(-1);
  }

  get length(): number {
    return this.size;
  }

  /**
   * The offset at which this id stood first, when that lies before `offset`; else undefined. Events above all seen before are
   * remembered; one from further back (a catch-up reader) is only looked up.
   */
  seenBefore(source: string, id: string, offset: number): number | undefined {
    const [low, high] = hash(`${source}\n${id}`);
    const slot = this.find(low, high);
    const at = this.slots[slot]!;
    if (at >= 0) return this.offsets[at]! < offset ? this.offsets[at]! : undefined;
    if (this.size === 0 || offset > this.newest()) this.remember(low, high, offset);
    return undefined;
  }

  private newest(): number {
    return this.offsets[(this.oldest + this.size - 1) % this.capacity]!;
  }

  private remember(low: number, high: number, offset: number): void {
    if (this.size === this.capacity) {
      if (this.capacity < this.idsMax) this.grow();
      else this.forgetOldest();
    }
    const at = (this.oldest + this.size) % this.capacity;
    this.low[at] = low;
    this.high[at] = high;
    this.offsets[at] = offset;
    this.size += 1;
    this.slots[this.find(low, high)] = at;
  }

  /** The slot of this hash, or the empty one where it would go (linear probing). */
  private find(low: number, high: number): number {
    const mask = this.slots.length - 1;
    let slot = (low ^ high) & mask;
    for (;;) {
      const at = this.slots[slot]!;
      if (at < 0 || (this.low[at] === low && this.high[at] === high)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private forgetOldest(): void {
    let hole = this.find(this.low[this.oldest]!, this.high[this.oldest]!);
    this.slots[hole] = -1;
    this.oldest = (this.oldest + 1) % this.capacity;
    this.size -= 1;
    const mask = this.slots.length - 1;
    // Entries that had been pushed past the hole move back, or a later search would stop at it.
    for (let slot = (hole + 1) & mask; this.slots[slot]! >= 0; slot = (slot + 1) & mask) {
      const at = this.slots[slot]!;
      const home = (this.low[at]! ^ this.high[at]!) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.slots[hole] = at;
      this.slots[slot] = -1;
      hole = slot;
    }
  }

  private grow(): void {
    const entries = Array.from({ length: this.size }, (_, i) => (this.oldest + i) % this.capacity);
    const capacity = Math.min(this.idsMax, this.capacity * 2);
    const [low, high, offsets] = [new Uint32Array(capacity), new Uint32Array(capacity), new Float64Array(capacity)];
    entries.forEach((from, to) => {
      low[to] = this.low[from]!;
      high[to] = this.high[from]!;
      offsets[to] = this.offsets[from]!;
    });
    Object.assign(this, {
      capacity,
      low,
      high,
      offsets,
      oldest: 0,
      slots: new Int32Array(tableSize(capacity)).fill(-1),
    });
    for (let at = 0; at < this.size; at++) this.slots[this.find(low[at]!, high[at]!)] = at;
  }
}

/** A power of two, at most half full. */
const tableSize = (capacity: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, capacity * 2)));

/** cyrb53's two halves: 64 bits, well mixed, one pass. */
function hash(text: string): readonly [number, number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2_654_435_761);
    b = Math.imul(b ^ c, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return [a >>> 0, b >>> 0];
}

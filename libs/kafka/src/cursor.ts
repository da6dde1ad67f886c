import assert from 'node:assert';

/** A place in bytes of Kafka's protocol, moving on with what is read. Whatever runs over the end is a fault. */
export class Cursor {
  at: number;

  constructor(
    readonly bytes: Buffer,
    from = 0,
  ) {
    this.at = from;
  }

  /** A zigzag number of variable length, up to 2^53. */
  int(): number {
    let byte = this.byte();
    // Most numbers of a record fit in one byte.
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let [value, scale] = [byte & 0x7f, 0x80];
    do {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Bytes with their length before them; null for a length below zero. A view, no copy. */
  block(): Buffer | null {
    const length = this.int();
    if (length < 0) return null;
    const from = this.at;
    this.skip(length);
    return this.bytes.subarray(from, this.at);
  }

  skip(bytes: number): void {
    this.at += bytes;
    assert(this.at <= this.bytes.length, 'a record runs over the end of its batch');
  }

  isSame(other: Buffer, from: number): boolean {
    for (let i = 0; i < other.length; i++) if (other[i] !== this.bytes[from + i]) return false;
    return true;
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    assert(byte !== undefined, 'a record runs over the end of its batch');
    return byte;
  }
}

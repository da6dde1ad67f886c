import { compressionsAlgorithmsByBitmask } from '@platformatic/kafka';
import { Cursor } from '../cursor.js';
import type { HeaderFilter, LogEntry } from '../driver.js';
import type { Want } from '../fetcher.js';
import { HeaderReader } from '../text-headers.js';

/** Where the fields of a record batch stand (format 2, since Kafka 0.11), from its first byte. */
const field = {
  firstOffset: 0,
  length: 8,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  count: 57,
  records: 61,
} as const;
/** A batch's length counts from here. */
const lengthCounts = 12;
const compressed = 0b111;
const logAppendTime = 0x08;
const controlBatch = 0x20;

/**
 * Reads what a broker answers as entries: one pass over the bytes, no object for what is not wanted. Half of what the client's own
 * reading costs with all of it wanted, a tenth with a header that few records have.
 */
export class RecordReader {
  private readonly headers = new HeaderReader();

  /** `next`: where to read on. A batch that the answer cuts off at its end is left for the next answer. */
  read(bytes: Buffer, want: Want): { readonly entries: LogEntry[]; readonly next: number } {
    const entries: LogEntry[] = [];
    const { to = Infinity } = want;
    let next = want.offset;
    for (let at = 0; at + field.records <= bytes.length && next < to;) {
      const end = at + lengthCounts + bytes.readInt32BE(at + field.length);
      if (end > bytes.length) break;
      const batch = bytes.subarray(at, end);
      const first = int64(batch, field.firstOffset);
      if ((batch.readInt16BE(field.attributes) & controlBatch) === 0) this.append(entries, want, batch, first);
      next = Math.max(next, first + batch.readInt32BE(field.lastOffsetDelta) + 1);
      at = end;
    }
    return { entries, next: Math.min(next, Math.max(to, want.offset)) };
  }

  /** The first batch may begin before the wanted offset: a fetch answers whole batches. */
  private append(entries: LogEntry[], want: Want, batch: Buffer, first: number): void {
    const firstTimestamp = int64(batch, field.firstTimestamp);
    const appendedAt =
      batch.readInt16BE(field.attributes) & logAppendTime ? int64(batch, field.maxTimestamp) : undefined;
    const isWanted = want.only && new HeaderTest(want.only);
    const cursor = recordsOf(batch);
    for (let left = batch.readInt32BE(field.count); left > 0; left--) {
      const length = cursor.int();
      const end = cursor.at + length;
      cursor.skip(1);
      const timestamp = appendedAt ?? firstTimestamp + cursor.int();
      const offset = first + cursor.int();
      if (want.to !== undefined && offset >= want.to) return;
      if (offset >= want.offset && (isWanted === undefined || isWanted.of(cursor)))
        entries.push(this.entry(want, cursor, { offset, timestamp }));
      cursor.skip(end - cursor.at);
    }
  }

  private entry(
    { topic, partition }: Want,
    cursor: Cursor,
    { offset, timestamp }: { readonly offset: number; readonly timestamp: number },
  ): LogEntry {
    const [key, value] = [cursor.block(), cursor.block()];
    return { topic, partition, offset, key, value, headers: this.headers.read(cursor), timestamp };
  }
}

/** Has a record one of the wanted values in one header? Answered from the bytes; the last of equal names counts. */
class HeaderTest {
  private readonly name: Buffer;
  private readonly values: ReadonlySet<string>;
  /** The value that was looked at last: it stands in a row of records. */
  private last = Buffer.alloc(0);
  private lastWanted: boolean;
  private readonly withoutIt: boolean;

  constructor({ header, values }: HeaderFilter) {
    this.name = Buffer.from(header);
    this.values = values;
    this.withoutIt = values.has('');
    this.lastWanted = this.withoutIt;
  }

  /** The cursor stands before the record's key, and does so afterwards. */
  of(cursor: Cursor): boolean {
    const from = cursor.at;
    let wanted = this.withoutIt;
    skipBlock(cursor);
    skipBlock(cursor);
    for (let count = cursor.int(); count > 0; count--) {
      const length = cursor.int();
      const at = cursor.at;
      if (length > 0) cursor.skip(length);
      if (length === this.name.length && cursor.isSame(this.name, at)) wanted = this.hasValue(cursor);
      else skipBlock(cursor);
    }
    cursor.at = from;
    return wanted;
  }

  private hasValue(cursor: Cursor): boolean {
    const length = Math.max(0, cursor.int());
    const from = cursor.at;
    cursor.skip(length);
    if (length === this.last.length && cursor.isSame(this.last, from)) return this.lastWanted;
    this.last = Buffer.from(cursor.bytes.subarray(from, from + length));
    return (this.lastWanted = this.values.has(this.last.toString('utf8')));
  }
}

function skipBlock(cursor: Cursor): void {
  const length = cursor.int();
  if (length > 0) cursor.skip(length);
}

function recordsOf(batch: Buffer): Cursor {
  if (batch[field.magic] !== 2) throw new Error(`a record batch of format ${batch[field.magic]}`);
  const kind = batch.readInt16BE(field.attributes) & compressed;
  if (kind === 0) return new Cursor(batch, field.records);
  const algorithm = compressionsAlgorithmsByBitmask[kind];
  if (!algorithm) throw new Error(`a record batch compressed in a way that is not known here (${kind})`);
  return new Cursor(algorithm.decompressSync(batch.subarray(field.records)));
}

/** Offsets and instants lie below 2^53. */
const int64 = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);

import { createRecordsBatch, Reader, readRecordsBatches } from '@platformatic/kafka';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HeaderFilter } from '../driver.js';
import { RecordReader } from './record-batches.js';

interface Written {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly timestamp: number;
}

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const record: fc.Arbitrary<Written> = fc.record({
  key: fc.option(text),
  value: fc.option(text),
  headers: fc.array(fc.tuple(fc.constantFrom('ce_type', 'ce_id', 'x'), fc.oneof(fc.constantFrom('a', 'b', ''), text)), {
    maxLength: 4,
  }),
  timestamp: fc.integer({ min: 0, max: 2 ** 42 }),
});
const batch = fc.record({
  records: fc.array(record, { minLength: 1, maxLength: 12 }),
  compression: fc.constantFrom('none' as const, 'gzip' as const),
  gap: fc.integer({ min: 0, max: 5_000_000_000 }),
});

/** Batches as a broker keeps them: with their first offset written over. */
function logged(
  batches: readonly {
    readonly records: readonly Written[];
    readonly compression: 'none' | 'gzip';
    readonly gap: number;
  }[],
) {
  let offset = 0;
  const buffers = batches.map(({ records, compression, gap }) => {
    const messages = records.map(({ key, value, headers, timestamp }) => ({
      topic: 't',
      key: key === null ? null : Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
      // By identity: the same name may come twice.
      headers: new Map(headers.map(([name, one]) => [Buffer.from(name), Buffer.from(one)])),
      timestamp: BigInt(timestamp),
    }));
    const written = createRecordsBatch(messages as never, { compression });
    const bytes = Buffer.from(written.buffer);
    offset += gap;
    bytes.writeBigInt64BE(BigInt(offset), 0);
    offset += records.length;
    return bytes;
  });
  return Buffer.concat(buffers);
}

const want = (offset: number, only?: HeaderFilter) => ({ topic: 't', partition: 3, offset, maxBytes: 1 << 20, only });

/** The same bytes, read by the client. */
function asTheClientReads(bytes: Buffer) {
  return readRecordsBatches(Reader.from(bytes)).flatMap((one) =>
    one.records.map((r) => ({
      offset: Number(one.firstOffset) + r.offsetDelta,
      timestamp: Number(one.firstTimestamp + r.timestampDelta),
      key: r.key,
      value: r.value,
      headers: Object.fromEntries(r.headers.map(([name, value]) => [String(name), String(value)])),
    })),
  );
}

describe('record batches', () => {
  it('are read as the client reads them, compressed or not, from any offset on', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 5 }), fc.nat(60), (batches, at) => {
        const bytes = logged(batches);
        const all = asTheClientReads(bytes);
        const from = at === 0 ? 0 : (all[at % Math.max(1, all.length)]?.offset ?? 0);
        const { entries, next } = new RecordReader().read(bytes, want(from));
        const expected = all.filter(({ offset }) => offset >= from);
        expect(entries.map(({ topic: _, partition: __, ...entry }) => entry)).toEqual(expected);
        expect(next).toBe(all.length === 0 ? from : all.at(-1)!.offset + 1);
      }),
    );
  });

  it('are read up to an offset, as if the log ended there', () => {
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 4 }), fc.nat(40), fc.nat(40), (batches, one, other) => {
        const bytes = logged(batches);
        const whole = new RecordReader().read(bytes, want(0));
        const [first, last] = [whole.entries[0]!.offset, whole.next];
        const [from, to] = [Math.min(one, other), Math.max(one, other)].map((n) => Math.min(last, first + n)) as [
          number,
          number,
        ];
        const some = new RecordReader().read(bytes, { ...want(from), to });
        expect(some.entries).toEqual(whole.entries.filter(({ offset }) => offset >= from && offset < to));
        expect(some.next).toBe(to);
      }),
    );
  });

  it('are read without what bears another header, and as if it had been taken out afterwards', () => {
    fc.assert(
      fc.property(
        fc.array(batch, { maxLength: 4 }),
        fc.uniqueArray(fc.constantFrom('a', 'b', '', 'é'), { minLength: 1 }),
        (batches, wanted) => {
          const [bytes, values] = [logged(batches), new Set<string>(wanted)];
          const whole = new RecordReader().read(bytes, want(0));
          const some = new RecordReader().read(bytes, want(0, { header: 'ce_type', values }));
          expect(some.next).toBe(whole.next);
          expect(some.entries).toEqual(whole.entries.filter(({ headers }) => values.has(headers['ce_type'] ?? '')));
        },
      ),
    );
  });

  it('leave what an answer cuts off for the next one, and refuse bytes that run over their batch', () => {
    const bytes = logged([
      { records: [{ key: 'k', value: 'v', headers: [], timestamp: 5 }], compression: 'none', gap: 7 },
      { records: [{ key: 'k', value: 'w', headers: [], timestamp: 5 }], compression: 'none', gap: 0 },
    ]);
    const { entries, next } = new RecordReader().read(bytes.subarray(0, -1), want(7));
    expect([entries.length, next]).toEqual([1, 8]);
    const broken = Buffer.from(bytes);
    // The number of records in the first batch.
    broken.writeInt32BE(3, 57);
    expect(() => new RecordReader().read(broken, want(0))).toThrow('runs over');
    broken[16] = 1;
    expect(() => new RecordReader().read(broken, want(0))).toThrow('format 1');
  });
});

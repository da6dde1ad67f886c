import type { LogBatch, LogEntry, LogReader, TopicPartition } from '@kruispunt/kafka';
import { Problem } from '@kruispunt/problem';

const batchesMax = 64;
const batchBytesMax = 1_048_576;

/** Reads stretches of the log and keeps the latest in memory: readers that stand close together, and retries of one key, share them. */
export class CachedReader {
  private readonly batches = new Map<string, LogBatch>();

  constructor(private readonly reader: LogReader) {}

  /** The stretch from `offset`; `passedBy` is the first offset there is, when retention took what was asked. */
  async stretch(at: TopicPartition, offset: number): Promise<LogBatch | { readonly passedBy: number }> {
    const name = `${at.topic}/${at.partition}`;
    const known = this.batches.get(name);
    if (known && known.from <= offset && offset < known.next) return known;
    try {
      const batch = await this.reader.read({ ...at, offset, maxBytes: batchBytesMax, maxWaitMs: 0 });
      if (batch.next > offset) this.keep(name, batch);
      return batch;
    } catch (thrown) {
      const first = thrown instanceof Problem && thrown.slug === 'not-found' ? Number(thrown.fields['first']) : NaN;
      if (Number.isSafeInteger(first) && first > offset) return { passedBy: first };
      throw thrown;
    }
  }

  /** One record; undefined when the log has it no more. */
  async entry(at: TopicPartition, offset: number): Promise<LogEntry | undefined> {
    const batch = await this.stretch(at, offset);
    return 'passedBy' in batch ? undefined : batch.entries.find((entry) => entry.offset === offset);
  }

  private keep(name: string, batch: LogBatch): void {
    this.batches.delete(name);
    this.batches.set(name, batch);
    if (this.batches.size > batchesMax) this.batches.delete(this.batches.keys().next().value!);
  }
}

import type { LogPosition } from '@kruispunt/event';
import type { HeaderFilter, LogAdmin, LogBatch, LogEntry, LogReader } from '@kruispunt/kafka';
import { Problem } from '@kruispunt/problem';

/** A stretch of one partition: `from` inclusive, `to` exclusive. */
export interface Stretch {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** One read ahead of the one that is worked on: at most twice this in memory per scan. */
const scanBytesMax = 1_048_576;
/** What an entry may well take: a read of a few asks for no more. */
const entryBytes = 4_096;

/** The stretches of some topics that hold what was logged in [from, to), behind the place `after`, as the log stands now. Topics in order; instants in ms. */
export async function stretchesOf(
  admin: LogAdmin,
  topics: readonly string[],
  range: { readonly from?: number; readonly to?: number; readonly after?: LogPosition | undefined },
): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  const { after } = range;
  for (const topic of topics) {
    if (after !== undefined && topic < after.topic) continue;
    const partitions = [...(await admin.offsets(topic))].sort((a, b) => a.partition - b.partition);
    for (const { partition, first, next } of partitions) {
      const isThere = topic === after?.topic;
      if (isThere && partition < after.partition) continue;
      const past = isThere && partition === after.partition ? after.offset + 1 : 0;
      const from = range.from === undefined ? first : await admin.offsetAt(topic, partition, range.from);
      // `to` is compared again per event: the log's own times may run back a little.
      stretches.push({ topic, partition, from: Math.max(from, first, past), to: next });
    }
  }
  return stretches;
}

/** A part of a stretch: the wanted entries below `next`. */
export type ScannedPart = Pick<LogBatch, 'entries' | 'next'>;

/** Reads one stretch, part by part, in log order; with `only`, what bears another header is passed over unread. So is what retention took from its beginning. */
export async function* scanStretch(
  reader: LogReader,
  stretch: Stretch,
  only?: HeaderFilter,
): AsyncGenerator<ScannedPart> {
  const readFrom = (offset: number) => ahead(reader, { ...stretch, offset, only });
  let reading = readFrom(stretch.from);
  for (let offset = stretch.from; offset < stretch.to;) {
    const batch = await reading;
    if (batch === undefined || batch.next <= offset) return;
    offset = batch.next;
    if (offset < stretch.to) reading = readFrom(offset);
    yield batch;
  }
}

interface ReadAt {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly to?: number;
  readonly maxBytes?: number;
  readonly only?: HeaderFilter | undefined;
}

/** Begins a read; whoever stops scanning leaves it behind, so that its fault is nobody's. */
function ahead(reader: LogReader, at: ReadAt & { readonly to: number }): ReturnType<typeof readOrFirst> {
  const reading = at.offset < at.to ? readOrFirst(reader, at) : Promise.resolve(undefined);
  reading.catch(() => undefined);
  return reading;
}

async function readOrFirst(reader: LogReader, at: ReadAt): Promise<LogBatch | undefined> {
  const { topic, partition, to, only, maxBytes = scanBytesMax } = at;
  const read = (offset: number) => reader.read({ topic, partition, offset, to, only, maxBytes, maxWaitMs: 0 });
  try {
    return await read(at.offset);
  } catch (thrown) {
    const first = thrown instanceof Problem && thrown.slug === 'not-found' ? Number(thrown.fields['first']) : NaN;
    if (!Number.isSafeInteger(first)) throw thrown;
    return first > at.offset ? read(first) : undefined;
  }
}

/** Entries at given offsets of one partition, in order; undefined where the log has none any more. */
export async function entriesAt(
  reader: LogReader,
  topic: string,
  partition: number,
  offsets: readonly number[],
): Promise<(LogEntry | undefined)[]> {
  const found = new Map<number, LogEntry>();
  const wanted = [...offsets].sort((a, b) => a - b);
  let readTo = -1;
  for (const offset of wanted) {
    if (offset < readTo) continue;
    const to = wanted.at(-1)! + 1;
    const maxBytes = Math.min(scanBytesMax, (to - offset) * entryBytes);
    const batch = await readOrFirst(reader, { topic, partition, offset, to, maxBytes });
    readTo = batch === undefined ? offset + 1 : Math.max(batch.next, offset + 1);
    for (const entry of batch?.entries ?? []) found.set(entry.offset, entry);
  }
  return offsets.map((offset) => found.get(offset));
}

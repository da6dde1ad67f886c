import type { EventType, SchemaIds } from '@kruispunt/contracts';
import type { DuplicateWindow, Matcher } from '@kruispunt/delivery';
import { fromEntry, type Quarantine, type StoredEvent } from '@kruispunt/event';
import type { LogEntry } from '@kruispunt/kafka';
import type { Problem } from '@kruispunt/problem';
import type { Judge } from './judge.js';

/** A record that somebody may want, read and looked up once for all of them. `event` undefined: it cannot be decoded. */
export interface Prepared {
  readonly entry: LogEntry;
  readonly eventId: string;
  readonly ceType: string;
  readonly source: string;
  readonly key: string;
  readonly bytes: number;
  readonly read:
    | { readonly event: StoredEvent; readonly type: EventType }
    | { readonly event?: undefined; readonly because: Problem };
  /** The subscriptions for which a subject of it is registered. */
  readonly registered: ReadonlySet<string>;
  /** This (source, id) stood in the log before. */
  readonly duplicate: boolean;
}

export interface PrepareParts {
  readonly schemaIds: SchemaIds;
  readonly judge: Judge;
  /** Takes what cannot be decoded, whichever reader meets it: live or behind. */
  readonly quarantine: Quarantine;
  /** True when the record at `first` is really the same event: the window only suspects. */
  readonly isSame: (entry: LogEntry, first: number) => Promise<boolean>;
}

/** The name under which delivery claims partitions and sets records apart. */
export const consumer = 'delivery';

/** Those that read here and ask for a type; undefined or nobody: it need not be decoded. */
export type AskedBy = (type: string) => readonly Matcher[] | undefined;

/** From a stretch of the log, what somebody asks for. Types are told from the headers; only what somebody may want is decoded, and what cannot be is set apart. */
export async function prepare(
  parts: PrepareParts,
  entries: readonly LogEntry[],
  askedBy: AskedBy,
  window: DuplicateWindow,
): Promise<readonly Prepared[]> {
  const seen = entries.map((entry) =>
    window.seenBefore(entry.headers['ce_source'] ?? '', entry.headers['ce_id'] ?? '', entry.offset),
  );
  const wanted = entries.flatMap((entry, i) =>
    (askedBy(entry.headers['ce_type'] ?? '')?.length ?? 0) > 0 ? [{ entry, first: seen[i] }] : [],
  );
  if (wanted.length === 0) return [];
  const reads = wanted.map(({ entry }) => readEntry(entry, parts.schemaIds));
  const unread = reads.flatMap((read, i) =>
    read.event ? [] : [{ ...wanted[i]!.entry, consumer, because: read.because }],
  );
  if (unread.length > 0) await parts.quarantine.put(unread);
  const types = new Set(wanted.map(({ entry }) => entry.headers['ce_type'] ?? ''));
  const registered = await parts.judge.registeredFor(
    reads.map((read) => read.event),
    [...types].flatMap((type) => [askedBy(type) ?? []]),
  );
  const same = new Map<number, boolean>();
  for (const { entry, first } of wanted) {
    if (first !== undefined) same.set(entry.offset, await parts.isSame(entry, first));
  }
  return wanted.map(({ entry }, i) => ({
    entry,
    eventId: entry.headers['ce_id'] ?? '',
    ceType: entry.headers['ce_type'] ?? '',
    source: entry.headers['ce_source'] ?? '',
    key: entry.key?.toString('utf8') ?? '',
    bytes: (entry.value?.length ?? 0) + 512,
    read: reads[i]!,
    registered: registered[i]!,
    duplicate: same.get(entry.offset) === true,
  }));
}

export function readEntry(entry: LogEntry, schemaIds: SchemaIds): Prepared['read'] {
  const read = fromEntry(entry, schemaIds);
  return read.kind === 'event' ? { event: read.event, type: read.type } : { because: read.because };
}

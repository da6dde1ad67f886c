import { createHash } from 'node:crypto';
import { sourceOwner, type LoggedRecord } from '@kruispunt/event';
import type { IndexedEvent } from '@kruispunt/postgres';

/**
 * What the index keeps of a stretch of the log: one row per record that carries an event. Headers only, nothing is decoded. Records
 * without the headers of an event (tombstones too) give none; `strays` sets them apart.
 */
export const indexBatch = (entries: readonly LoggedRecord[]): readonly IndexedEvent[] =>
  entries.map(rowOf).filter((row) => row !== undefined);

function rowOf({ topic, partition, offset, key, value, headers, timestamp }: LoggedRecord): IndexedEvent | undefined {
  const { ce_id: eventId, ce_source: source, ce_type: type, ce_time: time } = headers;
  if (value === null || !storable(eventId) || !storable(source) || !storable(type)) return undefined;
  const saidAt = Date.parse(time ?? '');
  return {
    topic,
    partition,
    offset,
    eventId,
    source,
    type,
    key: key === null ? '' : withoutNul(new TextDecoder().decode(key)),
    time: Number.isNaN(saidAt) ? timestamp : saidAt,
    loggedAt: timestamp,
    valueSha256: createHash('sha256').update(value).digest('hex'),
    organisation: sourceOwner(source),
  };
}

// Foreign writers may put anything into a header. Postgres refuses NUL in a text, and 2 704 bytes in an index key.
const storable = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && text.length <= 512 && !text.includes('\0') && text.isWellFormed();

const withoutNul = (text: string): string => text.replaceAll('\0', '').slice(0, 512);

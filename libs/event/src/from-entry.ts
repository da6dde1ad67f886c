import type { EventType, SchemaIds } from '@kruispunt/contracts';
import { Problem, problem } from '@kruispunt/problem';
import type { LogPosition, StoredEvent } from './envelope.js';
import { unframe } from './frame.js';
import { envelopeOf } from './headers.js';

/** A record as any Kafka client read it. `timestamp` is ms since the epoch. */
export interface LoggedRecord extends LogPosition {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

const utf8 = new TextDecoder();

export type Decoded =
  | { readonly kind: 'event'; readonly event: StoredEvent; readonly type: EventType }
  | { readonly kind: 'undecodable'; readonly because: Problem };

/**
 * Reads a record back. Never throws: bad framing, an unknown schema id, a `ce_type` that is not the schema's, missing headers,
 * a tombstone and bytes that do not decode are all `undecodable`, with `at` naming the part and never its content.
 */
export function fromEntry(entry: LoggedRecord, schemaIds: SchemaIds): Decoded {
  if (entry.value === null) return undecodable('value', 'a tombstone');
  const framed = unframe(entry.value);
  if (framed === undefined) return undecodable('value', 'not in Confluent framing');
  const type = schemaIds.typeOf(framed.schemaId);
  if (type === undefined) return undecodable('value', `schema id ${framed.schemaId} is not known here`);
  if (entry.headers['ce_type'] !== type.type)
    return undecodable('ce_type', `missing, or not the type of schema id ${framed.schemaId}`);
  const data = decode(type, framed.avro);
  if (data instanceof Problem) return { kind: 'undecodable', because: data };
  const envelope = envelopeOf(entry.headers, data.payload);
  if (envelope === undefined)
    return undecodable('headers', 'a required ce_ header is missing or ce_specversion is not 1.0');
  const { topic, partition, offset } = entry;
  const key = entry.key === null ? '' : utf8.decode(entry.key);
  return {
    kind: 'event',
    event: { envelope, key, position: { topic, partition, offset }, loggedAt: entry.timestamp },
    type,
  };
}

const undecodable = (at: string, reason: string): Decoded => ({
  kind: 'undecodable',
  because: problem('undecodable', { at, reason }),
});

function decode(type: EventType, avro: Uint8Array): { readonly payload: unknown } | Problem {
  try {
    return { payload: type.codec.decode(avro) };
  } catch (thrown) {
    return thrown instanceof Problem
      ? thrown
      : problem('undecodable', { at: 'value', reason: `not a ${type.record}` }, thrown);
  }
}

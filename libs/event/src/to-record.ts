import type { EventType, SchemaIds } from '@kruispunt/contracts';
import { problem } from '@kruispunt/problem';
import type { Envelope } from './envelope.js';
import type { LogRecord } from './event-log.js';
import { frame } from './frame.js';
import { toHeaders } from './headers.js';
import { subjectKey } from './subject-key.js';

/** The name of a contract version as `dataschema`: absolute, stable, without a host. */
export const dataschemaOf = (type: EventType<never> | EventType): string => `urn:kruispunt:schema:${type.type}`;

/**
 * One event as the log stores it: CloudEvents Kafka binding in binary mode, Confluent framing, keyed by subject.
 * `kpgegevensklasse` and `dataschema` come from the catalogue, whatever the envelope says.
 * Throws `invalid-envelope` (no subject, so no key; or another type), `schema-mismatch` (the payload does not fit) and
 * `registry-unavailable` (the type is not registered).
 */
export function toRecord<P>(envelope: Envelope<P>, type: EventType<P>, schemaIds: SchemaIds): LogRecord {
  const key = subjectKey(envelope.subject ?? '');
  if (key === '')
    throw problem('invalid-envelope', {
      at: 'subject',
      reason: 'no key: the subject is missing or ends in a separator',
    });
  if (envelope.type !== type.type) throw problem('invalid-envelope', { at: 'type', reason: `expected ${type.type}` });
  const known = { ...envelope, kpgegevensklasse: type.klasse, dataschema: dataschemaOf(type) };
  return {
    topic: type.topic,
    key,
    value: frame(schemaIds.idOf(type), type.codec.encode(envelope.data)),
    headers: toHeaders(known, 'application/avro'),
  };
}

import { describe, expect, it } from '@jest/globals';
import type { EventType, SchemaIds } from '@kruispunt/contracts';
import { problem } from '@kruispunt/problem';
import fc from 'fast-check';
import { frame, fromEntry, subjectKey, toRecord, unframe, type Envelope, type LoggedRecord } from './index.js';

interface Note {
  readonly text: string;
}

/** A contract whose body is JSON text: enough for framing and headers. */
const noteV1: EventType<Note> = {
  type: 'be.vlaanderen.test.note-written.v1',
  version: 1,
  name: 'NoteWrittenV1',
  record: 'be.vlaanderen.test.v1.NoteWritten',
  topic: 'be.vlaanderen.test.note.v1',
  klasse: 'INTERN',
  schema: {},
  registrySubject: 'be.vlaanderen.test.note.v1-be.vlaanderen.test.v1.NoteWritten',
  fields: [],
  codec: {
    encode: (payload) => new TextEncoder().encode(JSON.stringify(payload)),
    decode: (body) => {
      try {
        return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Note;
      } catch (cause) {
        throw problem('undecodable', { at: 'value' }, cause);
      }
    },
    check: (json) => ({ ok: true, value: json as Note }),
  },
};
const schemaIds: SchemaIds = { idOf: () => 7, typeOf: (id) => (id === 7 ? noteV1 : undefined) };

const envelope: Envelope<Note> = {
  specversion: '1.0',
  id: 'e-1',
  source: 'urn:be:kbo:0999990024:systeem:burgerzaken',
  type: noteV1.type,
  subject: 'urn:kruispunt:dossier:VH-2026-000123',
  time: '2026-03-02T10:15:00+01:00',
  kpcorrelationid: 'c-1',
  data: { text: 'hallo' },
};

const entryOf = (changes: Partial<LoggedRecord> = {}): LoggedRecord => {
  const record = toRecord(envelope, noteV1, schemaIds);
  return {
    topic: record.topic,
    partition: 3,
    offset: 41,
    key: new TextEncoder().encode(record.key),
    value: record.value,
    headers: record.headers,
    timestamp: 1_000,
    ...changes,
  };
};

describe('a record in the log', () => {
  it('comes back as the event that was written, with class and schema from the catalogue', () => {
    const decoded = fromEntry(entryOf(), schemaIds);
    expect(decoded).toEqual({
      kind: 'event',
      type: noteV1,
      event: {
        envelope: { ...envelope, kpgegevensklasse: 'INTERN', dataschema: `urn:kruispunt:schema:${noteV1.type}` },
        key: 'VH-2026-000123',
        position: { topic: noteV1.topic, partition: 3, offset: 41 },
        loggedAt: 1_000,
      },
    });
  });

  it('carries the CloudEvents Kafka binding in binary mode', () => {
    expect(toRecord(envelope, noteV1, schemaIds)).toMatchObject({
      topic: noteV1.topic,
      key: 'VH-2026-000123',
      headers: {
        'content-type': 'application/avro',
        ce_id: 'e-1',
        ce_type: noteV1.type,
        ce_specversion: '1.0',
        ce_kpcorrelationid: 'c-1',
      },
    });
  });

  it('leaves attributes that are not on the list out of the headers', () => {
    const record = toRecord({ ...envelope, secret: 'x' } as Envelope<Note>, noteV1, schemaIds);
    expect(Object.keys(record.headers)).not.toContain('ce_secret');
  });

  it('is refused without a subject, because it would have no key', () => {
    const { subject: _, ...without } = envelope;
    expect(() => toRecord(without, noteV1, schemaIds)).toThrow(expect.objectContaining({ slug: 'invalid-envelope' }));
    expect(() => toRecord({ ...envelope, subject: 'urn:x:' }, noteV1, schemaIds)).toThrow(
      expect.objectContaining({ slug: 'invalid-envelope' }),
    );
  });

  it.each([
    ['a tombstone', { value: null }],
    ['bytes without framing', { value: new TextEncoder().encode('{}') }],
    ['too few bytes', { value: new Uint8Array([0, 0]) }],
    ['an unknown schema id', { value: frame(8, new Uint8Array([1])) }],
    ['a body that does not decode', { value: frame(7, new Uint8Array([0xff])) }],
    ['another type in the header', { headers: { ...entryOf().headers, ce_type: 'be.vlaanderen.other.v1' } }],
    ['no headers at all', { headers: {} }],
    ['a missing id', { headers: { ...entryOf().headers, ce_id: '' } }],
    ['another specversion', { headers: { ...entryOf().headers, ce_specversion: '0.3' } }],
  ])('is undecodable, as a value, for %s', (_, changes) => {
    expect(fromEntry(entryOf(changes), schemaIds)).toMatchObject({
      kind: 'undecodable',
      because: { slug: 'undecodable' },
    });
  });

  it('never throws on any bytes and any headers', () => {
    const headers = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('ce_id', 'ce_type', 'ce_source', 'ce_time')),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.option(fc.uint8Array()), headers, fc.option(fc.uint8Array()), (value, headers, key) => {
        expect(['event', 'undecodable']).toContain(fromEntry(entryOf({ value, headers, key }), schemaIds).kind);
      }),
    );
  });
});

describe('framing', () => {
  it('round-trips every schema id and body', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.uint8Array(), (schemaId, avro) => {
        expect(unframe(frame(schemaId, avro))).toEqual({ schemaId, avro });
      }),
    );
  });
});

describe('the subject key', () => {
  it.each([
    ['urn:kruispunt:persoon:9f3b', '9f3b'],
    ['https://data.vlaanderen.be/id/adres/3064179', '3064179'],
    ['bare', 'bare'],
    ['urn:x:', ''],
  ])('of %s is %s', (subject, key) => expect(subjectKey(subject)).toBe(key));
});

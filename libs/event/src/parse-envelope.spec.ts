import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseBatch, parseBinary, parseStructured, publishLimits } from './parse-envelope.js';

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const attributes = {
  specversion: '1.0',
  id: '018f7c1e-6d2a-7c44-9b1e-1f0a2b3c4d5e',
  source: 'urn:be:kbo:0999990024:systeem:burgerzaken',
  type: 'be.vlaanderen.persoon.gegeven-gemuteerd.v1',
  subject: 'urn:kruispunt:persoon:9f3b',
  time: '2026-03-02T10:15:00+01:00',
  kpgemeentenis: '24055',
};
const data = { informatietype: 'IT020' };
const structured = (changes: Record<string, unknown> = {}) =>
  parseStructured(bytes({ ...attributes, data, ...changes }), publishLimits);
const headersOf = (changes: Record<string, string | string[]> = {}) => ({
  'content-type': 'application/json',
  ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value])),
  ...changes,
});

describe('an event that comes in', () => {
  it('is the same in binary, structured and batch mode', () => {
    const event = { attributes, payload: { kind: 'json', value: data } };
    expect(structured()).toEqual({ kind: 'parsed', event });
    expect(parseBinary(headersOf(), bytes(data), publishLimits)).toEqual({ kind: 'parsed', event });
    expect(parseBatch(bytes([{ ...attributes, data }]), publishLimits)).toEqual({
      kind: 'batch',
      items: [{ kind: 'parsed', event }],
    });
  });

  it('may carry Avro: as the body, or as base64', () => {
    const avro = { kind: 'avro', bytes: new Uint8Array([0, 1, 255]) };
    expect(
      parseBinary(headersOf({ 'content-type': 'application/avro' }), new Uint8Array([0, 1, 255]), publishLimits),
    ).toMatchObject({ event: { payload: avro } });
    expect(structured({ data: undefined, data_base64: 'AAH/', datacontenttype: 'application/avro' })).toMatchObject({
      event: { payload: avro },
    });
  });

  it('may lack time, which the gateway fills in; null counts as absent', () => {
    expect(structured({ time: null })).toMatchObject({ kind: 'parsed' });
    expect(structured({ time: undefined })).toMatchObject({ kind: 'parsed' });
  });

  it('has its headers percent-decoded', () => {
    expect(parseBinary(headersOf({ 'ce-id': 'caf%C3%A9%20%25' }), bytes(data), publishLimits)).toMatchObject({
      event: { attributes: { id: 'café %' } },
    });
  });

  it.each([
    ['specversion', '0.3'],
    ['specversion', undefined],
    ['id', ''],
    ['id', undefined],
    ['id', 'x'.repeat(257)],
    ['id', 7],
    ['id', 'a\u0000b'],
    ['source', 'with space'],
    ['source', 'urn:%zz'],
    ['type', 'no spaces please'],
    ['subject', undefined],
    ['subject', 'urn:x:'],
    ['time', '2026-02-30T10:00:00Z'],
    ['time', '2026-03-02 10:00:00Z'],
    ['time', 'yesterday'],
    ['time', '2026-03-02T10:00:60Z'],
    ['dataschema', 'relative'],
    ['kpgemeentenis', '2405'],
    ['traceparent', 'abc'],
    ['Upper', 'x'],
    ['snake_case', 'x'],
    ['averyveryverylongname1', 'x'],
    ['unheardof', 'x'],
    ['partitionkey', 'x'],
    ['datacontenttype', 3],
    ['kpdossier', { a: 1 }],
  ])('is refused at %s when it is %j', (name, value) => {
    expect(structured({ [name]: value })).toMatchObject({
      kind: 'refused',
      because: { slug: 'invalid-envelope', fields: { at: name } },
    });
  });

  it.each([
    ['id', '85661500150'],
    ['id', 'x-85.66.15-001.50'],
    ['source', 'urn:be:kbo:0999990024:85661500150'],
    ['subject', 'urn:persoon:85661500150'],
    ['subject', 'urn:persoon:8%3566150%30150'],
    ['kpdossier', 'VH-85661500150'],
    ['kpcorrelationid', '856615-00150'],
    ['unheardof', '85661500150'],
    ['dataref', 'https://example.org/personen/85661500150'],
    ['type', 'be.85661500150'],
    ['traceparent', '85661500150'],
  ])('is refused when a national number, even a test number, stands in %s', (name, value) => {
    expect(structured({ [name]: value })).toMatchObject({ because: { slug: 'insz-in-context', fields: { at: name } } });
  });

  it('is refused, with the number masked, when it stands in the name of an attribute', () => {
    expect(structured({ insz85661500150: 'x' })).toMatchObject({
      because: { slug: 'insz-in-context', fields: { at: 'insz***' } },
    });
  });

  it.each([
    ['data beside data_base64', { data_base64: 'AAH/' }, 'invalid-envelope'],
    ['no data', { data: undefined }, 'invalid-envelope'],
    ['broken base64', { data: undefined, data_base64: '***' }, 'invalid-envelope'],
    ['Avro as a JSON value', { datacontenttype: 'application/avro' }, 'invalid-envelope'],
    ['another content type', { datacontenttype: 'text/plain' }, 'unsupported-content-type'],
    ['another charset', { datacontenttype: 'application/json; charset=latin1' }, 'unsupported-content-type'],
  ])('is refused for %s', (_, changes, slug) => expect(structured(changes)).toMatchObject({ because: { slug } }));

  it('is refused in binary mode for a repeated header, a raw non-ASCII one, or a body that is not JSON', () => {
    expect(parseBinary(headersOf({ 'ce-id': ['a', 'b'] }), bytes(data), publishLimits)).toMatchObject({
      because: { slug: 'invalid-envelope' },
    });
    expect(parseBinary(headersOf({ 'ce-id': 'caf\u00e9' }), bytes(data), publishLimits)).toMatchObject({
      because: { slug: 'invalid-envelope' },
    });
    expect(parseBinary(headersOf(), bytes('{'), publishLimits)).toMatchObject({ because: { slug: 'not-json' } });
    expect(parseBinary(headersOf({ 'content-type': 'text/csv' }), bytes('a'), publishLimits)).toMatchObject({
      because: { slug: 'unsupported-content-type' },
    });
  });

  it('is refused by size, with the limit in the problem', () => {
    const big = 'x'.repeat(publishLimits.eventBytesMax);
    expect(structured({ data: big })).toMatchObject({
      because: { slug: 'event-too-large', fields: { limit: 262_144 } },
    });
    expect(parseStructured(new Uint8Array(1_048_577), publishLimits)).toMatchObject({
      because: { slug: 'body-too-large' },
    });
    expect(
      parseBatch(
        bytes([
          { ...attributes, data },
          { ...attributes, data: big },
        ]),
        publishLimits,
      ),
    ).toMatchObject({
      items: [{ kind: 'parsed' }, { because: { slug: 'event-too-large' } }],
    });
  });

  it('never makes the parsers throw, whatever JSON or bytes it is', () => {
    const event = fc.record(
      { ...Object.fromEntries(Object.keys(attributes).map((name) => [name, fc.jsonValue()])), data: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const batch = parseBatch(bytes(events), publishLimits);
        expect(batch.kind === 'batch' ? batch.items.length : 0).toBe(events.length);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), fc.dictionary(fc.string(), fc.string()), (body, headers) => {
        for (const parsed of [
          parseStructured(body, publishLimits),
          parseBatch(body, publishLimits),
          parseBinary(headers, body, publishLimits),
        ]) {
          expect(['parsed', 'batch', 'refused']).toContain(parsed.kind);
        }
      }),
    );
  });
});

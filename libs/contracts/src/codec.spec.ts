import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '@kruispunt/problem';
import { AvroCodec } from './codec.js';
import { eventTypes, ev } from './generated/event-types.js';
import { itemsMax, payloadBytesMax } from './limits.js';
import { readerOf } from './reader-of.js';

const schemas = join(import.meta.dirname, '../../../schemas');
const example = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(schemas, path, 'v1.example.json'), 'utf8')) as Record<string, unknown>;
const goldens = eventTypes.map((eventType) => {
  const [, , domain, name] = eventType.type.split('.');
  return { eventType, bytes: readFileSync(join(schemas, domain!, name!, 'v1.golden.avro')) };
});

/** The slug of what `act` throws; fails the test for anything that is no Problem. */
function slugOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Problem);
    return (thrown as Problem).slug;
  }
}

/** Zig-zag varint of a non-negative number or its negative. */
function varint(value: number): number[] {
  let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  const bytes: number[] = [];
  for (; zigzag >= 128; zigzag = Math.floor(zigzag / 128)) bytes.push((zigzag % 128) + 128);
  return [...bytes, zigzag];
}

const codecOf = (schema: unknown) => new AvroCodec<unknown>({ type: 'spec', version: 1 }, () => schema);
const recordOf = (type: unknown) => ({ type: 'record', name: 'Spec', fields: [{ name: 'f', type }] });

describe('decode', () => {
  it('gives an event or says undecodable, whatever the bytes', () => {
    const anyType = fc.constantFrom(...eventTypes);
    fc.assert(
      fc.property(anyType, fc.uint8Array({ maxLength: 400 }), (eventType, bytes) => {
        expect([undefined, 'undecodable']).toContain(slugOf(() => eventType.codec.decode(bytes)));
      }),
      { numRuns: 3000 },
    );
  });

  it('gives an event that fits its schema, or says undecodable, for golden bytes that were damaged', () => {
    const damage = fc.record({
      golden: fc.constantFrom(...goldens),
      at: fc.nat(),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
      kind: fc.constantFrom('overwrite', 'insert', 'cut'),
    });
    fc.assert(
      fc.property(damage, ({ golden: { eventType, bytes: whole }, at, bytes, kind }) => {
        const from = at % whole.length;
        const damaged =
          kind === 'cut'
            ? whole.subarray(0, from)
            : Buffer.concat([
                whole.subarray(0, from),
                bytes,
                whole.subarray(kind === 'insert' ? from : from + bytes.length),
              ]);
        let decoded: unknown;
        if (slugOf(() => (decoded = eventType.codec.decode(damaged))) === undefined) {
          expect(eventType.codec.check(JSON.parse(JSON.stringify(decoded)))).toMatchObject({ ok: true });
        }
      }),
      { numRuns: 4000 },
    );
  });

  it.each([
    ['ten million items of nothing', recordOf({ type: 'array', items: 'null' }), [...varint(10_000_000), 0]],
    ['ten million items in a sized block', recordOf({ type: 'array', items: 'null' }), [...varint(-10_000_000), 0, 0]],
    ['ten million entries', recordOf({ type: 'map', values: 'null' }), [...varint(10_000_000), 0]],
    [
      'many small blocks',
      recordOf({ type: 'array', items: 'null' }),
      [...Array.from({ length: 11 }, () => varint(1000)).flat(), 0],
    ],
    [
      'lists in a list',
      recordOf({ type: 'array', items: { type: 'array', items: 'null' } }),
      [...varint(5000), ...Array.from({ length: 5000 }, () => [...varint(5000), 0]).flat(), 0],
    ],
    ['a text longer than the bytes', recordOf('string'), [...varint(2 ** 31), 65]],
    ['a negative length', recordOf('string'), varint(-1)],
    ['broken UTF-8', recordOf('string'), [...varint(2), 0xc3, 0x28]],
    ['an overlong UTF-8 slash', recordOf('string'), [...varint(2), 0xc0, 0xaf]],
    ['a UTF-8 surrogate', recordOf('string'), [...varint(3), 0xed, 0xa0, 0x80]],
    ['a number with eleven bytes', recordOf('long'), Array.from({ length: 11 }, () => 0xff)],
    ['a number beyond 2^53', recordOf('long'), varint(2 ** 53)],
    ['an int beyond 32 bits', recordOf('int'), varint(2 ** 31)],
    ['a boolean that is two', recordOf('boolean'), [2]],
    ['a union branch that is not there', recordOf(['null', 'string']), varint(2)],
    ['a negative union branch', recordOf(['null', 'string']), varint(-1)],
    ['a symbol that is not there', recordOf({ type: 'enum', name: 'E', symbols: ['A'] }), varint(1)],
    ['a date after the year 9999', recordOf({ type: 'int', logicalType: 'date' }), varint(2_932_897)],
    [
      'a block that is not as long as it says',
      recordOf({ type: 'array', items: 'int' }),
      [...varint(-1), ...varint(2), 0, 0],
    ],
    [
      'a map key that is __proto__',
      recordOf({ type: 'map', values: 'int' }),
      [...varint(1), ...varint(9), ...Buffer.from('__proto__'), 2, 0],
    ],
    ['bytes after the end', recordOf('int'), [0, 0]],
    ['nothing', recordOf('int'), []],
  ])('says undecodable for %s', (_name, schema, bytes) => {
    expect(slugOf(() => codecOf(schema).decode(Uint8Array.from(bytes)))).toBe('undecodable');
  });

  it('says undecodable beyond 256 KiB without reading further', () => {
    expect(slugOf(() => codecOf(recordOf('string')).decode(new Uint8Array(payloadBytesMax + 1)))).toBe('undecodable');
  });

  it('says undecodable for a record that holds itself deeper than 32 times', () => {
    const nest = { type: 'record', name: 'Nest', fields: [{ name: 'in', type: ['null', 'Nest'] }] };
    expect(slugOf(() => codecOf(nest).decode(Uint8Array.from([2, 2, 2, 0])))).toBeUndefined();
    expect(slugOf(() => codecOf(nest).decode(Uint8Array.from([...Array.from({ length: 40 }, () => 2), 0])))).toBe(
      'undecodable',
    );
  });

  it('never puts a payload into the problem', () => {
    const canary = Buffer.from('geheim-van-een-persoon');
    const bytes = Buffer.concat([Buffer.from(varint(canary.length)), canary, Buffer.from([1])]);
    try {
      codecOf(recordOf('string')).decode(bytes);
    } catch (thrown) {
      expect(JSON.stringify((thrown as Problem).fields)).not.toContain('geheim');
      expect(String((thrown as Problem).stack)).not.toContain('geheim');
    }
    expect.assertions(2);
  });
});

describe('encode', () => {
  const move = example('bevolking/adreswijziging-aangegeven');

  it('gives bytes that a later encode does not touch', () => {
    const first = ev.AdreswijzigingAangegevenV1.codec.encode(move as never);
    const copy = Buffer.from(first);
    ev.AdreswijzigingAangegevenV1.codec.encode({ ...move, dossier: 'x'.repeat(1000) } as never);
    expect(copy.equals(first)).toBe(true);
  });

  it('takes payloads larger than its pool, up to the limit', () => {
    const large = { ...move, dossier: 'é'.repeat(100_000) };
    expect(
      ev.AdreswijzigingAangegevenV1.codec.decode(ev.AdreswijzigingAangegevenV1.codec.encode(large as never)),
    ).toEqual(large);
    const tooLarge = { ...move, dossier: 'x'.repeat(payloadBytesMax) };
    expect(slugOf(() => ev.AdreswijzigingAangegevenV1.codec.encode(tooLarge as never))).toBe('event-too-large');
  });

  it.each([
    ['/aangiftedatum', { aangiftedatum: '27/02/2026' }],
    ['/subjectPseudoniemen/1', { subjectPseudoniemen: ['a', 7] }],
    ['/onbekend', { onbekend: 1 }],
    ['/nisNieuw', { nisNieuw: null }],
  ])('says schema-mismatch with the place %s', (at, change) => {
    try {
      ev.AdreswijzigingAangegevenV1.codec.encode({ ...move, ...change } as never);
    } catch (thrown) {
      expect(thrown).toMatchObject({ slug: 'schema-mismatch', fields: { at } });
    }
    expect.assertions(1);
  });
});

describe('check', () => {
  const address = example('adressenregister/adres-gewijzigd');
  const checked = (change: Record<string, unknown>) => ev.AdresGewijzigdV1.codec.check({ ...address, ...change });

  it.each([
    ['a field the schema does not have', { onbekend: true }, '/onbekend'],
    ['a field named __proto__', JSON.parse('{"__proto__": 1}') as Record<string, unknown>, ''],
    [
      'a wrong type in a record in a list',
      { geometrie: [{ type: 'Punt', epsg: '31370', gml: '' }] },
      '/geometrie/0/epsg',
    ],
    [
      'a stranger in a record in a list',
      { geometrie: [{ type: 'Punt', epsg: 31370, gml: '', x: 1 }] },
      '/geometrie/0/x',
    ],
    ['a missing field in a record in a list', { attributen: [{ naam: 'a' }, {}] }, '/attributen/1/naam'],
    ['a value in no branch of a union', { attributen: [{ naam: 'a', nieuweWaarde: 7 }] }, '/attributen/0/nieuweWaarde'],
    [
      'a wrong item deep in a union',
      { attributen: [{ naam: 'a', nieuweWaarde: ['b', 7] }] },
      '/attributen/0/nieuweWaarde/1',
    ],
    ['a lone surrogate', { objectId: '\ud800' }, '/objectId'],
    ['null where there must be something', { id: null }, '/id'],
    ['an instant without offset', { tijdstipRegistratie: '2026-01-01T00:00:00' }, '/tijdstipRegistratie'],
    ['more items than allowed', { nisCodes: Array.from({ length: itemsMax + 1 }, () => '24055') }, '/nisCodes'],
  ])('refuses %s with its place', (_name, change, at) => {
    const verdict =
      at === ''
        ? ev.AdresGewijzigdV1.codec.check(JSON.parse(JSON.stringify(address).replace('{', '{"__proto__":1,')))
        : checked(change);
    expect(verdict).toMatchObject({ ok: false, at: at === '' ? '/__proto__' : at });
  });

  it.each([[null], [[]], ['text'], [7], [undefined]])('refuses %j, which is no record', (json) => {
    expect(ev.AdresGewijzigdV1.codec.check(json)).toMatchObject({ ok: false, at: '' });
  });

  it('fills what may be left out, and brings instants to UTC', () => {
    const { bronOorzaakId: _left, ...rest } = address;
    const verdict = ev.AdresGewijzigdV1.codec.check({ ...rest, tijdstipRegistratie: '2026-03-02T10:15:00+01:00' });
    expect(verdict).toMatchObject({
      ok: true,
      value: { bronOorzaakId: null, tijdstipRegistratie: '2026-03-02T09:15:00.000Z' },
    });
  });

  it('escapes a place as RFC 6901 says', () => {
    expect(checked({ 'a/b~c': 1 })).toMatchObject({ ok: false, at: '/a~1b~0c' });
  });

  it('lets pass exactly what encode takes, and gives back what decode gives', () => {
    fc.assert(
      fc.property(fc.constantFrom(...goldens), fc.nat(), fc.jsonValue(), ({ eventType, bytes }, field, value) => {
        const payload = JSON.parse(JSON.stringify(eventType.codec.decode(bytes))) as Record<string, unknown>;
        // As a body brings it: JSON text has a minus zero, an Avro int has not.
        payload[eventType.fields[field % eventType.fields.length]!.name] = JSON.parse(JSON.stringify(value)) as unknown;
        const verdict = eventType.codec.check(payload);
        if (!verdict.ok) expect(slugOf(() => eventType.codec.encode(payload))).toBe('schema-mismatch');
        else expect(eventType.codec.decode(eventType.codec.encode(verdict.value))).toEqual(verdict.value);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('another revision of a schema', () => {
  const later = structuredClone(ev.KetenGestartV1.schema) as { fields: Record<string, unknown>[] };
  later.fields.splice(1, 0, { name: 'nieuw', type: ['null', 'string'], default: null, doc: 'new', klasse: 'OPEN' });
  const newer = { ...ev.KetenGestartV1, schema: later, codec: codecOf(later) };
  const payload = example('keten/gestart');

  it('is read by an older process, which leaves out what it does not know', () => {
    const bytes = newer.codec.encode({ ...payload, nieuw: 'iets' });
    expect(readerOf(ev.KetenGestartV1, later)!.codec.decode(bytes)).toEqual(payload);
  });

  it('reads what an older process wrote, with the default for what that did not know', () => {
    const bytes = ev.KetenGestartV1.codec.encode(payload as never);
    expect(readerOf(newer, ev.KetenGestartV1.schema)!.codec.decode(bytes)).toEqual({ ...payload, nieuw: null });
  });

  it('is guarded like its own', () => {
    const reader = readerOf(ev.KetenGestartV1, later)!;
    expect(slugOf(() => reader.codec.decode(Uint8Array.from([...varint(10_000_000), 0])))).toBe('undecodable');
  });

  it('is not read when it does not resolve', () => {
    const other = structuredClone(ev.KetenGestartV1.schema) as { fields: unknown[] };
    other.fields.shift();
    expect(readerOf(ev.KetenGestartV1, other)).toBeUndefined();
    expect(readerOf(ev.KetenGestartV1, 'not-a-schema')).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '@kruispunt/clock';
import { catalogus, ev, gemeenten, type AdreswijzigingAangegevenV1, type SchemaIds } from '@kruispunt/contracts';
import { fromEntry } from '@kruispunt/event';
import { publishRulesFrom, type Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { InMemoryEventLog } from '@kruispunt/testkit';
import { sha256 } from '../receipt/receipt.js';
import { Accept, type Verdict } from './accept.js';

const type = ev.AdreswijzigingAangegevenV1;
const schemaIds: SchemaIds = { idOf: () => 42, typeOf: () => type };
const now = Date.parse('2026-03-02T09:20:00Z');
const kortenberg: Caller = {
  organisation: 'urn:be:kbo:0999990024',
  nis: ['24055'],
  scopes: ['kruispunt.publish'],
  subject: 'burgerzaken',
};
const payload: AdreswijzigingAangegevenV1 = {
  dossier: 'VH-2026-000123',
  subjectPseudoniemen: ['p1-6f3a9c0d5b7e41d2a8c4f0e1b2d3c4a5'],
  wijziging: 'ANDERE_GEMEENTE',
  aangiftedatum: '2026-02-27',
  betrekkingsdatum: null,
  nisOud: '24107',
  nisNieuw: '24055',
  adresRef: null,
  domiciliestatus: null,
  tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
};
const event = {
  specversion: '1.0',
  id: 'e-1',
  source: 'urn:be:kbo:0999990024:systeem:burgerzaken',
  type: type.type,
  subject: 'urn:kruispunt:dossier:VH-2026-000123',
  kpgemeentenis: '24055',
  data: payload,
};

const door = (options: { log?: InMemoryEventLog; testPersonsOnly?: boolean; schemaIds?: SchemaIds } = {}) => {
  const log = options.log ?? new InMemoryEventLog();
  const rules = publishRulesFrom(catalogus, gemeenten);
  const accept = new Accept({
    log,
    schemaIds,
    rules,
    clock: new VirtualClock(now),
    testPersonsOnly: false,
    ...options,
  });
  const send = (body: unknown, caller = kortenberg, mode = 'application/cloudevents+json') =>
    accept.run(caller, { 'content-type': mode }, new TextEncoder().encode(JSON.stringify(body)));
  const one = async (changes: Record<string, unknown>, caller = kortenberg): Promise<Verdict> =>
    (await send({ ...event, ...changes }, caller)).verdicts[0]!;
  const batch = (events: readonly unknown[]) => send(events, kortenberg, 'application/cloudevents-batch+json');
  return { log, accept, send, one, batch };
};

describe('the publishing door', () => {
  it('answers with the position and the digest of the bytes that the log holds', async () => {
    const { log, one } = door();
    const verdict = await one({});
    const record = log.records[0]!;
    expect(verdict).toEqual({
      kind: 'accepted',
      receipt: {
        eventId: 'e-1',
        source: event.source,
        type: type.type,
        topic: type.topic,
        partition: 0,
        offset: 0,
        valueSha256: sha256(record.value!),
        acceptedAt: '2026-03-02T09:20:00.000Z',
        org: 'urn:be:kbo:0999990024',
      },
    });
  });

  it('writes the same payload for JSON and for Avro, keyed by subject, with class and schema from the catalogue', async () => {
    const { log, accept, one } = door();
    await one({ kpgegevensklasse: 'OPEN', dataschema: 'https://example.org/other' });
    const { data: _, ...attributes } = event;
    const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
    await accept.run(kortenberg, { ...headers, 'content-type': 'application/avro' }, type.codec.encode(payload));
    const [json, avro] = log.records;
    expect(avro!.value).toEqual(json!.value);
    const entry = { ...json!, key: new TextEncoder().encode(json!.key), partition: 0, offset: 0, timestamp: now };
    expect(fromEntry(entry, schemaIds)).toMatchObject({
      kind: 'event',
      event: {
        key: 'VH-2026-000123',
        envelope: {
          kpgegevensklasse: 'PERSOON',
          dataschema: `urn:kruispunt:schema:${type.type}`,
          time: '2026-03-02T09:20:00.000Z',
          data: payload,
        },
      },
    });
  });

  it('keeps the time of an event that has one', async () => {
    const { log, one } = door();
    await one({ time: '2026-03-02T10:15:00+01:00' });
    expect(log.records[0]!.headers['ce_time']).toBe('2026-03-02T10:15:00+01:00');
  });

  it.each([
    ['unknown-type', { type: 'be.vlaanderen.bevolking.onbekend.v1' }, {}],
    ['unknown-version', { type: 'be.vlaanderen.bevolking.adreswijziging-aangegeven.v9' }, { versions: [type.type] }],
    ['schema-mismatch', { data: { ...payload, aangiftedatum: 'gisteren' } }, { at: '/aangiftedatum' }],
    ['schema-mismatch', { data: { ...payload, extra: 1 } }, { at: '/extra' }],
    ['schema-mismatch', { data: undefined, data_base64: 'AAEC', datacontenttype: 'application/avro' }, {}],
    ['insz-in-context', { kpdossier: '85661500150' }, { at: 'kpdossier' }],
    ['invalid-envelope', { kpreplay: 'r-1' }, { at: 'kpreplay' }],
    ['foreign-territory', { data: { ...payload, nisNieuw: '11002' } }, { nis: '11002' }],
    ['foreign-territory', { kpgemeentenis: '11002' }, { nis: '11002' }],
    ['source-not-allowed', { source: 'urn:be:kbo:0999990123:systeem:burgerzaken' }, {}],
    ['source-not-allowed', { source: 'urn:be:ovo:OVO000001:systeem:0999990024' }, {}],
    ['source-not-allowed', { source: 'https://elders.example/0999990024' }, {}],
    [
      'type-not-allowed',
      {
        type: 'be.vlaanderen.bevolking.woonstcontrole-uitgevoerd.v1',
        data: {
          dossier: 'VH-2026-000123',
          resultaat: 'BEVESTIGD',
          controledatum: '2026-03-01',
          pogingen: 1,
          verslagRef: 'v-1',
          politiezone: '5388',
          tijdstipRegistratie: '2026-03-02T09:15:00Z',
        },
      },
      {},
    ],
  ])('refuses with %s, and the log sees nothing', async (slug, changes, fields) => {
    const { log, one } = door();
    expect(await one(changes)).toMatchObject({ kind: 'refused', because: { slug, fields } });
    expect(log.records).toEqual([]);
  });

  it('refuses a municipality that has merged into another, and names the successor', async () => {
    const merged = gemeenten.find(({ tot, opvolgers }) => tot !== null && opvolgers.length === 1)!;
    const caller = { ...kortenberg, nis: [merged.nis] };
    const verdict = await door().one({ kpgemeentenis: merged.nis, data: { ...payload, nisNieuw: merged.nis } }, caller);
    expect(verdict).toMatchObject({ because: { slug: 'merger-closed', fields: { successors: merged.opvolgers } } });
  });

  it('refuses a number that may belong to somebody in the proving ground, and takes a test number', async () => {
    const real = `850115001${String(97 - (850_115_001 % 97)).padStart(2, '0')}`;
    const { one } = door({ testPersonsOnly: true });
    expect(await one({ data: { ...payload, dossier: `VH ${real}` } })).toMatchObject({
      because: { slug: 'real-insz', fields: { at: '/dossier' } },
    });
    expect(await one({ data: { ...payload, subjectPseudoniemen: ['x', real] } })).toMatchObject({
      because: { fields: { at: '/subjectPseudoniemen/1' } },
    });
    expect(await one({ data: { ...payload, dossier: 'VH 85661500150' } })).toMatchObject({ kind: 'accepted' });
  });

  it('answers each event of a batch in its order, and none is lost', async () => {
    const { log, batch } = door();
    const { mode, verdicts } = await batch([
      event,
      { ...event, id: 'e-2', type: 'x' },
      'no event',
      { ...event, id: 'e-3' },
    ]);
    expect(mode).toBe('batch');
    expect(verdicts.map((v) => (v.kind === 'accepted' ? v.receipt.eventId : v.because.slug))).toEqual([
      'e-1',
      'unknown-type',
      'invalid-envelope',
      'e-3',
    ]);
    expect(log.records.map(({ headers }) => headers['ce_id'])).toEqual(['e-1', 'e-3']);
  });

  it('accepts nothing when the log takes nothing', async () => {
    const { log, one } = door();
    log.failing = true;
    await expect(one({})).rejects.toMatchObject({ slug: 'log-unavailable' });
  });

  it('refuses only the event whose schema is not registered', async () => {
    const idOf = (): number => {
      throw problem('registry-unavailable');
    };
    expect(await door({ schemaIds: { ...schemaIds, idOf } }).one({})).toMatchObject({
      because: { slug: 'registry-unavailable' },
    });
  });

  it('refuses the whole request when nobody can tell where its events are', async () => {
    const { accept } = door();
    const send = (contentType: string, body: string) =>
      accept.run(kortenberg, { 'content-type': contentType }, new TextEncoder().encode(body));
    await expect(send('application/cloudevents-batch+json', '[{}')).rejects.toMatchObject({ slug: 'not-json' });
    await expect(send('application/json', '{}')).rejects.toMatchObject({ slug: 'unsupported-content-type' });
  });
});

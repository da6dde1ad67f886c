import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { actions, feeds, readFeedEvent, type FeedEvent } from './feed-event.js';
import { instantOf } from './instant-of.js';
import { typedEvents } from './typed-event.js';

const folder = join(process.env['KRUISPUNT_DATA'] ?? join(process.cwd(), '..', 'shared', 'data'), 'basisregisters');
const sample = (
  kind: string,
  action: string,
  data: Record<string, unknown>,
  extra: Record<string, unknown> = {},
): FeedEvent => {
  const read = readFeedEvent({
    id: '17',
    type: `basisregisters.${kind}.${action}.v1`,
    time: '2025-01-01T01:18:19.0988512+01:00',
    source: 'https://feed.test/adressen',
    basisregisterseventtype: 'SomethingHappened',
    data,
    ...extra,
  });
  if (read.kind === 'refused') throw read.because;
  return read.event;
};
const object = (attributen: unknown[] = []) => ({
  objectId: '5',
  naamruimte: 'https://data.vlaanderen.be/id/x',
  versieId: '2025-01-01T01:18:19+01:00',
  nisCodes: ['46003', '46030'],
  attributen,
});

/** Every text that stands somewhere in a value, so that nothing can be lost without being missed. */
const leaves = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(leaves)
    : typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [String(value)]
      : [];

describe('an event of the change feed', () => {
  it.each(Object.values(feeds).flatMap((kind) => actions.map((action) => [kind, action])))(
    '%s %s becomes a catalogue type whose schema takes it',
    (kind, action) => {
      const data = action === 'transform' ? { transformaties: [{ vanId: '1', naarId: '2' }], nisCodes: [] } : object();
      for (const { type, envelope } of typedEvents(sample(kind, action, data))) {
        expect(type.codec.check(envelope.data)).toMatchObject({ ok: true });
        expect(type.codec.decode(type.codec.encode(envelope.data))).toEqual(envelope.data);
      }
    },
  );

  it.each([
    ['pairs with one new id', { transformaties: [{ vanId: '963208', naarId: '30411696' }], nisCodes: ['46003'] }],
    [
      'pairs with several new ids',
      { transformaties: [{ vanId: '963208', naarIds: ['30411696'] }], nisCodes: ['46003'] },
    ],
    [
      'one old id with a list of new PURIs',
      {
        vanId: 'https://data.vlaanderen.be/id/adres/963208',
        naarIds: ['https://data.vlaanderen.be/id/adres/30411696'],
        nisCodes: ['46003'],
      },
    ],
  ])('reads a transform of %s the same way', (_shape, data) => {
    const [only] = typedEvents(sample('address', 'transform', data));
    expect(only?.envelope.data).toMatchObject({
      transformaties: [
        {
          vanId: 'https://data.vlaanderen.be/id/adres/963208',
          naarIds: ['https://data.vlaanderen.be/id/adres/30411696'],
        },
      ],
    });
    expect(only?.envelope.subject).toBe('https://data.vlaanderen.be/id/adres/963208');
  });

  it('gives each old object of a transform an event of its own, with an id of its own', () => {
    const events = typedEvents(
      sample('address', 'transform', {
        transformaties: [
          { vanId: '1', naarId: '3' },
          { vanId: '2', naarId: '3' },
        ],
        nisCodes: [],
      }),
    );
    expect(events.map((e) => e.envelope.id)).toEqual(['17-1', '17-2']);
  });

  it('keeps an attribute and a value that nobody foresaw', () => {
    const [only] = typedEvents(
      sample('streetname', 'update', object([{ naam: 'toekomst', oudeWaarde: null, nieuweWaarde: { diep: [1] } }])),
    );
    expect(only?.envelope.data).toMatchObject({
      attributen: [{ naam: 'toekomst', oudeWaarde: null, nieuweWaarde: '{"diep":[1]}' }],
    });
  });

  it('takes the subject from the data when the event has none', () => {
    const [only] = typedEvents(
      sample('building', 'update', { ...object(), '@id': 'https://data.vlaanderen.be/id/gebouw/5' }),
    );
    expect(only?.envelope.subject).toBe('https://data.vlaanderen.be/id/gebouw/5');
  });

  it('keeps the instant to the microsecond and the source text beside it', () => {
    expect(instantOf('2025-01-01T01:18:19.0988512+01:00')).toBe('2025-01-01T00:18:19.098851Z');
    expect(instantOf('2002-08-13T17:32:32+02:00')).toBe('2002-08-13T15:32:32Z');
  });

  const files = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith('.json')) : [];
  if (files.length > 0)
    it('loses nothing of the real events: each text of the source stands in what is published', () => {
      const raw = files.flatMap((f) => JSON.parse(readFileSync(join(folder, f), 'utf8')) as Record<string, unknown>[]);
      expect(raw).toHaveLength(49);
      for (const source of raw) {
        const read = readFeedEvent(source);
        if (read.kind === 'refused') throw read.because;
        const typed = typedEvents(read.event);
        expect(typed.length).toBeGreaterThan(0);
        for (const { type, envelope } of typed) expect(type.codec.check(envelope.data)).toMatchObject({ ok: true });
        const kept = new Set(typed.flatMap((t) => leaves(t.envelope)));
        const bare = new Set([...kept].map((t) => t.slice(t.lastIndexOf('/') + 1)));
        const wanted = leaves({ ...source, type: null, specversion: null, datacontenttype: null });
        expect(wanted.filter((text) => !kept.has(text) && !bare.has(text))).toEqual([]);
      }
    });
});

import { ev, type EventType } from '@kruispunt/contracts';
import type { Envelope } from '@kruispunt/event';
import { attributeValues } from './attribute-values.js';
import { instantOf } from './instant-of.js';
import { transformations } from './transformations.js';
import type { FeedAttribute, FeedEvent, Kind } from './feed-event.js';

/** A catalogue event made of a feed event: its type and its envelope. */
export interface TypedEvent {
  readonly type: EventType;
  readonly envelope: Envelope;
}

/** Per kind: the path of its PURIs, the feed's name, and the catalogue type of each change. */
const kinds: Readonly<Record<Kind, { path: string; feed: string; change: EventType; transform: EventType }>> = {
  municipality: {
    path: 'gemeente',
    feed: 'gemeenten',
    change: ev.GemeenteGewijzigdV1,
    transform: ev.GemeenteGetransformeerdV1,
  },
  postalinformation: {
    path: 'postinfo',
    feed: 'postinfo',
    change: ev.PostinfoGewijzigdV1,
    transform: ev.PostinfoGetransformeerdV1,
  },
  streetname: {
    path: 'straatnaam',
    feed: 'straatnamen',
    change: ev.StraatnaamGewijzigdV1,
    transform: ev.StraatnaamGetransformeerdV1,
  },
  address: { path: 'adres', feed: 'adressen', change: ev.AdresGewijzigdV1, transform: ev.AdresGetransformeerdV1 },
  building: { path: 'gebouw', feed: 'gebouwen', change: ev.GebouwGewijzigdV1, transform: ev.GebouwGetransformeerdV1 },
  buildingunit: {
    path: 'gebouweenheid',
    feed: 'gebouweenheden',
    change: ev.GebouweenheidGewijzigdV1,
    transform: ev.GebouweenheidGetransformeerdV1,
  },
  parcel: { path: 'perceel', feed: 'percelen', change: ev.PerceelGewijzigdV1, transform: ev.PerceelGetransformeerdV1 },
};
const addressChange = {
  create: ev.AdresGecreeerdV1,
  update: ev.AdresGewijzigdV1,
  delete: ev.AdresVerwijderdV1,
} as const;
const wijziging = { create: 'GECREEERD', update: 'GEWIJZIGD', delete: 'VERWIJDERD' } as const;
const withGeometry = new Set<Kind>(['address', 'building', 'buildingunit', 'parcel']);

/** Every catalogue type that the feed can become: seven kinds, four changes. */
export const feedTypes: readonly EventType[] = [
  ...Object.values(kinds).flatMap((k) => [k.change, k.transform]),
  addressChange.create,
  addressChange.delete,
];

const namespaceOf = (kind: Kind): string => `https://data.vlaanderen.be/id/${kinds[kind].path}`;

/** Why objects gave way, read from the source's event name. */
function reasonOf(sourceEvent: string): string {
  if (/MunicipalityMerger/.test(sourceEvent)) return 'GEMEENTEFUSIE';
  if (/Readdress/i.test(sourceEvent)) return 'HERADRESSERING';
  return /Renumber|HouseNumberWasCorrected/.test(sourceEvent) ? 'HERNUMMERING' : 'ANDERE';
}

/** A text or number of the source as text; undefined for anything else. */
const given = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

const nisCodesOf = (data: FeedEvent['data']): string[] =>
  Array.isArray(data['nisCodes']) ? data['nisCodes'].map(String) : [];

const provenance = (event: FeedEvent) => ({
  bronGebeurtenis: event.sourceEvent,
  bronOorzaakId: event.causation ?? null,
  bronId: String(event.number),
  bronTijdstip: event.time,
  bronFeed: event.source || null,
  bronSchema: event.schema ?? null,
  tijdstipRegistratie: instantOf(event.time),
});

function envelope(event: FeedEvent, type: EventType, id: string, subject: string, data: unknown): TypedEvent {
  const nis = nisCodesOf(event.data);
  return {
    type,
    envelope: {
      specversion: '1.0',
      id,
      source: `urn:be:ovo:OVO002949:systeem:basisregisters-${kinds[event.kind].feed}`,
      type: type.type,
      subject,
      time: instantOf(event.time),
      kpgegevensklasse: type.klasse,
      ...(nis.length > 0 ? { kpgemeentenis: nis.join(',') } : {}),
      ...(event.causation === undefined ? {} : { kpcausationid: event.causation }),
      data,
    },
  };
}

/** One event per old object: each keeps the order of its own key. Ids stay the feed's, with the old object's id behind it where there are several. */
function transformEvents(event: FeedEvent): TypedEvent[] {
  const pairs = transformations(event.data, namespaceOf(event.kind));
  return pairs.map((pair) => {
    const oldId = pair.vanId.slice(pair.vanId.lastIndexOf('/') + 1);
    return envelope(
      event,
      kinds[event.kind].transform,
      pairs.length === 1 ? String(event.number) : `${event.number}-${oldId}`,
      pair.vanId,
      {
        transformaties: [pair],
        reden: reasonOf(event.sourceEvent),
        nisCodes: nisCodesOf(event.data),
        ...provenance(event),
      },
    );
  });
}

/**
 * The typed events of one feed event: one for a change of an object, one per old object for a transform. Nothing of the source is left out.
 * The subject is the object's PURI: the source's own, or `data.@id`, or made from its id. Source: domain.md §3, §6.
 */
export function typedEvents(event: FeedEvent): readonly TypedEvent[] {
  if (event.action === 'transform') return transformEvents(event);
  const { data, kind, action } = event;
  const objectId = given(data['objectId']) ?? '';
  const id = given(data['@id']) ?? event.subject ?? `${namespaceOf(kind)}/${objectId}`;
  const { attributen, geometrie, oudeGeometrie } = attributeValues(
    (data['attributen'] ?? []) as readonly FeedAttribute[],
  );
  const type: EventType = kind === 'address' ? addressChange[action] : kinds[kind].change;
  return [
    envelope(event, type, String(event.number), id, {
      id,
      objectId,
      naamruimte: given(data['naamruimte']) ?? namespaceOf(kind),
      versieId: given(data['versieId']) ?? event.time,
      ...(kind === 'address' ? {} : { wijziging: wijziging[action] }),
      nisCodes: nisCodesOf(data),
      attributen,
      ...(withGeometry.has(kind) ? { geometrie, oudeGeometrie } : {}),
      ...provenance(event),
    }),
  ];
}

import type { FeedItem } from './feed-pages.js';

const inUse = 'https://data.vlaanderen.be/id/concept/adresstatus/inGebruik';
const proposed = 'https://data.vlaanderen.be/id/concept/adresstatus/voorgesteld';
const retired = 'https://data.vlaanderen.be/id/concept/adresstatus/gehistoreerd';

export interface AddressDay {
  /** The number of the day in this proving ground, from 1: ids rise with it. */
  readonly day: number;
  readonly nis: string;
  /** When the changes were made, ms since the epoch. */
  readonly at: number;
  readonly addresses: number;
}

/**
 * A street is readdressed, invented for the day: each address is proposed, then taken into use; the first gives way to the last and
 * retires; a parcel loses its address. All by the feed's own shapes, ids rising from `day` × 1 000.
 */
export function addressDay({ day, nis, at, addresses }: AddressDay): readonly FeedItem[] {
  let number = 900_000_000 + day * 1_000;
  const iso = () => new Date(at + (number % 1_000) * 10).toISOString();
  const item = (type: string, feed: string, sourceEvent: string, id: string | undefined, data: object): FeedItem => ({
    specversion: '1.0',
    id: String(++number),
    time: iso(),
    type: `basisregisters.${type}.v1`,
    source: `urn:kruispunt:proeftuin:feeds:wijzigingen:${feed}`,
    ...(id === undefined ? {} : { subject: id }),
    datacontenttype: 'application/json',
    basisregisterseventtype: sourceEvent,
    basisregisterscausationid: `00000000-0000-4000-8000-${String(day).padStart(12, '0')}`,
    data,
  });
  const address = (n: number) => `https://data.vlaanderen.be/id/adres/${990_000_000 + day * 100 + n}`;
  const body = (n: number, attributen: object[]) => ({
    objectId: String(990_000_000 + day * 100 + n),
    naamruimte: 'https://data.vlaanderen.be/id/adres',
    versieId: iso(),
    nisCodes: [nis],
    attributen,
  });
  const status = (from: string | null, to: string) => ({ naam: 'status', oudeWaarde: from, nieuweWaarde: to });
  const numbers = Array.from({ length: addresses }, (_, i) => i + 1);
  return [
    ...numbers.map((n) =>
      item(
        'address.create',
        'adressen',
        'AddressWasProposedV2',
        address(n),
        body(n, [
          status(null, proposed),
          { naam: 'huisnummer', oudeWaarde: null, nieuweWaarde: String(n * 2) },
          { naam: 'officieelToegekend', oudeWaarde: null, nieuweWaarde: true },
        ]),
      ),
    ),
    ...numbers.map((n) =>
      item('address.update', 'adressen', 'AddressWasApproved', address(n), body(n, [status(proposed, inUse)])),
    ),
    item('address.transform', 'adressen', 'StreetNameWasReaddressed', undefined, {
      transformaties: [
        { vanId: String(990_000_000 + day * 100 + 1), naarId: String(990_000_000 + day * 100 + addresses) },
      ],
      nisCodes: [nis],
    }),
    item('address.update', 'adressen', 'AddressWasRetiredV2', address(1), body(1, [status(inUse, retired)])),
    item('parcel.update', 'percelen', 'ParcelAddressWasDetachedV2', undefined, {
      '@id': 'https://data.vlaanderen.be/id/perceel/99999A0001-00A000',
      objectId: '99999A0001-00A000',
      naamruimte: 'https://data.vlaanderen.be/id/perceel',
      versieId: iso(),
      nisCodes: [nis],
      attributen: [{ naam: 'adresIds', oudeWaarde: [address(1)], nieuweWaarde: [] }],
    }),
  ];
}

import type { Kind } from './feed-event.js';

/** The attribute names each kind has today (domain.md §3.2). Others are carried too, and said aloud once. */
export const knownAttributes: Readonly<Record<Kind, ReadonlySet<string>>> = {
  municipality: new Set(['status', 'gemeentenaam', 'officieleTaal', 'faciliteitenTaal']),
  postalinformation: new Set(['status', 'isToegekendAan', 'postnaam']),
  streetname: new Set(['isToegekendDoor', 'status', 'straatnaam', 'homoniemToevoeging']),
  address: new Set([
    'heeftStraatnaam',
    'status',
    'huisnummer',
    'busnummer',
    'heeftPostinfo',
    'officieelToegekend',
    'positie.geometrie',
    'positie.methode',
    'positie.specificatie',
  ]),
  building: new Set(['gebouwStatus', 'geometrieMethode', 'gebouwGeometrie']),
  buildingunit: new Set([
    'gebouweenheidStatus',
    'gebouw.id',
    'gebouweenheidFunctie',
    'positieGeometrieMethode',
    'gebouweenheidPositie',
    'afwijkingVastgesteld',
    'adresIds',
  ]),
  parcel: new Set(['perceelStatus', 'adresIds']),
};

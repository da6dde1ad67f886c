import type { Act } from '@kruispunt/chain-engine';
import type { AdresOpgevolgdV1 } from '@kruispunt/contracts';
import { volgersVan, type Propagatie } from './propagatie.js';

/** What took the place of an old address, and what followed it. The engine adds the moment of registration and the id. */
export function adresOpgevolgd(v: Propagatie, vanId: string): Act {
  const data: Omit<AdresOpgevolgdV1, 'tijdstipRegistratie'> = {
    vanId,
    naarIds: v.paren[vanId] ?? [],
    gevolgdDoor: volgersVan(v, vanId),
    gehistoreerd: v.gehistoreerd.includes(vanId),
    bronOorzaakId: v.bronOorzaakId,
  };
  return { act: 'publish', event: 'AdresOpgevolgdV1', subject: vanId, data: { ...data } };
}

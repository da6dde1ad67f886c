import type { BetrokkeneV1, AkteTypeV1 } from '@kruispunt/contracts';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';

/** An act to sign. Dates `YYYY-MM-DD`. Persons by pseudonym; the child of a birth has none yet. */
export interface AkteAanvraag {
  readonly akteReferentie: string;
  readonly akteType: AkteTypeV1;
  readonly gebeurtenisdatum: string;
  readonly gemeenteNis: string;
  readonly woonplaatsNis: string | null;
  readonly betrokkenen: readonly BetrokkeneV1[];
}

const types = [
  'GEBOORTE',
  'HUWELIJK',
  'OVERLIJDEN',
  'ERKENNING',
  'ECHTSCHEIDING',
  'NAAMSVERANDERING',
  'ADOPTIE',
  'LEVENLOOS_KIND',
] as const;
const roles = ['KIND', 'OUDER', 'ECHTGENOOT', 'OVERLEDENE', 'ERKENNER'] as const;

/** Reads an act. Throws `invalid-request` with the place, and `foreign-territory` when the registrar's municipality is not the caller's. */
export function readAkte(body: Readonly<Record<string, unknown>>, caller: Caller): AkteAanvraag {
  const wrong = (at: string, reason: string) => problem('invalid-request', { at, reason });
  const akteType = types.find((t) => t === body['akteType']);
  if (!akteType) throw wrong('/akteType', `expected one of ${types.join(', ')}`);
  const { akteReferentie, gebeurtenisdatum, gemeenteNis, woonplaatsNis, betrokkenen } = body;
  if (typeof akteReferentie !== 'string' || !/^[\w.-]{4,64}$/.test(akteReferentie))
    throw wrong('/akteReferentie', 'expected 4 to 64 letters, digits, dots or dashes');
  if (typeof gebeurtenisdatum !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(gebeurtenisdatum))
    throw wrong('/gebeurtenisdatum', 'expected YYYY-MM-DD');
  if (typeof gemeenteNis !== 'string' || !/^\d{5}$/.test(gemeenteNis))
    throw wrong('/gemeenteNis', 'expected a NIS code of five digits');
  if (!caller.nis.includes(gemeenteNis)) throw problem('foreign-territory', { nis: gemeenteNis });
  return {
    akteReferentie,
    akteType,
    gebeurtenisdatum,
    gemeenteNis,
    woonplaatsNis: typeof woonplaatsNis === 'string' ? woonplaatsNis : null,
    betrokkenen: (Array.isArray(betrokkenen) ? betrokkenen : []).map(
      (b: Readonly<Record<string, unknown>>, i): BetrokkeneV1 => {
        const rol = roles.find((r) => r === b['rol']);
        if (!rol) throw wrong(`/betrokkenen/${i}/rol`, `expected one of ${roles.join(', ')}`);
        return { rol, subjectPseudoniem: typeof b['subjectPseudoniem'] === 'string' ? b['subjectPseudoniem'] : null };
      },
    ),
  };
}

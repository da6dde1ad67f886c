import type { Act } from '@kruispunt/chain-engine';
import type {
  GegevenGemuteerdV1,
  InschrijvingGeweigerdV1,
  InschrijvingVoltooidV1,
  WoonstcontroleAangevraagdV1,
} from '@kruispunt/contracts';
import { dueDate, startTerm, termRule, type CivilDate } from '@kruispunt/term';
import { politiezoneVan } from './beheerder.js';
import { domiciliestatus, type Verhuizing } from './verhuizing.js';

/** What a move tells. The engine adds the moment of registration and the id. */
type Facts<P> = Omit<P, 'tijdstipRegistratie'>;

const publish = (event: string, subject: string, data: object, gemeente?: string | null): Act => ({
  act: 'publish',
  event,
  subject,
  data: data as Record<string, unknown>,
  ...(gemeente === undefined ? {} : { gemeente }),
});
const dossierOf = (v: Verhuizing) => `urn:kruispunt:dossier:${v.dossier}`;

/** The residence check has to be done by this day. */
export const eindeControle = (v: Verhuizing, version: string | undefined): CivilDate =>
  dueDate(
    startTerm({
      rule: 'verhuis.woonstcontrole',
      anchor: v.aangiftedatum,
      ...(version === undefined ? {} : { version }),
    }),
  ) ?? v.aangiftedatum;

/** The command to the police zone of the new municipality. */
export function woonstcontroleAangevraagd(v: Verhuizing, poging: number, version: string | undefined): Act {
  const facts: Facts<WoonstcontroleAangevraagdV1> = {
    dossier: v.dossier,
    subjectPseudoniemen: v.subjectPseudoniemen,
    nisNieuw: v.nisNieuw,
    politiezone: politiezoneVan(v.nisNieuw),
    adresRef: v.adresRef,
    aangiftedatum: v.aangiftedatum,
    uitersteDatum: eindeControle(v, version),
    poging,
    termijnregel: `verhuis.woonstcontrole@${termRule('verhuis.woonstcontrole', version).version}`,
  };
  return publish('WoonstcontroleAangevraagdV1', dossierOf(v), facts);
}

/** Registered in the population register, effective on the day of the declaration. */
export function inschrijvingVoltooid(v: Verhuizing): Act {
  const facts: Facts<InschrijvingVoltooidV1> = {
    dossier: v.dossier,
    subjectPseudoniemen: v.subjectPseudoniemen,
    ingangsdatum: v.aangiftedatum,
    register: 'BEVOLKINGSREGISTER',
    voorlopig: false,
    nisOud: v.nisOud,
    nisNieuw: v.nisNieuw,
    domiciliestatus: domiciliestatus('Bevestigd'),
  };
  return publish('InschrijvingVoltooidV1', dossierOf(v), facts);
}

/** Refused; the person and the previous municipality are told within twenty days of the declaration. */
export function inschrijvingGeweigerd(v: Verhuizing, today: CivilDate): Act {
  const facts: Facts<InschrijvingGeweigerdV1> = {
    dossier: v.dossier,
    subjectPseudoniemen: v.subjectPseudoniemen,
    motief: 'NIET_BEVESTIGD',
    motiveringRef: null,
    weigeringsdatum: today,
    kennisgevingTegen: dueDate(startTerm({ rule: 'verhuis.kennisgeving', anchor: v.aangiftedatum })) ?? today,
    nisOud: v.nisOud,
    nisNieuw: v.nisNieuw,
    domiciliestatus: null,
  };
  return publish('InschrijvingGeweigerdV1', dossierOf(v), facts);
}

/**
 * That the main residence of each person changed, and never where to: that is fetched under one's own purpose. It goes to everyone
 * who registered the person, so of who may not be found (IT252: no address was given) it does not even tell the municipality.
 */
export function hoofdverblijfGemuteerd(
  v: Verhuizing,
  mutatie: {
    readonly actie: GegevenGemuteerdV1['actie'];
    readonly datarefBase: string;
    readonly beheerderNis: string | null;
  },
): readonly Act[] {
  const beheerderNis = v.adresRef === null ? null : mutatie.beheerderNis;
  return v.subjectPseudoniemen.map((subjectPseudoniem) => {
    const facts: Facts<GegevenGemuteerdV1> = {
      subjectPseudoniem,
      informatietype: 'IT020',
      actie: mutatie.actie,
      ingangsdatum: v.aangiftedatum,
      beheerderNis,
      bron: 'OVO027248',
      dataref: `${mutatie.datarefBase}/${encodeURIComponent(subjectPseudoniem)}?informatietype=IT020`,
    };
    return publish('GegevenGemuteerdV1', `urn:kruispunt:persoon:${subjectPseudoniem}`, facts, beheerderNis);
  });
}

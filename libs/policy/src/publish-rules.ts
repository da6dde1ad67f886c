import { municipalitiesFrom, type Municipalities, type Municipality } from './territory.js';

/** What an organisation is in law; the words of the catalogue's publisher column. */
export type Role =
  | 'gemeente'
  | 'provincie'
  | 'vlaamse-overheid'
  | 'politiezone'
  | 'rechtbank'
  | 'rijksregister'
  | 'basisregisters'
  | 'ketenintegrator'
  | 'takendienst'
  | 'kruispunt';

/** Whose territory a role speaks for: its own municipalities, or the whole country. */
const territoryOfRole: Readonly<Record<Role, 'own' | 'all'>> = {
  gemeente: 'own',
  politiezone: 'own',
  provincie: 'own',
  'vlaamse-overheid': 'all',
  rechtbank: 'all',
  rijksregister: 'all',
  basisregisters: 'all',
  ketenintegrator: 'all',
  takendienst: 'all',
  kruispunt: 'all',
};

/** One right: `who` may publish `eventTypes`, for its own municipalities or for all. `name` is what the decision records. */
export interface PublishRule {
  readonly name: string;
  readonly eventTypes: readonly string[];
  readonly who: { readonly role: Role } | { readonly organisation: string };
  readonly territory: 'own' | 'all';
}

/** An organisation whose role the token cannot tell. `sources` are prefixes of CloudEvents sources beyond its own code. */
export interface Organisation {
  readonly organisation: string;
  readonly roles: readonly Role[];
  readonly sources?: readonly string[];
}

/** Who may publish what, as data. Default deny: what no rule names is refused. */
export interface PublishRules {
  readonly rules: readonly PublishRule[];
  readonly organisations: ReadonlyMap<string, Organisation>;
  readonly municipalities: Municipalities;
}

/** The catalogue's words for a publisher, and the role each stands for. */
const words: readonly (readonly [RegExp, Role])[] = [
  [/gemeente|ambtenaar burgerlijke stand|\bCBS\b/i, 'gemeente'],
  [/deputatie|provincie/i, 'provincie'],
  [/Vlaamse Regering/i, 'vlaamse-overheid'],
  [/politiezone/i, 'politiezone'],
  [/rechtbank/i, 'rechtbank'],
  [/rijksregister/i, 'rijksregister'],
  [/Digitaal Vlaanderen/i, 'basisregisters'],
  [/ketenintegrator/i, 'ketenintegrator'],
  [/takendienst/i, 'takendienst'],
  [/\bbus\b|kruispunt/i, 'kruispunt'],
];

/** The roles a catalogue entry names; empty for words nobody knows, so that nobody may publish it. */
export const rolesOfPublisher = (publisher: string): readonly Role[] =>
  words.filter(([word]) => word.test(publisher)).map(([, role]) => role);

/**
 * The default table: each type may be published by the roles its catalogue entry names. `organisations` says who has a role that
 * the token cannot tell; a caller with municipalities (`niscode`) and no entry is a `gemeente`, for only local governments get that claim.
 */
export function publishRulesFrom(
  catalogus: readonly { readonly type: string; readonly publisher: string }[],
  gemeenten: readonly Municipality[],
  organisations: readonly Organisation[] = [],
): PublishRules {
  const rules = catalogus.flatMap(({ type, publisher }) =>
    rolesOfPublisher(publisher).map((role): PublishRule => ({
      name: `catalogue:${role}`,
      eventTypes: [type],
      who: { role },
      territory: territoryOfRole[role],
    })),
  );
  return {
    rules,
    organisations: new Map(organisations.map((o) => [o.organisation, o])),
    municipalities: municipalitiesFrom(gemeenten),
  };
}

import { findInsz } from '@kruispunt/event';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';

/** A permit application to file. Dates `YYYY-MM-DD`; addresses and parcels by PURI; the applicant behind a dataref. */
export interface AanvraagIndiening {
  readonly projectnummer: string;
  readonly procedure: 'GEWOON' | 'VEREENVOUDIGD';
  readonly bevoegdeOverheid: 'COLLEGE' | 'DEPUTATIE' | 'VLAAMSE_REGERING' | 'GEWESTELIJKE_OMGEVINGSAMBTENAAR';
  readonly indieningsdatum: string;
  readonly commissieVereist: boolean;
  readonly voorwerp: string;
  readonly adressen: readonly string[];
  readonly percelen: readonly string[];
  readonly gemeentenNis: readonly string[];
  readonly aanvragerRef: string;
}

const procedures = ['GEWOON', 'VEREENVOUDIGD'] as const;
const authorities = ['COLLEGE', 'DEPUTATIE', 'VLAAMSE_REGERING', 'GEWESTELIJKE_OMGEVINGSAMBTENAAR'] as const;
const textsMax = 100;

const texts = (value: unknown, at: string): readonly string[] => {
  if (!Array.isArray(value) || value.length > textsMax || !value.every((t) => typeof t === 'string'))
    throw problem('invalid-request', { at, reason: `expected a list of at most ${textsMax} texts` });
  return value;
};

/**
 * Reads an application. Throws `invalid-request` with the place, `foreign-territory` when none of its municipalities is the caller's, and
 * `insz-in-context` when its free text names a person by number (the text is public; domain.md §6.22).
 */
export function readAanvraag(body: Readonly<Record<string, unknown>>, caller: Caller): AanvraagIndiening {
  const wrong = (at: string, reason: string) => problem('invalid-request', { at, reason });
  const { projectnummer, indieningsdatum, voorwerp, aanvragerRef } = body;
  if (typeof projectnummer !== 'string' || !/^OMV_\d{10}$/.test(projectnummer))
    throw wrong('/projectnummer', 'expected OMV_ and ten digits');
  const procedure = procedures.find((p) => p === body['procedure']);
  if (!procedure) throw wrong('/procedure', `expected one of ${procedures.join(', ')}`);
  const bevoegdeOverheid = authorities.find((a) => a === body['bevoegdeOverheid']);
  if (!bevoegdeOverheid) throw wrong('/bevoegdeOverheid', `expected one of ${authorities.join(', ')}`);
  if (typeof indieningsdatum !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(indieningsdatum))
    throw wrong('/indieningsdatum', 'expected YYYY-MM-DD');
  if (typeof voorwerp !== 'string' || voorwerp === '') throw wrong('/voorwerp', 'expected a text');
  if (findInsz(voorwerp).length > 0) throw problem('insz-in-context', { at: '/voorwerp' });
  const gemeentenNis = texts(body['gemeentenNis'], '/gemeentenNis');
  if (!gemeentenNis.some((nis) => caller.nis.includes(nis)))
    throw problem('foreign-territory', { nis: [...gemeentenNis] });
  return {
    projectnummer,
    procedure,
    bevoegdeOverheid,
    indieningsdatum,
    commissieVereist: body['commissieVereist'] === true,
    voorwerp,
    adressen: texts(body['adressen'] ?? [], '/adressen'),
    percelen: texts(body['percelen'] ?? [], '/percelen'),
    gemeentenNis,
    aanvragerRef: typeof aanvragerRef === 'string' ? aanvragerRef : `urn:kruispunt:aanvrager:${projectnummer}`,
  };
}

import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';

/** A declaration of a move, as the counter takes it. Dates `YYYY-MM-DD`, Europe/Brussels. */
export interface Aangifte {
  readonly pseudoniemen: readonly string[];
  readonly wijziging: 'BINNEN_GEMEENTE' | 'ANDERE_GEMEENTE' | 'UIT_BUITENLAND' | 'NAAR_BUITENLAND';
  readonly aangiftedatum: string;
  readonly betrekkingsdatum: string | null;
  readonly nisOud: string | null;
  readonly nisNieuw: string;
  readonly adresRef: string | null;
}

const kinds = ['BINNEN_GEMEENTE', 'ANDERE_GEMEENTE', 'UIT_BUITENLAND', 'NAAR_BUITENLAND'] as const;
const isDate = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
const optional = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Reads a declaration. Throws `invalid-request` with the place, and `foreign-territory` when the new municipality is not the caller's. */
export function readAangifte(body: Readonly<Record<string, unknown>>, caller: Caller): Aangifte {
  const wrong = (at: string, reason: string) => problem('invalid-request', { at, reason });
  const { pseudoniemen, wijziging, aangiftedatum, betrekkingsdatum, nisNieuw } = body;
  if (!Array.isArray(pseudoniemen) || pseudoniemen.length === 0 || !pseudoniemen.every((p) => typeof p === 'string'))
    throw wrong('/pseudoniemen', 'expected the pseudonyms of who moves');
  const kind = kinds.find((k) => k === wijziging);
  if (!kind) throw wrong('/wijziging', `expected one of ${kinds.join(', ')}`);
  if (!isDate(aangiftedatum)) throw wrong('/aangiftedatum', 'expected YYYY-MM-DD');
  if (betrekkingsdatum !== undefined && betrekkingsdatum !== null && !isDate(betrekkingsdatum))
    throw wrong('/betrekkingsdatum', 'expected YYYY-MM-DD');
  if (typeof nisNieuw !== 'string' || !/^\d{5}$/.test(nisNieuw))
    throw wrong('/nisNieuw', 'expected a NIS code of five digits');
  if (!caller.nis.includes(nisNieuw)) throw problem('foreign-territory', { nis: nisNieuw });
  return {
    pseudoniemen,
    wijziging: kind,
    aangiftedatum,
    betrekkingsdatum: isDate(betrekkingsdatum) ? betrekkingsdatum : null,
    nisOud: optional(body['nisOud']),
    nisNieuw,
    adresRef: optional(body['adresRef']),
  };
}

import { isInsz, isTestInsz } from '@kruispunt/event';
import { problem, type Problem } from '@kruispunt/problem';
import type { Persoon } from '@kruispunt/postgres';
import { pseudonym, type PseudonymKey } from './pseudonym.js';

/** Any national number, wherever it stands in the source (a partner, a parent), as the pseudonym of that person. */
function withoutNumbers(value: unknown, key: PseudonymKey): unknown {
  if (typeof value === 'string') return isInsz(value) ? pseudonym(key, value) : value;
  if (Array.isArray(value)) return value.map((item) => withoutNumbers(item, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name === 'insz' ? 'pseudoniem' : name, withoutNumbers(item, key)]),
  );
}

export type ReadPersoon =
  { readonly kind: 'persoon'; readonly persoon: Persoon } | { readonly kind: 'refused'; readonly because: Problem };

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Fields that lead to another person: they stay pseudonymous or away. */
const relatives = ['referentiepersoon', 'gezinsleden', 'ouders', 'kinderen'] as const;

/** Relatives by pseudonym, whatever shape the source gives them (a number, or an object with a number). */
function relativesOf(source: Readonly<Record<string, unknown>>, key: PseudonymKey): Record<string, string[]> {
  const numbers = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(numbers);
    const insz = typeof value === 'string' ? value : text(object(value)['insz']);
    return insz !== null && isInsz(insz) ? [insz] : [];
  };
  return Object.fromEntries(
    relatives
      .filter((name) => source[name] !== undefined)
      .map((name) => [name, numbers(source[name]).map((n) => pseudonym(key, n))]),
  );
}

/**
 * One person of a population file, as the register holds one. The data may be uneven (no address, no first name, a code outside its
 * list): it is taken as it is. Refused: no valid national number (`invalid-request`), or, in the proving ground, one that may
 * belong to somebody (`real-insz`).
 */
export function readPersoon(
  source: Readonly<Record<string, unknown>>,
  options: { readonly key: PseudonymKey; readonly testOnly: boolean },
): ReadPersoon {
  const insz = text(source['insz']);
  if (insz === null || !isInsz(insz))
    return { kind: 'refused', because: problem('invalid-request', { at: '/insz', reason: 'not a national number' }) };
  if (options.testOnly && !isTestInsz(insz)) return { kind: 'refused', because: problem('real-insz', { at: '/insz' }) };
  const adres = object(source['adres']);
  const beheerder = object(source['beheerder']);
  const beheerderNis = text(beheerder['nis']) ?? text(adres['nis']);
  const rest = Object.fromEntries(
    Object.entries(source).filter(([name]) => !['insz', 'nietMededeelbaar', 'bron', ...relatives].includes(name)),
  );
  return {
    kind: 'persoon',
    persoon: {
      pseudoniem: pseudonym(options.key, insz),
      insz,
      beheerderNis,
      nietMededeelbaar: source['nietMededeelbaar'] === true,
      gegevens: {
        ...(withoutNumbers(rest, options.key) as object),
        ...relativesOf(source, options.key),
        ...(typeof source['adres'] === 'object' ? { verblijfsadres: source['adres'] } : {}),
        ...(beheerderNis === null ? {} : { beheerderNis }),
      },
    },
  };
}

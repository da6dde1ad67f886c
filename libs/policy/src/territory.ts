/** What policy needs of a municipality; the rows of `gemeenten` in @kruispunt/contracts have this shape. Dates inclusive, Europe/Brussels. */
export interface Municipality {
  readonly nis: string;
  readonly van: string;
  readonly tot: string | null;
  readonly opvolgers: readonly string[];
}

export type Municipalities = ReadonlyMap<string, Municipality>;

export const municipalitiesFrom = (rows: readonly Municipality[]): Municipalities =>
  new Map(rows.map((row) => [row.nis, row]));

/** Where the authority of a publisher shows in a payload, first one that is there counts (catalogue, field docs). */
const authorityFields = ['nisNieuw', 'gemeenteNis', 'gemeentenNis', 'nisCodes'] as const;
/** Every municipality a payload can name: what a territory of a protocol or a filter is compared with, any of them. */
const territoryFields = [...authorityFields, 'nisOud', 'naarNis', 'woonplaatsNis', 'beheerderNis', 'vanNis'] as const;

const codes = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];

const fieldsOf = (payload: unknown): Readonly<Record<string, unknown>> =>
  typeof payload === 'object' && payload !== null ? (payload as Record<string, unknown>) : {};

type Placed = { readonly kpgemeentenis?: string };

/** The municipalities on whose behalf an event speaks: the payload's own field, any of them; and what the envelope claims. */
export function authorityOf(
  envelope: Placed,
  payload: unknown,
): { readonly claimed?: string; readonly payload: readonly string[] } {
  const fields = fieldsOf(payload);
  const inPayload = authorityFields.map((name) => codes(fields[name])).find((found) => found.length > 0) ?? [];
  return { ...(envelope.kpgemeentenis !== undefined && { claimed: envelope.kpgemeentenis }), payload: inPayload };
}

/** Every municipality an event concerns, old and new (a move tells both); empty when it names none. */
export function territoryOf(envelope: Placed, payload: unknown): readonly string[] {
  const fields = fieldsOf(payload);
  const named: string[] = envelope.kpgemeentenis ? [envelope.kpgemeentenis] : [];
  for (const name of territoryFields)
    if (fields[name] !== undefined) for (const code of codes(fields[name])) if (!named.includes(code)) named.push(code);
  return named;
}

export type Standing =
  | { readonly kind: 'own' }
  | { readonly kind: 'successor' }
  | { readonly kind: 'closed'; readonly successors: readonly string[] }
  | { readonly kind: 'foreign' };

/**
 * How an organisation that administers `own` stands to municipality `nis` on a date. After a merger the old code is closed to its
 * old holder and open to the successor (domain.md §4.7 step 5); a municipality that does not exist yet is foreign to everyone.
 */
export function standing(nis: string, own: readonly string[], on: string, municipalities: Municipalities): Standing {
  const row = municipalities.get(nis);
  const ended = row?.tot != null && on > row.tot;
  if (ended && successorsOf(nis, on, municipalities).some((code) => own.includes(code))) return { kind: 'successor' };
  if (!own.includes(nis)) return { kind: 'foreign' };
  if (ended) return { kind: 'closed', successors: successorsOf(nis, on, municipalities) };
  return row !== undefined && on < row.van ? { kind: 'foreign' } : { kind: 'own' };
}

/** Who followed a municipality, through as many mergers as there were, as it stands on `on`. */
export function successorsOf(nis: string, on: string, municipalities: Municipalities): readonly string[] {
  const found = new Set<string>();
  const walk = (code: string): void => {
    const row = municipalities.get(code);
    if (row?.tot == null || on <= row.tot) return;
    for (const next of row.opvolgers) {
      if (next === code || found.has(next)) continue;
      found.add(next);
      walk(next);
    }
  };
  walk(nis);
  const living = [...found].filter((code) => (municipalities.get(code)?.tot ?? on) >= on);
  return living.sort();
}

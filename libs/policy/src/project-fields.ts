import type { EventType } from '@kruispunt/contracts';

/**
 * The payload with only the named top-level fields, in the order of the schema: the same generated type, fewer fields. A field that
 * the schema does not know never leaves, whatever is asked (I10); nested records go whole or not at all.
 */
export function projectFields<P>(type: Pick<EventType, 'fields'>, payload: P, fields: readonly string[]): Partial<P> {
  if (typeof payload !== 'object' || payload === null) return {};
  const given = payload as Readonly<Record<string, unknown>>;
  const wanted = new Set(fields);
  const kept = type.fields
    .filter(({ name }) => wanted.has(name) && Object.hasOwn(given, name))
    .map(({ name }) => [name, given[name]] as const);
  return Object.fromEntries(kept) as Partial<P>;
}

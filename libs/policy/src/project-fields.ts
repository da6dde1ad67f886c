import type { EventType } from '@kruispunt/contracts';

/** A projector compiled for one list of fields. */
type Projector = (payload: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** By the list of fields itself, then by the type: a projection gives the same list each time, so it is compiled once. */
const projectors = new WeakMap<readonly string[], WeakMap<object, Projector>>();

/**
 * The payload with only the named top-level fields, in the order of the schema: the same generated type, fewer fields. A field that
 * the schema does not know never leaves, whatever is asked (I10); nested records go whole or not at all.
 */
export function projectFields<P>(type: Pick<EventType, 'fields'>, payload: P, fields: readonly string[]): Partial<P> {
  if (typeof payload !== 'object' || payload === null) return {};
  let byType = projectors.get(fields);
  if (byType === undefined) projectors.set(fields, (byType = new WeakMap()));
  let project = byType.get(type);
  if (project === undefined) byType.set(type, (project = compile(type, fields)));
  return project(payload as Readonly<Record<string, unknown>>) as Partial<P>;
}

function compile(type: Pick<EventType, 'fields'>, fields: readonly string[]): Projector {
  const wanted = new Set(fields);
  const names = type.fields.map(({ name }) => name).filter((name) => wanted.has(name));
  return (payload) =>
    Object.fromEntries(names.filter((name) => Object.hasOwn(payload, name)).map((name) => [name, payload[name]]));
}

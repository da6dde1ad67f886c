import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import { digest128, uuid5 } from './uuid5.js';

/** A correlation key as it is stored: 128 bits over chain, family and value. The value itself is never in an index. */
export const correlationKey = (chain: string, family: string, value: string): string =>
  digest128(JSON.stringify([chain, family, value]));

/** The id of the instance of `chain` whose root key is `rootKey`: known before it exists. */
export const instanceId = (chain: string, rootKey: string): string => uuid5(JSON.stringify(['chain', chain, rootKey]));

/** The hashed keys an instance with these variables and tokens answers to. */
export function keysOf(
  definition: ChainDefinition,
  { vars, tokens }: Pick<ChainState, 'vars' | 'tokens'>,
  ended: boolean,
): readonly string[] {
  const families = definition.keys.filter((k) => !ended || k.afterEnd === 'keep');
  const keys = families.flatMap((k) =>
    k.of(vars, tokens).map((value) => correlationKey(definition.name, k.name, value)),
  );
  return [...new Set(keys)].sort();
}

/** Whom an event concerns: the instances it starts, and the keys that running instances may answer to. */
export interface Route {
  readonly chain: string;
  readonly starts: readonly string[];
  readonly keys: readonly {
    readonly key: string;
    readonly early: 'park' | 'offer' | 'pass';
    readonly holders: 'one' | 'many';
  }[];
}

/** The routes of one event; none when no chain waits for its type. Pure, so the router keeps no state of its own. Versions of one chain share a route. */
export function routesOf(definitions: readonly ChainDefinition[], name: string, payload: unknown): readonly Route[] {
  const routes = new Map<string, { starts: Set<string>; keys: Map<string, Route['keys'][number]> }>();
  for (const definition of definitions) {
    const route = routes.get(definition.name) ?? { starts: new Set(), keys: new Map() };
    for (const start of startsOf(definition, name, payload)) route.starts.add(start);
    for (const rule of definition.keys) {
      for (const value of rule.from[name]?.(payload) ?? []) {
        const key = correlationKey(definition.name, rule.name, value);
        const holders = rule.holders ?? 'one';
        // The newest version stands first, and its word counts.
        if (!route.keys.has(key))
          route.keys.set(key, { key, early: early(definition, rule.name, name, rule.early), holders });
      }
    }
    if (route.starts.size > 0 || route.keys.size > 0) routes.set(definition.name, route);
  }
  return [...routes].map(([chain, { starts, keys }]) => ({ chain, starts: [...starts], keys: [...keys.values()] }));
}

/** The instance that an event starts: none when it is no start event, or one without root key, such as an act of another kind. */
function startsOf(definition: ChainDefinition, name: string, payload: unknown): readonly string[] {
  const value = definition.start.event === name ? rootKeyOf(definition, payload) : undefined;
  return value === undefined ? [] : [instanceId(definition.name, value)];
}

const rootKeyOf = (definition: ChainDefinition, payload: unknown): string | undefined =>
  definition.keys.find((k) => k.name === definition.start.key)?.from[definition.start.event]?.(payload)[0];

/** The value of the root key of a start event. Throws when the event has none: a bug of the definition. */
export function rootKey(definition: ChainDefinition, payload: unknown): string {
  const value = rootKeyOf(definition, payload);
  if (value === undefined) throw new Error(`${definition.name}: a start event without root key`);
  return value;
}

/** The root key of a start event is nobody's yet by nature: it is never early. */
const early = (definition: ChainDefinition, family: string, name: string, rule: 'park' | 'offer' | 'pass') =>
  definition.start.event === name && definition.start.key === family ? 'pass' : rule;

import type { ChainDefinition } from './definition.js';
import { digest128, uuid5 } from './uuid5.js';

/** A correlation key as it is stored: 128 bits over chain, family and value. The value itself is never in an index. */
export const correlationKey = (chain: string, family: string, value: string): string =>
  digest128(JSON.stringify([chain, family, value]));

/** The id of the instance of `chain` whose root key is `rootKey`: known before it exists. */
export const instanceId = (chain: string, rootKey: string): string => uuid5(JSON.stringify(['chain', chain, rootKey]));

/** The hashed keys an instance with these variables answers to. */
export function keysOf(definition: ChainDefinition, vars: unknown, ended: boolean): readonly string[] {
  const families = definition.keys.filter((k) => !ended || k.afterEnd === 'keep');
  const keys = families.flatMap((k) => k.of(vars).map((value) => correlationKey(definition.name, k.name, value)));
  return [...new Set(keys)].sort();
}

/** Whom an event concerns: the instances it starts, and the keys that running instances may answer to. */
export interface Route {
  readonly chain: string;
  readonly starts: readonly string[];
  readonly keys: readonly { readonly key: string; readonly early: 'park' | 'offer' | 'pass' }[];
}

/** The routes of one event; none when no chain waits for its type. Pure, so the router keeps no state of its own. */
export function routesOf(definitions: readonly ChainDefinition[], name: string, payload: unknown): readonly Route[] {
  return definitions
    .map((definition) => ({
      chain: definition.name,
      starts: startsOf(definition, name, payload),
      keys: definition.keys.flatMap((k) =>
        (k.from[name]?.(payload) ?? []).map((value) => ({
          key: correlationKey(definition.name, k.name, value),
          early: early(definition, k.name, name, k.early),
        })),
      ),
    }))
    .filter((route) => route.starts.length > 0 || route.keys.length > 0);
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

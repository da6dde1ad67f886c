import { problem, type Problem } from '@kruispunt/problem';

/** A filter as a subscriber writes it. `field` is a context attribute (`source`, `kpgemeentenis`) or a path into the payload (`data.nisNieuw`). */
export type Filter =
  | { readonly all: readonly Filter[] }
  | { readonly any: readonly Filter[] }
  | { readonly not: Filter }
  | { readonly field: string; readonly is: Scalar }
  | { readonly field: string; readonly in: readonly Scalar[] }
  | { readonly field: string; readonly prefix: string };
export type Scalar = string | number | boolean;

/** Yes, no, or cannot tell: an attribute that should be there and is not. What cannot be told is never delivered and never dropped. */
export type Told = 'yes' | 'no' | 'cannot-tell';

/** What a filter looks at: the context attributes, with the payload under `data`. */
export type Facts = object;
export type Test = (facts: Facts) => Told;

const depthMax = 8;
const nodesMax = 64;
const valuesMax = 1_000;

/** A filter read from JSON, or `invalid-request` with the place. Bounded: depth 8, 64 nodes, 1 000 values; no expressions, no code. */
export function parseFilter(json: unknown): Filter | Problem {
  const count = { nodes: 0 };
  const wrong = fault(json, '/filter', 1, count);
  return wrong === undefined ? (json as Filter) : problem('invalid-request', wrong);
}

interface Fault extends Record<string, string> {
  readonly at: string;
  readonly reason: string;
}

function fault(node: unknown, at: string, depth: number, count: { nodes: number }): Fault | undefined {
  if (depth > depthMax) return { at, reason: `deeper than ${depthMax}` };
  if (++count.nodes > nodesMax) return { at, reason: `more than ${nodesMax} nodes` };
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return { at, reason: 'expected an object' };
  const keys = Object.keys(node).sort().join(' ');
  const value = node as Readonly<Record<string, unknown>>;
  const within = (name: string, parts: unknown) => {
    if (!Array.isArray(parts) || parts.length === 0)
      return { at: `${at}/${name}`, reason: 'expected a list of filters' };
    return parts.map((part, i) => fault(part, `${at}/${name}/${i}`, depth + 1, count)).find((f) => f !== undefined);
  };
  switch (keys) {
    case 'all':
    case 'any':
      return within(keys, value[keys]);
    case 'not':
      return fault(value['not'], `${at}/not`, depth + 1, count);
    case 'field is':
      return (
        fieldFault(value, at) ??
        (isScalar(value['is']) ? undefined : { at: `${at}/is`, reason: 'expected text, a number or true/false' })
      );
    case 'field in':
      return fieldFault(value, at) ?? valuesFault(value['in'], `${at}/in`);
    case 'field prefix':
      return (
        fieldFault(value, at) ??
        (typeof value['prefix'] === 'string' ? undefined : { at: `${at}/prefix`, reason: 'expected text' })
      );
    default:
      return { at, reason: 'expected all, any, not, or field with is, in or prefix' };
  }
}

const isScalar = (v: unknown): v is Scalar =>
  typeof v === 'string' || typeof v === 'boolean' || (typeof v === 'number' && Number.isFinite(v));

function fieldFault(value: Readonly<Record<string, unknown>>, at: string): Fault | undefined {
  const { field } = value;
  const ok =
    typeof field === 'string' && field.length <= 200 && /^[a-z]+$|^data(\.[A-Za-z_][A-Za-z0-9_]*)+$/.test(field);
  return ok ? undefined : { at: `${at}/field`, reason: 'expected a context attribute or data.<path>' };
}

function valuesFault(values: unknown, at: string): Fault | undefined {
  if (!Array.isArray(values) || values.length === 0 || values.length > valuesMax)
    return { at, reason: `expected 1 to ${valuesMax} values` };
  return values.every(isScalar) ? undefined : { at, reason: 'expected text, numbers or true/false' };
}

/** A filter as a function. Kleene logic: `cannot-tell` wins over what does not decide. Linear in its nodes; never throws. */
export function compileFilter(filter: Filter): Test {
  if ('all' in filter) return every(filter.all.map(compileFilter), 'no', 'yes');
  if ('any' in filter) return every(filter.any.map(compileFilter), 'yes', 'no');
  if ('not' in filter) return opposite(compileFilter(filter.not));
  const path = filter.field.split('.');
  if ('is' in filter) return leaf(path, (v) => v === filter.is);
  if ('in' in filter) {
    const values = new Set<unknown>(filter.in);
    return leaf(path, (v) => values.has(v));
  }
  return leaf(path, (v) => typeof v === 'string' && v.startsWith(filter.prefix));
}

const opposite =
  (test: Test): Test =>
  (facts) => {
    const told = test(facts);
    return told === 'yes' ? 'no' : told === 'no' ? 'yes' : 'cannot-tell';
  };

/** All parts must be `otherwise`, unless one is `decides`. */
const every =
  (tests: readonly Test[], decides: Told, otherwise: Told): Test =>
  (facts) => {
    let told = otherwise;
    for (const test of tests) {
      const part = test(facts);
      if (part === decides) return decides;
      if (part === 'cannot-tell') told = 'cannot-tell';
    }
    return told;
  };

/** Absent is `cannot-tell`; null is known to be empty and so `no`; a list matches by any of its members. */
const leaf =
  (path: readonly string[], accepts: (value: unknown) => boolean): Test =>
  (facts) => {
    let value: unknown = facts;
    for (const name of path) {
      if (typeof value !== 'object' || value === null) return value === null ? 'no' : 'cannot-tell';
      if (!Object.hasOwn(value, name)) return 'cannot-tell';
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    if (value === undefined) return 'cannot-tell';
    const found = Array.isArray(value) ? value.some(accepts) : accepts(value);
    return found ? 'yes' : 'no';
  };

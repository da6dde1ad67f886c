import { dateOf, daysOf, instantOf, microsOf } from './instant.js';
import { depthMax, itemsMax } from './limits.js';
import type { FieldShape, RecordShape, Shape } from './shape.js';

/** Why a JSON value does not fit its schema; `segments` is the way to it, outermost first. Thrown only inside this package. */
export class Mismatch {
  readonly segments: (string | number)[] = [];
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }

  /** The way as a JSON Pointer (RFC 6901); empty for the payload itself. */
  get pointer(): string {
    return this.segments.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  }
}

interface Budget {
  items: number;
}

/**
 * The value as the codec takes it: own fields in schema order, defaults filled, instants in UTC. Strict: an undeclared field, a
 * missing one, a wrong type, a lone surrogate, a date the calendar does not know. Throws `Mismatch`.
 */
export const fit = (shape: Shape, json: unknown): unknown => fitValue(shape, json, 0, { items: itemsMax });

function fitValue(shape: Shape, json: unknown, depth: number, budget: Budget): unknown {
  if (depth > depthMax) throw new Mismatch(`nested deeper than ${depthMax}`);
  switch (shape.kind) {
    case 'null':
      return need(json === null, 'must be null', json);
    case 'boolean':
      return need(typeof json === 'boolean', 'must be true or false', json);
    case 'int':
      return need(
        Number.isInteger(json) && (json as number) >= -(2 ** 31) && (json as number) < 2 ** 31,
        'must be a 32-bit integer',
        json,
      );
    case 'long':
      return need(Number.isSafeInteger(json), 'must be an integer within ±(2^53 - 1)', json);
    case 'double':
      return need(Number.isFinite(json), 'must be a number', json);
    case 'string':
      return need(typeof json === 'string' && json.isWellFormed(), 'must be a text', json);
    case 'date':
      return need(typeof json === 'string' && daysOf(json) !== undefined, 'must be a date YYYY-MM-DD', json);
    case 'instant':
      return fitInstant(json);
    case 'enum':
      return need(shape.symbols.includes(json as string), `must be one of ${shape.symbols.join(', ')}`, json);
    case 'array':
      return fitArray(shape.items, json, depth, budget);
    case 'map':
      return fitMap(shape.values, json, depth, budget);
    case 'record':
      return fitRecord(shape, json, depth, budget);
    case 'union':
      return fitUnion(shape.branches, json, depth, budget);
    default:
      return shape satisfies never;
  }
}

function need(holds: boolean, reason: string, value: unknown): unknown {
  if (!holds) throw new Mismatch(reason);
  return value;
}

function fitInstant(json: unknown): string {
  const micros = typeof json === 'string' ? microsOf(json) : undefined;
  if (micros === undefined) throw new Mismatch('must be an RFC 3339 instant with offset and at most six decimals');
  return instantOf(micros);
}

/** Puts `segment` before the place of a mismatch that passes by. */
function from(thrown: unknown, segment: string | number): unknown {
  if (thrown instanceof Mismatch) thrown.segments.unshift(segment);
  return thrown;
}

function spend(budget: Budget, count: number): void {
  budget.items -= count;
  if (budget.items < 0) throw new Mismatch(`holds more than ${itemsMax} items`);
}

function fitArray(items: Shape, json: unknown, depth: number, budget: Budget): unknown[] {
  if (!Array.isArray(json)) throw new Mismatch('must be a list');
  spend(budget, json.length);
  const fitted = new Array<unknown>(json.length);
  let at = 0;
  try {
    for (; at < json.length; at += 1) fitted[at] = fitValue(items, json[at], depth + 1, budget);
  } catch (thrown) {
    throw from(thrown, at);
  }
  return fitted;
}

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function fitMap(values: Shape, json: unknown, depth: number, budget: Budget): Record<string, unknown> {
  if (!isObject(json)) throw new Mismatch('must be an object');
  const keys = Object.keys(json);
  spend(budget, keys.length);
  const fitted: Record<string, unknown> = {};
  for (const key of keys) {
    try {
      if (key === '__proto__' || !key.isWellFormed()) throw new Mismatch('is not allowed as a key');
      fitted[key] = fitValue(values, json[key], depth + 1, budget);
    } catch (thrown) {
      throw from(thrown, key);
    }
  }
  return fitted;
}

function fitRecord(shape: RecordShape, json: unknown, depth: number, budget: Budget): Record<string, unknown> {
  if (!isObject(json)) throw new Mismatch('must be an object');
  for (const key of Object.keys(json)) {
    if (!shape.byName.has(key)) throw from(new Mismatch('is not a field of this schema'), key);
  }
  const fitted: Record<string, unknown> = {};
  for (const field of shape.fields) {
    const { name } = field;
    try {
      fitted[name] = fitField(field, Object.hasOwn(json, name) ? json[name] : undefined, depth + 1, budget);
    } catch (thrown) {
      throw from(thrown, name);
    }
  }
  return fitted;
}

function fitField(field: FieldShape, given: unknown, depth: number, budget: Budget): unknown {
  if (given !== undefined) return fitValue(field.shape, given, depth, budget);
  if (field.default === undefined) throw new Mismatch('is missing');
  return fromDefault(field.shape, field.default);
}

/** Avro writes the default of a date as days and of an instant as µs; the payload has text. */
function fromDefault(shape: Shape, value: unknown): unknown {
  if (shape.kind === 'date') return dateOf(value as number);
  if (shape.kind === 'instant') return instantOf(value as number);
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

const jsonKind = (shape: Shape): string => {
  switch (shape.kind) {
    case 'int':
    case 'long':
    case 'double':
      return 'number';
    case 'date':
    case 'instant':
    case 'enum':
      return 'string';
    case 'map':
    case 'record':
      return 'object';
    default:
      return shape.kind;
  }
};

function fitUnion(branches: readonly Shape[], json: unknown, depth: number, budget: Budget): unknown {
  const kind = json === null ? 'null' : Array.isArray(json) ? 'array' : typeof json;
  let first: unknown;
  for (const branch of branches) {
    if (jsonKind(branch) !== kind) continue;
    try {
      return fitValue(branch, json, depth + 1, budget);
    } catch (thrown) {
      first ??= thrown;
    }
  }
  throw first ?? new Mismatch(`must be one of ${branches.map((branch) => branch.kind).join(', ')}`);
}

/** An Avro schema with its names resolved, as checking and scanning walk it. Logical types are their own kinds. */
export type Shape =
  | { readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'double' | 'string' | 'date' | 'instant' }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: Shape }
  | { readonly kind: 'map'; readonly values: Shape }
  | { readonly kind: 'union'; readonly branches: readonly Shape[] }
  | RecordShape;

export interface RecordShape {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: FieldShape[];
  readonly byName: Map<string, FieldShape>;
}

export interface FieldShape {
  readonly name: string;
  readonly shape: Shape;
  /** Avro's own default, or undefined when the field must be there. */
  readonly default: unknown;
}

interface Named {
  readonly name: string;
  readonly namespace?: string;
}

const plain = new Set(['null', 'boolean', 'int', 'long', 'double', 'string']);

/** Full name of a named type inside `namespace`. */
export const fullName = (named: Named, namespace: string): string =>
  named.name.includes('.')
    ? named.name
    : (named.namespace ?? namespace)
      ? `${named.namespace ?? namespace}.${named.name}`
      : named.name;

/** Resolves a parsed schema. Asserts on what our schemas never use: `bytes`, `fixed`, `float`, unknown names. */
export function shapeOf(schema: unknown, namespace = '', names = new Map<string, Shape>()): Shape {
  if (typeof schema === 'string') {
    if (plain.has(schema)) return { kind: schema } as Shape;
    const known = names.get(schema) ?? names.get(`${namespace}.${schema}`);
    if (!known) throw new Error(`schema uses ${schema}, which is not known here`);
    return known;
  }
  if (Array.isArray(schema))
    return { kind: 'union', branches: schema.map((branch) => shapeOf(branch, namespace, names)) };
  return complexShape(schema as Record<string, unknown>, namespace, names);
}

function complexShape(schema: Record<string, unknown>, namespace: string, names: Map<string, Shape>): Shape {
  const logical = schema['logicalType'];
  if (logical === 'date') return { kind: 'date' };
  if (logical === 'timestamp-micros') return { kind: 'instant' };
  switch (schema['type']) {
    case 'array':
      return { kind: 'array', items: shapeOf(schema['items'], namespace, names) };
    case 'map':
      return { kind: 'map', values: shapeOf(schema['values'], namespace, names) };
    case 'enum': {
      const name = fullName(schema as unknown as Named, namespace);
      const shape: Shape = { kind: 'enum', name, symbols: schema['symbols'] as string[] };
      names.set(name, shape);
      return shape;
    }
    case 'record':
      return recordShape(schema, namespace, names);
    default:
      return shapeOf(schema['type'], namespace, names);
  }
}

function recordShape(schema: Record<string, unknown>, outer: string, names: Map<string, Shape>): RecordShape {
  const name = fullName(schema as unknown as Named, outer);
  const namespace = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const shape: RecordShape = { kind: 'record', name, fields: [], byName: new Map() };
  names.set(name, shape);
  for (const field of schema['fields'] as { name: string; type: unknown; default?: unknown }[]) {
    const read = { name: field.name, shape: shapeOf(field.type, namespace, names), default: field.default };
    shape.fields.push(read);
    shape.byName.set(field.name, read);
  }
  return shape;
}

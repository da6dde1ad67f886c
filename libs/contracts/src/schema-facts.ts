import { fullName } from './shape.js';

/** A schema as the compatibility gate and the house rules see it: names resolved, logical types as text, nothing dropped. */
export type SchemaFacts = PlainFacts | ItemFacts | UnionFacts | EnumFacts | RecordFacts;

interface Common {
  /** Logical type with its parameters, e.g. `decimal(9,2)`; empty when there is none. */
  readonly logical: string;
}

export interface PlainFacts extends Common {
  readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'string' | 'bytes' | 'fixed';
}

export interface ItemFacts extends Common {
  readonly kind: 'array' | 'map';
  readonly items: SchemaFacts;
}

export interface UnionFacts extends Common {
  readonly kind: 'union';
  readonly branches: readonly SchemaFacts[];
}

export interface EnumFacts extends Common {
  readonly kind: 'enum';
  readonly name: string;
  readonly doc: string;
  readonly symbols: readonly string[];
  readonly default: string | undefined;
}

export interface RecordFacts extends Common {
  readonly kind: 'record';
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly FieldOfRecord[];
}

export interface FieldOfRecord {
  readonly name: string;
  readonly doc: string;
  readonly klasse: string;
  readonly osloIri: string | undefined;
  readonly hasDefault: boolean;
  readonly default: unknown;
  readonly facts: SchemaFacts;
}

type Names = Map<string, SchemaFacts>;
type Raw = Readonly<Record<string, unknown>>;
type Named = { readonly name: string; readonly namespace?: string };

const plain = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'bytes']);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads a parsed schema. Throws on a name it does not know. */
export const describeSchema = (schema: unknown): SchemaFacts => facts(schema, '', new Map());

function facts(schema: unknown, namespace: string, names: Names): SchemaFacts {
  if (Array.isArray(schema))
    return { kind: 'union', logical: '', branches: schema.map((branch) => facts(branch, namespace, names)) };
  if (typeof schema === 'string') {
    if (plain.has(schema)) return { kind: schema as PlainFacts['kind'], logical: '' };
    const known = names.get(schema) ?? names.get(`${namespace}.${schema}`);
    if (!known) throw new Error(`the schema uses ${schema}, which it does not define`);
    return known;
  }
  const raw = schema as Raw;
  const logical = logicalText(raw);
  switch (raw['type']) {
    case 'array':
      return { kind: 'array', logical, items: facts(raw['items'], namespace, names) };
    case 'map':
      return { kind: 'map', logical, items: facts(raw['values'], namespace, names) };
    case 'enum':
      return enumFacts(raw, namespace, names);
    case 'record':
      return recordFacts(raw, namespace, names);
    case 'fixed':
      return { kind: 'fixed', logical: `${logical}[${String(raw['size'])}]` };
    default:
      return { ...facts(raw['type'], namespace, names), logical };
  }
}

function logicalText(raw: Raw): string {
  const logical = text(raw['logicalType']);
  const parameters = [raw['precision'], raw['scale']].filter((value) => typeof value === 'number');
  return parameters.length > 0 ? `${logical}(${parameters.join(',')})` : logical;
}

function enumFacts(raw: Raw, namespace: string, names: Names): EnumFacts {
  const read: EnumFacts = {
    kind: 'enum',
    logical: '',
    name: fullName(raw as unknown as Named, namespace),
    doc: text(raw['doc']),
    symbols: raw['symbols'] as string[],
    default: raw['default'] as string | undefined,
  };
  names.set(read.name, read);
  return read;
}

function recordFacts(raw: Raw, outer: string, names: Names): RecordFacts {
  const name = fullName(raw as unknown as Named, outer);
  const namespace = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const fields: FieldOfRecord[] = [];
  const read: RecordFacts = { kind: 'record', logical: '', name, doc: text(raw['doc']), fields };
  names.set(name, read);
  for (const field of raw['fields'] as Raw[]) {
    fields.push({
      name: text(field['name']),
      doc: text(field['doc']),
      klasse: text(field['klasse']),
      osloIri: field['osloIri'] as string | undefined,
      hasDefault: field['default'] !== undefined,
      default: field['default'],
      facts: facts(field['type'], namespace, names),
    });
  }
  return read;
}

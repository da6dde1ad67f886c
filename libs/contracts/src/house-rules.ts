import type { Objection } from './compatibility.js';
import {
  describeSchema,
  type EnumFacts,
  type FieldOfRecord,
  type RecordFacts,
  type SchemaFacts,
} from './schema-facts.js';

const klassen = new Set(['OPEN', 'INTERN', 'PERSOON', 'BIJZONDER']);
/** What a JSON payload cannot say exactly, or what our codec does not read. */
const foreign = new Set(['bytes', 'fixed', 'float']);
const logicalTypes = new Set(['', 'date', 'timestamp-micros']);

/**
 * What Avro does not ask but we do (domain.md): every field has a doc and a privacy class, every enum a default, an optional
 * field is null first with default null, and an event ends with `tijdstipRegistratie`. Empty: the schema is sound.
 */
export function houseRules(schema: unknown): readonly Objection[] {
  const record = describeSchema(schema);
  if (record.kind !== 'record') return [{ at: '', reason: 'an event is a record' }];
  const last = record.fields.at(-1);
  const ends = last?.name === 'tijdstipRegistratie' && last.facts.logical === 'timestamp-micros' && !last.hasDefault;
  return [
    ...(ends ? [] : [{ at: '', reason: 'must end with tijdstipRegistratie: timestamp-micros' }]),
    ...recordRules(record, '', new Set()),
  ];
}

/** The same rules for a named type that events share: it has no moment of its own. */
export const sharedTypeRules = (schema: unknown): readonly Objection[] => rules(describeSchema(schema), '', new Set());

function rules(facts: SchemaFacts, at: string, done: Set<string>): Objection[] {
  if (foreign.has(facts.kind)) return [{ at, reason: `${facts.kind} has no exact JSON form here` }];
  if (!logicalTypes.has(facts.logical)) return [{ at, reason: `logical type ${facts.logical} is not read here` }];
  switch (facts.kind) {
    case 'array':
    case 'map':
      return rules(facts.items, `${at}/items`, done);
    case 'union':
      return unionRules(facts.branches, at, done);
    case 'enum':
      return enumRules(facts, at);
    case 'record':
      return recordRules(facts, at, done);
    default:
      return [];
  }
}

/** The JSON payload has no branch names: each branch must be told by its JSON type alone. */
function unionRules(branches: readonly SchemaFacts[], at: string, done: Set<string>): Objection[] {
  const jsonTypes = branches.map(
    (branch) =>
      ({
        int: 'number',
        long: 'number',
        double: 'number',
        enum: 'text',
        string: 'text',
        record: 'object',
        map: 'object',
      })[branch.kind as string] ?? branch.kind,
  );
  const double =
    jsonTypes.some((type, index) => jsonTypes.indexOf(type) !== index) ||
    branches.some((branch) => branch.kind !== 'string' && branch.logical !== '' && jsonTypes.includes('text'));
  return [
    ...(double ? [{ at, reason: 'two branches look the same in JSON' }] : []),
    ...branches.flatMap((branch) => rules(branch, at, done)),
  ];
}

function enumRules({ symbols, default: fallback, doc }: EnumFacts, at: string): Objection[] {
  return [
    ...(fallback !== undefined && symbols.includes(fallback)
      ? []
      : [{ at, reason: 'an enum needs a default among its symbols' }]),
    ...(doc ? [] : [{ at, reason: 'an enum needs a doc' }]),
    ...symbols
      .filter((symbol) => !/^[A-Z][A-Z0-9_]*$/.test(symbol))
      .map((symbol) => ({ at, reason: `symbol ${symbol} is not in CAPITALS_AND_LINES` })),
  ];
}

function recordRules(record: RecordFacts, at: string, done: Set<string>): Objection[] {
  if (done.has(record.name)) return [];
  done.add(record.name);
  return [
    ...(record.doc ? [] : [{ at, reason: 'a record needs a doc' }]),
    ...record.fields.flatMap((field) => fieldRules(field, `${at}/${field.name}`, done)),
  ];
}

function fieldRules(
  { name, doc, klasse, osloIri, facts, hasDefault, default: fallback }: FieldOfRecord,
  at: string,
  done: Set<string>,
): Objection[] {
  const optional = facts.kind === 'union' && facts.branches.some((branch) => branch.kind === 'null');
  const nullFirst = facts.kind === 'union' && facts.branches[0]?.kind === 'null' && hasDefault && fallback === null;
  return [
    ...(/^[a-z][A-Za-z0-9]*$/.test(name) ? [] : [{ at, reason: 'a field name is camelCase' }]),
    ...(doc ? [] : [{ at, reason: 'a field needs a doc' }]),
    ...(klassen.has(klasse) ? [] : [{ at, reason: 'a field needs a klasse: OPEN, INTERN, PERSOON or BIJZONDER' }]),
    ...(osloIri === undefined || osloIri === '@id' || /^https?:\/\/\S+$/.test(osloIri)
      ? []
      : [{ at, reason: 'osloIri is no IRI' }]),
    ...(!optional || nullFirst ? [] : [{ at, reason: 'an optional field is null first, with default null' }]),
    ...rules(facts, at, done),
  ];
}

import { describe, expect, it } from '@jest/globals';
import avro from 'avsc';
import { compatibility, type Revision } from './compatibility.js';
import { eventTypes, ev } from './generated/event-types.js';

type Schema = { fields: Record<string, unknown>[] };
const field = (name: string, type: unknown, more: object = {}) => ({
  name,
  type,
  doc: 'spec',
  klasse: 'INTERN',
  ...more,
});
const enumOf = (symbols: string[], more: object = {}) => ({
  type: 'enum',
  name: 'Soort',
  doc: 'spec',
  symbols,
  default: symbols.at(-1),
  ...more,
});
const decimal = (precision: number, scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision, scale });
const record = (...fields: object[]) => ({
  type: 'record',
  name: 'Spec',
  namespace: 'be.vlaanderen.spec.v1',
  doc: 'spec',
  fields,
});

const old = record(
  field('naam', 'string'),
  field('aantal', 'int'),
  field('soort', enumOf(['A', 'B', 'UITZONDERING'])),
  field('datum', { type: 'int', logicalType: 'date' }),
  field('bedrag', decimal(9, 2)),
  field('toelichting', ['null', 'string'], { default: null }),
  field('lijst', {
    type: 'array',
    items: { type: 'record', name: 'Deel', doc: 'spec', fields: [field('id', 'string', { klasse: 'PERSOON' })] },
  }),
);

/** The old schema with one change. */
function changed(change: (schema: Schema) => void): unknown {
  const schema = structuredClone(old) as unknown as Schema;
  change(schema);
  return schema;
}
const at = (index: number, patch: object) => changed((schema) => Object.assign(schema.fields[index]!, patch));
const part = (schema: Schema) => (schema.fields[6]!['type'] as { items: Schema }).items.fields[0]!;
const objections = (current: unknown, level: Revision['level'] = 'BACKWARD_TRANSITIVE', released: unknown[] = [old]) =>
  compatibility({ current, released, level });

describe('the compatibility gate', () => {
  it('lets a schema stand that did not change, or that was never released', () => {
    expect(objections(old, 'FULL_TRANSITIVE')).toEqual([]);
    expect(objections(old, 'FULL_TRANSITIVE', [])).toEqual([]);
  });

  it.each([
    [
      'an optional field is added',
      changed((s) => s.fields.splice(3, 0, field('nieuw', ['null', 'string'], { default: null }))),
    ],
    ['a symbol is added before the default', at(2, { type: enumOf(['A', 'B', 'C', 'UITZONDERING']) })],
    ['a doc changes', at(0, { doc: 'better' })],
    ['a class gets heavier', at(0, { klasse: 'PERSOON' })],
  ])('lets stand under both levels: %s', (_name, schema) => {
    expect(objections(schema, 'BACKWARD_TRANSITIVE')).toEqual([]);
    expect(objections(schema, 'FULL_TRANSITIVE')).toEqual([]);
  });

  it.each([
    [
      'a field that must be there is added',
      changed((s) => s.fields.unshift(field('nieuw', 'string'))),
      '/nieuw',
      'no default',
    ],
    ['a field is removed', changed((s) => s.fields.splice(0, 1)), '/naam', 'removed'],
    ['an optional field is removed', changed((s) => s.fields.splice(5, 1)), '/toelichting', 'removed'],
    ['a field is renamed', at(0, { name: 'benaming' }), '/benaming', 'no default'],
    ['a type changes', at(1, { type: 'string' }), '/aantal', 'int cannot be read as string'],
    [
      'a number gets narrower',
      changed((s) => Object.assign(s.fields[1]!, { type: 'boolean' })),
      '/aantal',
      'cannot be read',
    ],
    ['a symbol is removed', at(2, { type: enumOf(['A', 'UITZONDERING']) }), '/soort', 'symbol B was removed'],
    [
      'the default of an enum changes',
      at(2, { type: enumOf(['A', 'B', 'UITZONDERING'], { default: 'A' }) }),
      '/soort',
      'default UITZONDERING became A',
    ],
    [
      'an enum is renamed',
      at(2, { type: enumOf(['A', 'B', 'UITZONDERING'], { name: 'Aard' }) }),
      '/soort',
      'became be.vlaanderen.spec.v1.Aard',
    ],
    ['a date loses its logical type', at(3, { type: 'int' }), '/datum', 'logical type date became none'],
    [
      'a number becomes a date',
      at(1, { type: { type: 'int', logicalType: 'date' } }),
      '/aantal',
      'logical type none became date',
    ],
    ['the scale of a decimal changes', at(4, { type: decimal(9, 3) }), '/bedrag', 'decimal(9,2) became decimal(9,3)'],
    [
      'the precision of a decimal changes',
      at(4, { type: decimal(10, 2) }),
      '/bedrag',
      'decimal(9,2) became decimal(10,2)',
    ],
    [
      'the default of a field changes',
      at(5, { type: ['null', 'string'], default: 'x' }),
      '/toelichting',
      'the default changed',
    ],
    ['a branch of a union is removed', at(5, { type: ['null'] }), '/toelichting', 'no branch reads string'],
    ['a class gets lighter', at(0, { klasse: 'OPEN' }), '/naam', 'class INTERN became the lighter OPEN'],
    [
      'a class gets lighter inside a list',
      changed((s) => Object.assign(part(s), { klasse: 'OPEN' })),
      '/lijst/items/id',
      'lighter',
    ],
    [
      'a type changes inside a list',
      changed((s) => Object.assign(part(s), { type: 'int' })),
      '/lijst/items/id',
      'cannot be read',
    ],
    ['the record is renamed', { ...old, name: 'Ander' }, '', 'became be.vlaanderen.spec.v1.Ander'],
  ])('objects when %s', (_name, schema, place, reason) => {
    expect(objections(schema)).toContainEqual({ at: place, reason: expect.stringContaining(reason) });
  });

  it.each([
    ['a number gets wider', at(1, { type: 'long' }), '/aantal'],
    ['a text may become absent', at(0, { type: ['null', 'string'], default: null }), '/naam'],
    ['a union gets a branch', at(5, { type: ['null', 'string', 'boolean'], default: null }), '/toelichting'],
  ])('objects only under FULL_TRANSITIVE when %s', (_name, schema, place) => {
    expect(objections(schema).filter(({ reason }) => !reason.includes('default'))).toEqual([]);
    expect(objections(schema, 'FULL_TRANSITIVE').map((objection) => objection.at)).toContain(place);
  });

  it('remembers every released revision, not only the last', () => {
    const second = changed((s) => s.fields.splice(0, 0, field('tussen', ['null', 'string'], { default: null })));
    const third = changed((s) => s.fields.splice(0, 0, field('tussen', 'string', { default: 'x' })));
    expect(objections(third, 'BACKWARD_TRANSITIVE', [old])).toEqual([]);
    expect(objections(third, 'BACKWARD_TRANSITIVE', [old, second])).not.toEqual([]);
  });

  it('reads a record that holds itself', () => {
    const nest = record(field('in', ['null', 'be.vlaanderen.spec.v1.Spec'], { default: null }));
    expect(objections(nest, 'FULL_TRANSITIVE', [nest])).toEqual([]);
  });

  it('is stricter than avsc: what it lets stand, avsc resolves', () => {
    for (const eventType of eventTypes) {
      const later = structuredClone(eventType.schema) as Schema;
      later.fields.splice(-1, 0, field('nieuw', ['null', 'long'], { default: null }));
      expect(objections(later, 'FULL_TRANSITIVE', [eventType.schema])).toEqual([]);
      const [reader, writer] = [later, eventType.schema].map((schema) => avro.Type.forSchema(schema as avro.Schema));
      expect(() => reader!.createResolver(writer!)).not.toThrow();
      expect(() => writer!.createResolver(reader!)).not.toThrow();
    }
  });

  it('sees what avsc lets pass: a decimal scale', () => {
    const scale = at(4, { type: decimal(9, 3) });
    const [reader, writer] = [scale, old].map((schema) => avro.Type.forSchema(schema as never));
    expect(() => reader!.createResolver(writer!)).not.toThrow();
    expect(objections(scale)).toHaveLength(1);
  });

  it('says where a schema names a type it does not define', () => {
    expect(() => objections(at(0, { type: 'be.vlaanderen.spec.v1.Weg' }))).toThrow('be.vlaanderen.spec.v1.Weg');
    expect(ev.KetenGestartV1.fields.length).toBeGreaterThan(0);
  });
});

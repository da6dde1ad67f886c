import { describe, expect, it } from '@jest/globals';
import { eventTypes } from './generated/event-types.js';
import { houseRules, sharedTypeRules } from './house-rules.js';

const field = (name: string, type: unknown, more: object = {}) => ({
  name,
  type,
  doc: 'spec',
  klasse: 'OPEN',
  ...more,
});
const moment = field('tijdstipRegistratie', { type: 'long', logicalType: 'timestamp-micros' });
const event = (...fields: object[]) => ({
  type: 'record',
  name: 'Spec',
  namespace: 'be.vlaanderen.spec.v1',
  doc: 'spec',
  fields: [...fields, moment],
});
const soort = { type: 'enum', name: 'Soort', doc: 'spec', symbols: ['A', 'UITZONDERING'], default: 'UITZONDERING' };

describe('the house rules', () => {
  it.each(eventTypes)('hold for $type', ({ schema }) => expect(houseRules(schema)).toEqual([]));

  it('let a sound schema stand', () => {
    expect(
      houseRules(
        event(
          field('naam', 'string', { osloIri: 'https://data.vlaanderen.be/ns/adres#huisnummer' }),
          field('soort', soort),
        ),
      ),
    ).toEqual([]);
  });

  it.each([
    ['a field without doc', event(field('naam', 'string', { doc: undefined })), '/naam', 'a field needs a doc'],
    ['a field without class', event(field('naam', 'string', { klasse: undefined })), '/naam', 'a field needs a klasse'],
    [
      'a class that does not exist',
      event(field('naam', 'string', { klasse: 'GEHEIM' })),
      '/naam',
      'a field needs a klasse',
    ],
    [
      'a field without class deep inside',
      event(
        field('delen', {
          type: 'array',
          items: { type: 'record', name: 'Deel', doc: 'spec', fields: [{ name: 'id', type: 'string', doc: 'spec' }] },
        }),
      ),
      '/delen/items/id',
      'a field needs a klasse',
    ],
    [
      'an enum without default',
      event(field('soort', { ...soort, default: undefined })),
      '/soort',
      'an enum needs a default',
    ],
    [
      'an enum whose default is no symbol',
      event(field('soort', { ...soort, default: 'C' })),
      '/soort',
      'an enum needs a default',
    ],
    ['an enum without doc', event(field('soort', { ...soort, doc: undefined })), '/soort', 'an enum needs a doc'],
    [
      'a symbol in small letters',
      event(field('soort', { ...soort, symbols: ['a', 'UITZONDERING'] })),
      '/soort',
      'symbol a',
    ],
    ['an optional field without default', event(field('naam', ['null', 'string'])), '/naam', 'null first'],
    [
      'an optional field that has null last',
      event(field('naam', ['string', 'null'], { default: null })),
      '/naam',
      'null first',
    ],
    [
      'a union of two records',
      event(
        field('deel', [
          { type: 'record', name: 'A', doc: 'spec', fields: [] },
          { type: 'record', name: 'B', doc: 'spec', fields: [] },
        ]),
      ),
      '/deel',
      'same in JSON',
    ],
    [
      'a union of a date and a text',
      event(field('deel', ['string', { type: 'int', logicalType: 'date' }])),
      '/deel',
      'same in JSON',
    ],
    ['bytes', event(field('naam', 'bytes')), '/naam', 'no exact JSON form'],
    [
      'a logical type we do not read',
      event(field('tijd', { type: 'long', logicalType: 'timestamp-millis' })),
      '/tijd',
      'timestamp-millis',
    ],
    ['a field name with a line', event(field('na_am', 'string')), '/na_am', 'camelCase'],
    ['an IRI that is none', event(field('naam', 'string', { osloIri: 'adres#huisnummer' })), '/naam', 'osloIri'],
    ['a record without doc', { ...event(), doc: undefined }, '', 'a record needs a doc'],
    [
      'an event that does not end with its moment',
      { ...event(), fields: [moment, field('naam', 'string')] },
      '',
      'must end with tijdstipRegistratie',
    ],
    ['an event that is no record', soort, '', 'an event is a record'],
  ])('object to %s', (_name, schema, at, reason) => {
    expect(houseRules(schema)).toContainEqual({ at, reason: expect.stringContaining(reason) });
  });

  it('do not ask a shared type for a moment of its own', () => {
    expect(
      sharedTypeRules({
        type: 'record',
        name: 'Deel',
        namespace: 'be.vlaanderen.spec.v1',
        doc: 'spec',
        fields: [field('id', 'string')],
      }),
    ).toEqual([]);
    expect(sharedTypeRules({ ...soort, default: undefined })).toHaveLength(1);
  });
});

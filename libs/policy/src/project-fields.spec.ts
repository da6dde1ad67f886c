import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { projectFields } from './project-fields.js';

const names = ['dossier', 'nisNieuw', 'adresRef', 'constructor', '__proto__', 'toString'];
const type = { fields: names.map((name) => ({ name, klasse: 'PERSOON' as const, doc: '' })) };

it('keeps the named fields, in the order of the schema', () => {
  expect(
    Object.keys(projectFields(type, { adresRef: 'a', dossier: 'd', nisNieuw: 'n' }, ['nisNieuw', 'dossier'])),
  ).toEqual(['dossier', 'nisNieuw']);
});

it('keeps a null, and invents nothing for a field that is not there', () => {
  expect(projectFields(type, { dossier: null }, ['dossier', 'nisNieuw'])).toEqual({ dossier: null });
});

it('lets no field out that was not named, by any spelling of the request (canary)', () => {
  const payload = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.constant('CANARY-7b1f'));
  fc.assert(
    fc.property(
      payload,
      fc.array(fc.oneof(fc.constantFrom(...names, '*', 'dossier.x', ' dossier'), fc.string())),
      (given, fields) => {
        const left = projectFields(type, given, fields);
        for (const name of Object.keys(left)) {
          expect(fields).toContain(name);
          expect(names).toContain(name);
        }
        const allowed = names.filter((name) => fields.includes(name) && Object.hasOwn(given, name)).length;
        expect(JSON.stringify(left).split('CANARY-7b1f').length - 1).toBeLessThanOrEqual(allowed);
      },
    ),
    { numRuns: 2_000 },
  );
});

it('answers an empty payload for what is no record', () => {
  for (const odd of [null, 'text', 7]) expect(projectFields(type, odd, names)).toEqual({});
});

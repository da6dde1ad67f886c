import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AllowedMethods } from './allowed-methods.js';
import { languageOf } from './language.js';

describe('languageOf', () => {
  it.each([
    [undefined, 'nl'],
    ['en', 'en'],
    ['nl-BE, en;q=0.5', 'nl'],
    ['fr, en;q=0.4, nl;q=0.2', 'en'],
    ['en;q=0, *', 'nl'],
    ['EN-us;q=0.9,nl;q=1', 'nl'],
  ])('reads %p as %p', (header, language) => expect(languageOf(header)).toBe(language));

  it('answers one of the two for any header', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (header) => expect(['nl', 'en']).toContain(languageOf(header))),
    );
  });
});

describe('AllowedMethods', () => {
  it('finds the methods of a path with parameters, and none of a path that does not exist', () => {
    const methods = new AllowedMethods();
    methods.add(['GET'], '/v1/events/:source/:id');
    methods.add(['POST'], '/v1/events');
    expect(methods.at('/v1/events/urn%3Ax/e-1?x=1')).toEqual(['GET']);
    expect(methods.at('/v1/events')).toEqual(['POST']);
    expect(methods.at('/v1xevents')).toEqual([]);
  });
});

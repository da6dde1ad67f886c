import { describe, expect, it } from '@jest/globals';
import { organisationCode, sourceOwner } from './source-owner.js';

describe('a source', () => {
  it.each([
    ['urn:be:ovo:OVO002949:systeem:basisregisters', 'OVO002949'],
    ['urn:be:ovo:ovo002949:systeem:x', 'OVO002949'],
    ['urn:be:kbo:0999990024:systeem:burgerzaken', '0999990024'],
    ['urn:be:ovo:OVO000001:systeem:OVO002949:x', undefined],
    ['urn:be:ovo:OVO000001', undefined],
    ['https://example.org/OVO002949', undefined],
  ])('%s belongs to %s', (source, owner) => expect(sourceOwner(source)).toBe(owner));

  it.each([
    ['OVO002949', 'OVO002949'],
    ['https://data.vlaanderen.be/id/organisatie/OVO002949', 'OVO002949'],
    ['urn:be:kbo:0999990024', '0999990024'],
  ])('is compared with the bare code of %s', (organisation, code) => expect(organisationCode(organisation)).toBe(code));
});

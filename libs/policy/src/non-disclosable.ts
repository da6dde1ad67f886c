/** Names that hold where somebody lives, wherever they stand; a field whose OSLO IRI is about an address counts too. */
const addressNames: ReadonlySet<string> = new Set([
  'adres',
  'adresRef',
  'adresId',
  'verblijfsadres',
  'hoofdverblijfplaats',
  'postadres',
  'contactadres',
  'referentieadres',
  'straatnaam',
  'huisnummer',
  'busnummer',
  'postcode',
  'gemeentenaam',
]);
const addressIris = /verblijfsadres|\/ns\/adres#|locn#/;

/** True for a field that would tell the address of a person for whom IT252 (niet mededeelbaar) stands. */
export const isAddressField = (field: { readonly name: string; readonly osloIri?: string }): boolean =>
  addressNames.has(field.name) || (field.osloIri !== undefined && addressIris.test(field.osloIri));

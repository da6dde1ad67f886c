const shape = /^urn:be:(?:ovo:(OVO\d{6})|kbo:(\d{10})):systeem:[a-z0-9][a-z0-9._-]*$/i;

/**
 * Whose source this is. A source names the system that speaks: `urn:be:ovo:OVO002949:systeem:basisregisters` or
 * `urn:be:kbo:0999990024:systeem:burgerzaken`. Answers `OVO002949` or `0999990024`; undefined for a source of another form.
 */
export function sourceOwner(source: string): string | undefined {
  const match = shape.exec(source);
  return match === null ? undefined : (match[1] ?? match[2])?.toUpperCase();
}

/** An organisation by its bare code: `OVO002949` for `https://data.vlaanderen.be/id/organisatie/OVO002949`, digits for `urn:be:kbo:…`. */
export const organisationCode = (organisation: string): string =>
  (organisation.split(/[:/]/).at(-1) ?? '').toUpperCase();

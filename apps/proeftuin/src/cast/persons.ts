/** A person of the day: invented, with a test number (month part 61–72) that nobody can have. */
export interface TestPerson {
  readonly insz: string;
  readonly voornamen: readonly string[];
  readonly achternamen: readonly string[];
  readonly nietMededeelbaar?: true;
  readonly geboorte: { readonly datum: string };
  readonly beheerder: { readonly nis: string };
  readonly adres: Readonly<Record<string, string>>;
}

const names = [
  ['Ada', 'Testaert'],
  ['Bram', 'Proefman'],
  ['Cleo', 'Voorbeelds'],
  ['Dries', 'Van Der Test'],
  ['Elif', 'Sürme'],
  ['Fien', 'Oefenaar'],
] as const;

/** A valid test number: born in the year 19`yy`, sequence `order` (1–499). */
export function testInsz(yy: number, month: number, day: number, order: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const body = `${two(yy)}${month + 60}${two(day)}${String(order * 2).padStart(3, '0')}`;
  return `${body}${two(97 - (Number(body) % 97))}`;
}

/** The six who live through a day; another six each day, so that days do not meet each other's open dossiers. The last may not be disclosed. */
export function personsOf(day: number): readonly TestPerson[] {
  const year = 40 + (day % 60);
  const month = 1 + (Math.floor(day / 60) % 12);
  return names.map(([voornaam, achternaam], i) => ({
    insz: testInsz(year, month, 1 + i, 1 + (Math.floor(day / 720) % 498)),
    voornamen: [voornaam],
    achternamen: [achternaam],
    geboorte: { datum: `19${year}-${String(month).padStart(2, '0')}-0${1 + i}` },
    beheerder: { nis: '11002' },
    adres: { straatnaam: 'Proefstraat', huisnummer: String(10 + i), postcode: '2000', nis: '11002' },
    ...(i === names.length - 1 ? { nietMededeelbaar: true as const } : {}),
  }));
}

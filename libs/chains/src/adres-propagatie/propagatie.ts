import type {
  AdresGetransformeerdV1,
  AdresGewijzigdV1,
  GebouweenheidGewijzigdV1,
  PerceelGewijzigdV1,
} from '@kruispunt/contracts';
import type { CivilDate } from '@kruispunt/term';

/** What a readdressing remembers: which old addresses have which successors, and the lists of what was attached to them. */
export interface Propagatie {
  /** What its events share: the cause that the source names. */
  readonly groep: string;
  readonly bronOorzaakId: string | null;
  readonly begonnenOp: CivilDate;
  readonly nisCodes: readonly string[];
  /** Successors by old address. */
  readonly paren: Readonly<Record<string, readonly string[]>>;
  readonly gehistoreerd: readonly string[];
  /** Old addresses that were told. */
  readonly verteld: readonly string[];
  /** By unit or parcel: its addresses before the first change and after the last. */
  readonly lijsten: Readonly<Record<string, Lijst>>;
}

interface Lijst {
  readonly was: readonly string[];
  readonly wordt: readonly string[];
}

type Volger = GebouweenheidGewijzigdV1 | PerceelGewijzigdV1;

/** The case that a transform belongs to: its cause, or, where the source names none, the event itself. */
export const groepVan = (e: AdresGetransformeerdV1): string =>
  e.bronOorzaakId ?? `adres-${e.bronId ?? e.transformaties[0]?.vanId ?? ''}`;

/** The source says that it changed this because of a readdressing. */
export const isHeradressering = (e: { readonly bronGebeurtenis: string }): boolean =>
  /readdress/i.test(e.bronGebeurtenis);

/** The address goes out of use; removed as an error is something else, and so is rejected. */
export const historeert = (e: AdresGewijzigdV1): boolean =>
  e.attributen.some(
    ({ naam, nieuweWaarde }) =>
      naam === 'status' && typeof nieuweWaarde === 'string' && nieuweWaarde.endsWith('/gehistoreerd'),
  );

/** Addresses that a unit or parcel no longer has after this change; a change of its version alone has none. */
export function verwijderdeAdressen(e: Volger): readonly string[] {
  const lijst = lijstVan(e);
  return lijst ? lijst.was.filter((id) => !lijst.wordt.includes(id)) : [];
}

/** The list of addresses that this change gives a unit or parcel; undefined when it is about something else. */
export function lijstVan(e: Volger): Lijst | undefined {
  const attribuut = e.attributen.find(({ naam }) => naam === 'adresIds');
  const ids = (waarde: unknown): readonly string[] => (Array.isArray(waarde) ? waarde.map(String) : []);
  return attribuut && { was: ids(attribuut.oudeWaarde), wordt: ids(attribuut.nieuweWaarde) };
}

/** A readdressing as its first transform told it. */
export const propagatieVan = (e: AdresGetransformeerdV1, today: CivilDate): Propagatie => ({
  ...{ groep: groepVan(e), bronOorzaakId: e.bronOorzaakId, begonnenOp: today, nisCodes: e.nisCodes },
  ...{ paren: parenVan(e), gehistoreerd: [], verteld: [], lijsten: {} },
});

/** With the pairs of another transform of the same cause. Several old addresses may have one successor, and one may have several. */
export const metParen = (v: Propagatie, e: AdresGetransformeerdV1): Pick<Propagatie, 'paren' | 'nisCodes'> => ({
  paren: { ...v.paren, ...parenVan(e) },
  nisCodes: [...new Set([...v.nisCodes, ...e.nisCodes])],
});

const parenVan = (e: AdresGetransformeerdV1): Propagatie['paren'] =>
  Object.fromEntries(e.transformaties.map(({ vanId, naarIds }) => [vanId, naarIds]));

/** With the list of a unit or parcel: the last one wins, and the first says where it began. Undefined when no list changed. */
export function metLijst(v: Propagatie, e: Volger): Propagatie['lijsten'] | undefined {
  const lijst = lijstVan(e);
  return lijst && { ...v.lijsten, [e.id]: { was: v.lijsten[e.id]?.was ?? lijst.was, wordt: lijst.wordt } };
}

/** What followed an old address: had it at the beginning, and at the end no more. To and fro within the day is nothing. */
export const volgersVan = (v: Propagatie, vanId: string): readonly string[] =>
  Object.entries(v.lijsten)
    .flatMap(([id, { was, wordt }]) => (was.includes(vanId) && !wordt.includes(vanId) ? [id] : []))
    .sort();

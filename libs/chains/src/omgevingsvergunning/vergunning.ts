import {
  gemeenteOf,
  type AanvraagIngediendV1,
  type BeslissingGenomenV1,
  type BeroepIngesteldV1,
} from '@kruispunt/contracts';
import { dueDate, startTerm, type CivilDate, type TermRuleId } from '@kruispunt/term';

/** What a permit remembers. No applicant and no objector: only what is public. */
export interface Vergunning {
  readonly projectnummer: string;
  readonly procedure: AanvraagIngediendV1['procedure'];
  readonly commissieVereist: boolean;
  readonly indieningsdatum: CivilDate;
  readonly gemeentenNis: readonly string[];
  readonly adressen: readonly string[];
  readonly percelen: readonly string[];
  /** The day whose morrow is the first of the decision term, and what made it so (OVD art. 32, 46 §1). */
  readonly klokVan: CivilDate | null;
  readonly klokDoor: 'RESULTAAT' | 'STILZWIJGEN' | null;
  /** Last day to decide in first instance, extension included. */
  readonly einddatum: CivilDate | null;
  /** Why extensions that were told have no effect. */
  readonly zonderGevolg: readonly string[];
  readonly onderzoek: { readonly ronde: number; readonly van: CivilDate; readonly tot: CivilDate | null } | null;
  /** Advices by body; `strekking` null while it is awaited. */
  readonly adviezen: Readonly<Record<string, Advies>>;
  readonly beslissing: Beslissing | null;
  readonly bekendgemaaktOp: CivilDate | null;
  readonly beroepTot: CivilDate | null;
  readonly uitvoerbaarVanaf: CivilDate | null;
  readonly beroepen: readonly Beroep[];
  /** The day whose morrow is the first of the term in last instance, and its last day (OVD art. 66). */
  readonly beroepVan: CivilDate | null;
  readonly beroepEinddatum: CivilDate | null;
}

export interface Advies {
  readonly ronde: number;
  readonly gevraagdOp: CivilDate;
  readonly strekking: string | null;
}

/**
 * `aanleg`: a decision in last instance takes the place of the first. `buitenTermijn`: void in law (OVD art. 32 §4). `beroepBij`: the province
 * of the municipality when it was decided; a merger that comes later does not change to whom one appeals.
 */
export interface Beslissing {
  readonly uitkomst: BeslissingGenomenV1['uitkomst'];
  readonly op: CivilDate;
  readonly aanleg: 'EERSTE' | 'LAATSTE';
  readonly buitenTermijn: boolean;
  readonly beroepBij: string | null;
}

/** `bij`: who deals with it to its end, whatever becomes of the municipality. */
export interface Beroep {
  readonly nummer: string;
  readonly ingesteldOp: CivilDate;
  readonly bij: string;
  readonly stand: 'INGESTELD' | 'LAATTIJDIG' | 'ONONTVANKELIJK' | 'ONVOLLEDIG' | 'GEACHT_AFGEWEZEN' | 'BESLIST';
}

/** A permit as it was filed. */
export function vergunningVan(aanvraag: AanvraagIngediendV1): Vergunning {
  const { projectnummer, procedure, commissieVereist, indieningsdatum, gemeentenNis, adressen, percelen } = aanvraag;
  return {
    ...{ projectnummer, procedure, commissieVereist, indieningsdatum, gemeentenNis, adressen, percelen },
    ...{ klokVan: null, klokDoor: null, einddatum: null, zonderGevolg: [], onderzoek: null, adviezen: {} },
    ...{ beslissing: null, bekendgemaaktOp: null, beroepTot: null, uitvoerbaarVanaf: null },
    ...{ beroepen: [], beroepVan: null, beroepEinddatum: null },
  };
}

type Beslissingsregel = Extract<TermRuleId, `omv.beslissing.${string}`>;
type Beroepsregel = Extract<TermRuleId, `omv.beroepsbeslissing.${string}`>;

/** The term of the decision in first instance: 60, 105 or 120 days (OVD art. 32, 46). */
export function beslissingsregel(v: Pick<Vergunning, 'procedure' | 'commissieVereist'>): Beslissingsregel {
  if (v.procedure === 'VEREENVOUDIGD') return 'omv.beslissing.vereenvoudigd';
  return v.commissieVereist ? 'omv.beslissing.commissie' : 'omv.beslissing.gewoon';
}

/** The term of the decision in last instance: 60 or 120 days (OVD art. 66). */
export const beroepsregel = (v: Pick<Vergunning, 'procedure'>): Beroepsregel =>
  v.procedure === 'VEREENVOUDIGD' ? 'omv.beroepsbeslissing.vereenvoudigd' : 'omv.beroepsbeslissing.gewoon';

/** The last day of a term that begins on the day of a fact. */
export const laatsteDag = (rule: TermRuleId, anchor: CivilDate): CivilDate =>
  dueDate(startTerm({ rule, anchor })) ?? anchor;

/** The clock of the decision, from a day and for a reason. */
export function klok(
  v: Vergunning,
  start: Pick<Vergunning, 'klokDoor' | 'procedure'> & { readonly klokVan: CivilDate },
): Pick<Vergunning, 'klokVan' | 'klokDoor' | 'procedure' | 'einddatum'> {
  return { ...start, einddatum: laatsteDag(beslissingsregel({ ...v, ...start }), start.klokVan) };
}

/** A permit was given, and not too late. Only then can it ever be used. */
export const isVergund = ({ beslissing }: Vergunning): boolean =>
  beslissing !== null &&
  !beslissing.buitenTermijn &&
  ['VERGUND', 'VERGUND_ONDER_VOORWAARDEN', 'GEDEELTELIJK'].includes(beslissing.uitkomst);

/** An appeal as it came in; late when it was filed after the last day (OVD art. 54). While that day is not known it is in time. */
export function beroepVan(v: Vergunning, { beroepsnummer, ingesteldOp, beroepsinstantie }: BeroepIngesteldV1): Beroep {
  const laat = v.beroepTot !== null && ingesteldOp > v.beroepTot;
  const provincie = beroepsinstantie === 'DEPUTATIE' ? (v.beslissing?.beroepBij ?? provincieVan(v)) : null;
  const bij = provincie === null ? beroepsinstantie : `${beroepsinstantie} ${provincie}`;
  return { nummer: beroepsnummer, ingesteldOp, bij, stand: laat ? 'LAATTIJDIG' : 'INGESTELD' };
}

/** The province of the territory as it is administered now; it may change with a merger (Zwijndrecht, 2025). */
export const provincieVan = ({ gemeentenNis: [nis = ''] }: Vergunning): string | null =>
  gemeenteOf(nis)?.provincie ?? null;

/** The appeals, those that still stand with another standing. */
export const metStand = (v: Vergunning, stand: Beroep['stand'], nummer?: string): readonly Beroep[] =>
  v.beroepen.map((b) =>
    b.stand === 'INGESTELD' && (nummer === undefined || b.nummer === nummer) ? { ...b, stand } : b,
  );

import type { Klasse } from '@kruispunt/contracts';

export type Channel = 'WEBHOOK' | 'PULL' | 'KAFKA' | 'FILE';

/** An organisation in a protocol, for itself or in the name of others (`namens`). */
export interface Party {
  readonly organisation: string;
  readonly namens?: readonly string[];
}

/**
 * The legal basis of an exchange of data (e-govdecreet 18-07-2008 art. 8 §1; federal beraadslaging), as a structured grant. A changed
 * protocol is a new version; the old one stays readable for the audit. Dates inclusive, Europe/Brussels, `YYYY-MM-DD`.
 */
export interface Protocol {
  readonly id: string;
  readonly version: number;
  readonly parties: readonly Party[];
  readonly hoedanigheid: string;
  readonly purpose: string;
  readonly legalGround: string;
  readonly eventTypes: readonly string[];
  /** Per event type the top-level fields that may leave; `*` counts for OPEN types only. */
  readonly fieldsPerType: Readonly<Record<string, readonly string[]>>;
  /** Per kind of document behind a `dataref` the fields that may be fetched; no `*`. */
  readonly fetchFields: Readonly<Record<string, readonly string[]>>;
  readonly territory: 'all' | readonly string[];
  readonly subjectScope: 'all' | 'registered';
  readonly validFrom: string;
  readonly validTo: string | null;
  /** The channels it may leave through; `all` when the protocol does not limit them. */
  readonly channels: 'all' | readonly Channel[];
  readonly withdrawn: boolean;
  /** The version that took its place; whoever holds this one is judged by that one. A superseded version is withdrawn too. */
  readonly supersededBy?: number;
}

/** The name a decision record gives a protocol. */
export const protocolName = (p: Pick<Protocol, 'id' | 'version'>): string => `${p.id}@${p.version}`;

/** OPEN data needs no protocol; all else does (default deny). */
export const needsProtocol = (klasse: Klasse): boolean => klasse !== 'OPEN';

/** Whether a protocol stands behind a claimant, or what is missing. */
export type Force = 'in-force' | 'withdrawn' | 'not-yet-valid' | 'expired' | 'party' | 'hoedanigheid';

export interface Claimant {
  readonly organisation: string;
  readonly namens?: string | undefined;
  readonly hoedanigheid: string;
}

/** Is the protocol in force on `on` (`YYYY-MM-DD`, Europe/Brussels) for this party, in this capacity? The first reason why not, else. */
export function forceOf(protocol: Protocol, claimant: Claimant, on: string): Force {
  if (protocol.withdrawn) return 'withdrawn';
  if (on < protocol.validFrom) return 'not-yet-valid';
  if (protocol.validTo !== null && on > protocol.validTo) return 'expired';
  const party = protocol.parties.find((p) => p.organisation === claimant.organisation);
  if (!party) return 'party';
  if (claimant.namens !== undefined && !(party.namens ?? []).includes(claimant.namens)) return 'party';
  return protocol.hoedanigheid === claimant.hoedanigheid ? 'in-force' : 'hoedanigheid';
}

import { problem, type Problem } from '@kruispunt/problem';
import { civilDate } from './civil-date.js';
import { isAddressField } from './non-disclosable.js';
import { forceOf, protocolName, type Claimant, type Protocol } from './protocol.js';

/** One fetch of a document behind a `dataref`. `available` are the document's top-level fields. */
export interface FetchFacts {
  readonly document: string;
  readonly available: readonly { readonly name: string; readonly osloIri?: string }[];
  /** Now, ms since the epoch. */
  readonly at: number;
  readonly territory: readonly string[];
  readonly registered: boolean;
  /** IT252. */
  readonly nonDisclosable: boolean;
}

export type FetchVerdict =
  | { readonly kind: 'allowed'; readonly fields: readonly string[]; readonly protocol: string; readonly rule: string }
  | { readonly kind: 'refused'; readonly because: Problem; readonly rule: string };

/**
 * May this claimant fetch this document, and which fields of it? The first protocol in force that names the party, the capacity and
 * the document decides; without one: `no-purpose`, in the same words whether the subject exists or not (no oracle).
 */
export function mayFetch(claimant: Claimant, facts: FetchFacts, protocols: readonly Protocol[]): FetchVerdict {
  const on = civilDate(facts.at);
  const protocol = protocols.find(
    (p) => forceOf(p, claimant, on) === 'in-force' && Object.hasOwn(p.fetchFields, facts.document),
  );
  if (!protocol) return refused('no-protocol');
  const name = protocolName(protocol);
  if (protocol.territory !== 'all' && !facts.territory.some((nis) => protocol.territory.includes(nis)))
    return refused(`${name}:territory`);
  if (protocol.subjectScope === 'registered' && !facts.registered) return refused(`${name}:subject-not-registered`);
  const listed = protocol.fetchFields[facts.document] ?? [];
  const fields = facts.available
    .filter((field) => listed.includes(field.name) && !(facts.nonDisclosable && isAddressField(field)))
    .map((field) => field.name);
  return fields.length === 0 ? refused(`${name}:no-fields`) : { kind: 'allowed', fields, protocol: name, rule: name };
}

const refused = (rule: string): FetchVerdict => ({ kind: 'refused', because: problem('no-purpose'), rule });

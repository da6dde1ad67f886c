import type { AuditTrail } from '@kruispunt/audit';
import type { Clock } from '@kruispunt/clock';
import { mayFetch, type Caller, type Protocol } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { PersoonStore, Persoon } from '@kruispunt/postgres';

/** The document behind the `dataref` of a person, as protocols name it. */
export const persoonDocument = 'persoon';

export interface FetchPorts {
  readonly personen: Pick<PersoonStore, 'find'>;
  readonly protocols: { active(organisation: string): Promise<readonly Protocol[]> };
  readonly registrations: { registered(organisation: string, subject: string, on: number): Promise<boolean> };
  readonly audit: AuditTrail;
  readonly clock: Clock;
}

export interface FetchWish {
  readonly caller: Caller;
  readonly pseudoniem: string;
  readonly hoedanigheid: string;
  readonly namens?: string;
}

/** The address of a person by its OSLO term: what IT252 keeps back, whatever a protocol lists. */
const fieldsOf = (persoon: Persoon) =>
  Object.keys(persoon.gegevens).map((name) =>
    ['adres', 'verblijfsadres', 'adresRef'].includes(name)
      ? { name, osloIri: 'https://data.vlaanderen.be/ns/persoon#verblijfsadres' }
      : { name },
  );

/**
 * A person's data under the caller's own purpose: the fields its protocol lists, never more, and the audit line first. Throws `no-purpose`
 * in the same words for a person that is not there (no oracle), `audit-unavailable` when no line could be written.
 */
export async function fetchPersoon(wish: FetchWish, ports: FetchPorts): Promise<Readonly<Record<string, unknown>>> {
  const { caller, pseudoniem, hoedanigheid, namens } = wish;
  const at = ports.clock.now();
  const [persoon, protocols, registered] = await Promise.all([
    ports.personen.find(pseudoniem),
    ports.protocols.active(caller.organisation),
    ports.registrations.registered(caller.organisation, pseudoniem, at),
  ]);
  const claimant = { organisation: caller.organisation, hoedanigheid, ...(namens === undefined ? {} : { namens }) };
  const verdict = persoon
    ? mayFetch(
        claimant,
        {
          document: persoonDocument,
          available: fieldsOf(persoon),
          at,
          territory: persoon.beheerderNis === null ? [] : [persoon.beheerderNis],
          registered,
          nonDisclosable: persoon.nietMededeelbaar,
        },
        protocols,
      )
    : { kind: 'refused' as const, because: problem('no-purpose'), rule: 'absent' };
  await ports.audit.append([
    {
      kind: verdict.kind === 'allowed' ? 'fetch' : 'refusal',
      at,
      action: 'persoon.fetch',
      organisation: caller.organisation,
      application: 'bevolking',
      user: caller.subject,
      about: pseudoniem,
      hoedanigheid,
      rule: verdict.rule,
      ...(namens === undefined ? {} : { namens }),
      ...(verdict.kind === 'allowed' ? { protocol: verdict.protocol, fields: verdict.fields } : {}),
    },
  ]);
  if (verdict.kind === 'refused') throw verdict.because;
  return Object.fromEntries(verdict.fields.map((name) => [name, persoon?.gegevens[name]]));
}

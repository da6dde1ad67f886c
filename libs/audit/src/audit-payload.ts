import type { AuditGeregistreerdV1 } from '@kruispunt/contracts';
import type { AuditEntry, AuditKind } from './audit-trail.js';

const soorten = {
  intent: 'INTENTIE',
  outcome: 'UITKOMST',
  fetch: 'RAADPLEGING',
  operator: 'HANDELING',
  refusal: 'WEIGERING',
} as const satisfies Record<AuditKind, AuditGeregistreerdV1['soort']>;

/** An entry in the law's words, with its place in the chain. The ticket stands behind the reason, the rule where there is no outcome. */
export function auditPayload(
  entry: AuditEntry,
  link: { readonly reference: string; readonly previous: string },
): AuditGeregistreerdV1 {
  const [protocol, protocolVersie] = entry.protocol?.split('@') ?? [];
  return {
    referentie: link.reference,
    soort: soorten[entry.kind],
    organisatie: entry.organisation,
    namens: entry.namens ?? null,
    dienst: entry.application,
    hoedanigheid: entry.hoedanigheid ?? null,
    protocol: protocol ?? null,
    protocolVersie: protocolVersie ?? null,
    abonnement: entry.subscription ?? null,
    ...eventFields(entry),
    subjectPseudoniem: entry.about ?? null,
    poging: entry.attempt ?? null,
    uitkomst: entry.outcome ?? entry.rule ?? null,
    httpStatus: entry.status ?? null,
    handeling: entry.action,
    door: entry.user ?? null,
    reden: reasonOf(entry),
    heraflevering: entry.replay ?? null,
    digest: entry.digest ?? null,
    vorigeDigest: link.previous,
    velden: [...(entry.fields ?? [])],
    tijdstipRegistratie: new Date(entry.at).toISOString(),
  };
}

const eventFields = ({ event }: AuditEntry) => ({
  eventId: event?.id ?? null,
  eventSource: event?.source ?? null,
  eventType: event?.type ?? null,
  topic: event?.position?.topic ?? null,
  partitie: event?.position?.partition ?? null,
  offset: event?.position?.offset ?? null,
});

const reasonOf = ({ reason, ticket }: AuditEntry): string | null =>
  reason === undefined ? null : ticket === undefined ? reason : `${reason} (${ticket})`;

import { hash } from 'node:crypto';
import type { AuditEntry } from '@kruispunt/audit';
import type { Clock } from '@kruispunt/clock';
import { subjectsOf, type Subscription } from '@kruispunt/delivery';
import type { TypedEvent } from '../match/judge.js';

/** What leaves of an event, and by which rule. */
export interface Leaving {
  readonly attempt: number;
  readonly fields: readonly string[];
  readonly rule: string;
  /** The event as its receiver gets it. */
  readonly body: string | Uint8Array;
  readonly replay?: string | undefined;
}

/** Only OPEN and INTERN events may leave without a line in front. */
export const isPersonal = ({ type }: Pick<TypedEvent, 'type'>): boolean =>
  type.klasse === 'PERSOON' || type.klasse === 'BIJZONDER';

/** What an audit line says of a delivery, whichever channel it leaves through. */
export function auditLine(
  { clock }: { readonly clock: Clock },
  s: Subscription,
  { event, type }: TypedEvent,
  leaving: Leaving,
): Omit<AuditEntry, 'kind'> {
  const { envelope, position } = event;
  const about = type.klasse === 'OPEN' ? undefined : subjectsOf(event)[0];
  return {
    at: clock.now(),
    action: 'deliver',
    organisation: s.org,
    application: 'delivery-gateway',
    subscription: s.id,
    hoedanigheid: s.hoedanigheid,
    event: { id: envelope.id, source: envelope.source, type: envelope.type, position },
    fields: leaving.fields,
    rule: leaving.rule,
    attempt: leaving.attempt,
    digest: hash('sha256', leaving.body),
    ...(s.namens !== undefined && { namens: s.namens }),
    // The version that decided, which may have taken the place of the one that the subscription names.
    ...(s.protocol !== undefined && { protocol: leaving.rule }),
    ...(about !== undefined && { about }),
    ...(leaving.replay !== undefined && { replay: leaving.replay }),
  };
}

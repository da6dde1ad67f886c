import type { EventType } from '@kruispunt/contracts';
import type { Envelope } from '@kruispunt/event';
import { civilDate } from './civil-date.js';
import { isAddressField } from './non-disclosable.js';
import { forceOf, needsProtocol, protocolName, type Channel, type Claimant, type Protocol } from './protocol.js';
import { territoryOf } from './territory.js';

/** In whose name, in which capacity, under which protocol and by which door a subscription receives. */
export interface Grant extends Claimant {
  /** undefined: the subscription names no protocol, or one that does not exist. */
  readonly protocol: Protocol | undefined;
  readonly channel: Channel;
  /** What the subscriber wants of what it may have; undefined: all of it. */
  readonly projection?: readonly string[] | undefined;
}

/** The facts of one event at one moment. */
export interface ReceiveFacts {
  readonly type: Pick<EventType, 'type' | 'klasse' | 'fields'>;
  readonly envelope: Pick<Envelope, 'kpgemeentenis'>;
  readonly payload: unknown;
  /** Now, ms since the epoch: authorisation is asked when bytes leave (I16). */
  readonly at: number;
  /** When the log took the event, ms: a protocol opens no history from before its first day. */
  readonly loggedAt: number;
  /** Is the subject registered for this subscription? undefined: not known. Asked only by `subjectScope: registered`. */
  readonly registered?: boolean | undefined;
  /** IT252: the address of this person may not be disclosed. */
  readonly nonDisclosable?: boolean | undefined;
}

/** `rule` names what decided, for the audit line. `cannot-tell` is parked with its reason: never delivered, never dropped in silence. */
export type ReceiveVerdict =
  | { readonly kind: 'allowed'; readonly fields: readonly string[]; readonly rule: string }
  | { readonly kind: 'suppressed'; readonly rule: string }
  | { readonly kind: 'cannot-tell'; readonly reason: string };

/**
 * May this event leave under this grant, and with which top-level fields? Default deny: PERSOON, BIJZONDER and INTERN always need a
 * protocol; OPEN needs none, but a protocol that a subscription names binds it. Source: security.md §5, delivery.md §3.
 */
export function mayReceive(grant: Grant, facts: ReceiveFacts): ReceiveVerdict {
  const { protocol } = grant;
  if (!protocol) {
    if (needsProtocol(facts.type.klasse)) return { kind: 'suppressed', rule: 'no-protocol' };
    return withFields(grant, facts, '*', 'open');
  }
  const name = protocolName(protocol);
  const suppressed = (reason: string): ReceiveVerdict => ({ kind: 'suppressed', rule: `${name}:${reason}` });
  const force = forceOf(protocol, grant, civilDate(facts.at));
  if (force !== 'in-force') return suppressed(force);
  if (civilDate(facts.loggedAt) < protocol.validFrom) return suppressed('before-protocol');
  if (protocol.channels !== 'all' && !protocol.channels.includes(grant.channel)) return suppressed('channel');
  if (!protocol.eventTypes.includes(facts.type.type)) return suppressed('type');
  const place = inTerritory(protocol, facts);
  if (place !== 'yes')
    return place === 'no' ? suppressed('territory') : { kind: 'cannot-tell', reason: 'territory-missing' };
  if (protocol.subjectScope === 'registered') {
    if (facts.registered === undefined) return { kind: 'cannot-tell', reason: 'registration-unknown' };
    if (!facts.registered) return suppressed('subject-not-registered');
  }
  const listed = Object.hasOwn(protocol.fieldsPerType, facts.type.type) ? protocol.fieldsPerType[facts.type.type]! : [];
  return withFields(grant, facts, listed, name);
}

function inTerritory(protocol: Protocol, facts: ReceiveFacts): 'yes' | 'no' | 'cannot-tell' {
  if (protocol.territory === 'all') return 'yes';
  const named = territoryOf(facts.envelope, facts.payload);
  if (named.length === 0) return 'cannot-tell';
  return named.some((nis) => protocol.territory.includes(nis)) ? 'yes' : 'no';
}

function withFields(grant: Grant, facts: ReceiveFacts, listed: '*' | readonly string[], rule: string): ReceiveVerdict {
  const everything = listed === '*' || (facts.type.klasse === 'OPEN' && listed.includes('*'));
  const fields = facts.type.fields
    .filter((field) => everything || listed.includes(field.name))
    .filter((field) => grant.projection === undefined || grant.projection.includes(field.name))
    .filter((field) => facts.nonDisclosable !== true || !isAddressField(field))
    .map((field) => field.name);
  return fields.length === 0 ? { kind: 'suppressed', rule: `${rule}:no-fields` } : { kind: 'allowed', fields, rule };
}

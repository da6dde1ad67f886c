import type { EventType } from '@kruispunt/contracts';
import type { Envelope } from '@kruispunt/event';
import { civilDate } from './civil-date.js';
import { grantedTerritory } from './merged-territory.js';
import { projectionOf, type Projection } from './projection.js';
import { forceOf, needsProtocol, protocolName, type Channel, type Claimant, type Protocol } from './protocol.js';
import { territoryOf, type Municipalities } from './territory.js';

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
  /** The merger table; without it a territory counts by its letter. */
  readonly municipalities?: Municipalities;
}

/** `rule` names what decided, for the audit line. `cannot-tell` is parked with its reason: never delivered, never dropped in silence. */
export type ReceiveVerdict =
  | { readonly kind: 'allowed'; readonly fields: readonly string[]; readonly rule: string }
  | { readonly kind: 'suppressed'; readonly rule: string }
  | { readonly kind: 'cannot-tell'; readonly reason: string };

/** Without a merger table a territory counts by its letter. */
const nobody: Municipalities = new Map();

/** What a grant allows of a type, before any event is seen. */
export type TypeGrant =
  | { readonly kind: 'allowed'; readonly projection: Projection; readonly rule: string }
  | { readonly kind: 'suppressed'; readonly rule: string };

/**
 * May events of this type leave under this grant on `on` (`YYYY-MM-DD`, Europe/Brussels), and with which fields? Default deny: PERSOON,
 * BIJZONDER and INTERN always need a protocol; OPEN needs none, but a protocol that a subscription names binds it.
 */
export function mayReceiveType(grant: Grant, type: ReceiveFacts['type'], on: string): TypeGrant {
  const { protocol } = grant;
  const rule = protocol ? protocolName(protocol) : 'open';
  const suppressed = (reason: string): TypeGrant => ({ kind: 'suppressed', rule: `${rule}:${reason}` });
  if (!protocol) {
    if (needsProtocol(type.klasse)) return { kind: 'suppressed', rule: 'no-protocol' };
  } else {
    const force = forceOf(protocol, grant, on);
    if (force !== 'in-force') return suppressed(force);
    if (protocol.channels !== 'all' && !protocol.channels.includes(grant.channel)) return suppressed('channel');
    if (!protocol.eventTypes.includes(type.type)) return suppressed('type');
  }
  const projection = projectionOf(protocol, type, grant.projection);
  return projection.fields.length === 0 ? suppressed('no-fields') : { kind: 'allowed', projection, rule };
}

/**
 * May this event leave under this grant, and with which top-level fields? What the grant says of the type, then what the event itself
 * brings: its day, its territory (as mergers left it), its subject, IT252. Source: security.md §5, delivery.md §3.
 */
export function mayReceive(grant: Grant, facts: ReceiveFacts): ReceiveVerdict {
  const typed = mayReceiveType(grant, facts.type, civilDate(facts.at));
  if (typed.kind === 'suppressed') return typed;
  const { rule, projection } = typed;
  const suppressed = (reason: string): ReceiveVerdict => ({ kind: 'suppressed', rule: `${rule}:${reason}` });
  const { protocol } = grant;
  if (protocol) {
    if (civilDate(facts.loggedAt) < protocol.validFrom) return suppressed('before-protocol');
    const place = inTerritory(protocol, facts);
    if (place === 'cannot-tell') return { kind: 'cannot-tell', reason: 'territory-missing' };
    if (place === 'no') return suppressed('territory');
    if (protocol.subjectScope === 'registered') {
      if (facts.registered === undefined) return { kind: 'cannot-tell', reason: 'registration-unknown' };
      if (!facts.registered) return suppressed('subject-not-registered');
    }
  }
  const fields = facts.nonDisclosable === true ? projection.withoutAddress : projection.fields;
  return fields.length === 0 ? suppressed('no-fields') : { kind: 'allowed', fields, rule };
}

function inTerritory({ territory }: Protocol, facts: ReceiveFacts): 'yes' | 'no' | 'cannot-tell' {
  if (territory === 'all') return 'yes';
  const named = territoryOf(facts.envelope, facts.payload);
  if (named.length === 0) return 'cannot-tell';
  const { municipalities = nobody } = facts;
  const granted = grantedTerritory(territory, civilDate(facts.at), municipalities);
  return named.some((nis) => granted.has(nis)) ? 'yes' : 'no';
}

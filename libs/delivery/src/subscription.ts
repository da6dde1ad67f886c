import type { Channel } from '@kruispunt/policy';
import type { Circuit } from './circuit.js';
import type { Filter } from './filter.js';

export type SubscriptionState = 'new' | 'active' | 'paused' | 'ended';
export type OrderPolicy = 'hold' | 'release';

/** How one webhook request is signed: Ed25519 (`v1a`) or a shared secret (`v1`), Standard Webhooks. */
export type SignatureProfile = 'v1a' | 'v1';

/** A hole in the address guard for one subscription: a CIDR or a host name, until an instant (ms), approved by someone. */
export interface AddressException {
  readonly cidr?: string;
  readonly host?: string;
  readonly until: number;
  readonly approver: string;
}

/**
 * Where a webhook goes. Keys are derived, never stored: `keyVersion` names the present one; the one before it signs along until
 * `previousUntil` (ms).
 */
export interface Endpoint {
  readonly url: string;
  readonly profile: SignatureProfile;
  readonly keyVersion: number;
  readonly previousUntil?: number;
  readonly exceptions: readonly AddressException[];
}

/** Who receives what, under which protocol, how. Dates are `YYYY-MM-DD` in Europe/Brussels, inclusive. */
export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly org: string;
  readonly namens?: string;
  readonly protocol?: string;
  readonly protocolVersion?: number;
  readonly hoedanigheid: string;
  readonly types: readonly string[];
  /** Territory, any of; undefined: everywhere. */
  readonly nis?: readonly string[];
  readonly filter?: Filter;
  readonly subjects: 'all' | 'registered';
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly channel: Channel;
  readonly endpoint?: Endpoint;
  readonly projection?: readonly string[];
  readonly orderPolicy: OrderPolicy;
  readonly inFlightMax: number;
  readonly state: SubscriptionState;
  readonly stateReason?: string;
  readonly circuit?: Circuit;
  /** Rises with every change. */
  readonly rev: number;
}

import type { Channel } from '@kruispunt/policy';
import type { Circuit } from './circuit.js';
import type { Filter } from './filter.js';

export type SubscriptionState = 'new' | 'active' | 'paused' | 'ended';
export type OrderPolicy = 'hold' | 'release';

/** How one webhook request is signed: Standard Webhooks with Ed25519 (`v1a`) or a shared secret (`v1`), or HTTP Message Signatures (RFC 9421). */
export type SignatureProfile = 'v1a' | 'v1' | 'rfc9421';

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
  /** No redelivery goes here before this instant (ms): the endpoint is new, and who moved it may not be who should. */
  readonly replayFrom?: number;
  readonly exceptions: readonly AddressException[];
}

/** Periods of a FILE subscription: ISO 8601 durations, counted in UTC. */
export const filePeriods = { PT15M: 900_000, PT1H: 3_600_000, P1D: 86_400_000 } as const;
export type FilePeriod = keyof typeof filePeriods;

/** In company: up to `eventsMax` events in one request (WEBHOOK), or one file per `period` (FILE). */
export interface Batch {
  readonly eventsMax?: number;
  readonly period?: FilePeriod;
}

/** Where a KAFKA subscription is written to, and whom the broker lets read it. */
export interface Output {
  readonly topic: string;
  readonly principal: string;
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
  /** Events per second that the receiver wants at most, from one process. */
  readonly rateMax?: number;
  readonly batch?: Batch;
  readonly output?: Output;
  readonly state: SubscriptionState;
  readonly stateReason?: string;
  readonly circuit?: Circuit;
  /** Rises with every change. */
  readonly rev: number;
}

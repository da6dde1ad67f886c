import type { Expectations } from '../report/expectation.js';
import type { Receiver } from '../receive/receiver.js';
import type { Stage } from '../stage/stage.js';
import type { Teller } from './tell.js';

/** A person of the day as everybody outside the register knows one. */
export interface Known {
  readonly pseudoniem: string;
  readonly nietMededeelbaar: boolean;
}

export type SubscriptionName =
  | 'wonen-registratie'
  | 'parkeren-mutaties'
  | 'vreemde-mutaties'
  | 'hulpdiensten-adressen'
  | 'kaarten-adressen'
  | 'archief-adressen';

/** What the scenes of a day share: the stage, who plays, and what was seen so far. */
export interface Day {
  readonly stage: Stage;
  readonly teller: Teller;
  readonly expectations: Expectations;
  readonly startedAt: number;
  readonly persons: Known[];
  /** Civil date of the chain's clock, `YYYY-MM-DD`: in the proving ground it may be weeks ahead. */
  today: string;
  readonly receivers: Readonly<Record<'housing' | 'parking' | 'rescue' | 'maps' | 'stranger', Receiver>>;
  readonly subscriptions: Map<SubscriptionName, string>;
  readonly dossiers: { confirmed: string[]; refused: string[]; overtaken: string[]; lapsed: string[] };
  /** Accepted over HTTP, by event type. */
  readonly accepted: Record<string, number>;
  /** Refused over HTTP, by problem slug. */
  readonly refused: Record<string, number>;
  /** Parked today, by subscription, redelivered or not. */
  readonly parked: Record<string, number>;
  readonly acceptMs: number[];
  /** When the gateway answered 202, ms since the epoch, by event id. */
  readonly acceptedAt: Map<string, number>;
  readonly data: { feedEvents: object[]; persons: object[]; unreadable: readonly string[] };
}

export const count = (counter: Record<string, number>, name: string, by = 1): void => {
  counter[name] = (counter[name] ?? 0) + by;
};

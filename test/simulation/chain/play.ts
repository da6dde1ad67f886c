import type { ChainDefinition, Input } from '@kruispunt/chain-engine';

export type Event = Extract<Input, { kind: 'event' }>;

/** Something that is published on a day of the play; on some days twice. */
export interface Scripted {
  readonly day: number;
  readonly event: Event;
  readonly dossier: string;
}

/** What is played: chains, what the outside world says, and on which civil day it begins (ms). */
export interface Play {
  readonly definitions: readonly ChainDefinition[];
  readonly script: readonly Scripted[];
  readonly startAt: number;
  readonly days: number;
  /** Handlers of it may throw on purpose: then an incident is no fault of the engine. */
  readonly bugs: boolean;
}

export const fact = (name: string, id: string, payload: object): Event => ({
  kind: 'event',
  name,
  id,
  source: 'urn:proef',
  payload,
});

import type { LogPosition } from '@kruispunt/event';
import type { ReceiveVerdict } from '@kruispunt/policy';

/** Three intents, never mixed (delivery.md §6). `failed`: parked only. `missing`: matched, never delivered. `all`: also delivered ones. */
export const intents = ['failed', 'missing', 'all'] as const;
export type Intent = (typeof intents)[number];

/** Per key in log order, or each event on its own. */
export type ReplayOrder = 'preserve' | 'independent';

/** What an operator asks. Instants are ms; `from` inclusive, `to` exclusive, by the time the log took the event. */
export interface PlanRequest {
  readonly subscription: string;
  readonly intent: Intent;
  readonly from?: number;
  readonly to?: number;
  /** Event types, `*` for any run of characters. */
  readonly types?: readonly string[];
  /** The subject's key. */
  readonly key?: string;
  readonly eventIds?: readonly string[];
  /** Fingerprint (hex) of a group of parked events. */
  readonly group?: string;
  readonly limit?: number;
  readonly order: ReplayOrder;
  readonly reason: string;
  readonly ticket?: string;
}

/** How an event stood towards the subscription when the plan was made. `in-flight`: the live delivery has not come to it yet. `discarded`: a person set it aside. `before-start`: it was logged before the subscription began. */
export type Before = 'before-start' | 'parked' | 'discarded' | 'waiting' | 'in-flight' | 'delivered' | 'undelivered';

/** One event that the scan found for the subscription, under its present filter and policy. */
export interface Candidate {
  readonly position: LogPosition;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly key: string;
  readonly loggedAt: number;
  readonly personal: boolean;
  readonly before: Before;
  /** undefined: the payload is gone, so nothing could be asked. */
  readonly verdict: ReceiveVerdict | undefined;
  /** Fingerprint (hex) when it is parked. */
  readonly group?: string;
}

export type ItemState = 'queued' | 'sending' | 'delivered' | 'failed' | 'skipped';

/** An item as it will be frozen: queued, or skipped with the reason. */
export interface PlannedItem {
  readonly candidate: Candidate;
  readonly state: 'queued' | 'skipped';
  readonly reason?: string;
}

/** Does a request reach this event? Looks at what was asked only, not at how the event stands. */
export function compileRequest(request: PlanRequest): (candidate: Omit<Candidate, 'verdict' | 'before'>) => boolean {
  const ids = request.eventIds === undefined ? undefined : new Set(request.eventIds);
  const types = request.types?.map(glob);
  return (c) =>
    (request.from === undefined || c.loggedAt >= request.from) &&
    (request.to === undefined || c.loggedAt < request.to) &&
    (ids === undefined || ids.has(c.id)) &&
    (request.key === undefined || c.key === request.key) &&
    (request.group === undefined || c.group === request.group) &&
    (types === undefined || types.some((type) => type.test(c.type)));
}

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split(/\*+/)
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

/** What an intent does with an event that stands so; undefined: it is no part of the plan. */
const byIntent: Readonly<Record<Intent, Readonly<Record<Before, 'queued' | 'skipped' | undefined>>>> = {
  failed: {
    parked: 'queued',
    discarded: undefined,
    waiting: 'skipped',
    'in-flight': undefined,
    delivered: undefined,
    undelivered: undefined,
    'before-start': undefined,
  },
  missing: {
    parked: 'skipped',
    discarded: 'skipped',
    waiting: 'skipped',
    'in-flight': 'skipped',
    delivered: undefined,
    undelivered: 'queued',
    'before-start': undefined,
  },
  all: {
    parked: 'queued',
    discarded: 'skipped',
    waiting: 'skipped',
    'in-flight': 'skipped',
    delivered: 'queued',
    undelivered: 'queued',
    'before-start': 'skipped',
  },
};

/** What a plan makes of one event it reaches; undefined: it is no part of it. Pure: the same input gives the same item. */
export function plannedItem(intent: Intent, candidate: Candidate): PlannedItem | undefined {
  const part = byIntent[intent][candidate.before];
  if (part === undefined) return undefined;
  if (part === 'skipped') return { candidate, state: 'skipped', reason: candidate.before };
  const { verdict } = candidate;
  if (verdict === undefined) return { candidate, state: 'skipped', reason: 'payload-expired' };
  if (verdict.kind === 'suppressed') return { candidate, state: 'skipped', reason: `not-allowed:${verdict.rule}` };
  if (verdict.kind === 'cannot-tell') return { candidate, state: 'skipped', reason: `cannot-tell:${verdict.reason}` };
  return { candidate, state: 'queued' };
}

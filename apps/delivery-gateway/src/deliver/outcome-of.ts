import type { Random } from '@kruispunt/clock';
import type { SchemaIds } from '@kruispunt/contracts';
import {
  fingerprint,
  nextAttempt,
  type DeliveryError,
  type Ladder,
  type Outcome,
  type Subscription,
} from '@kruispunt/delivery';
import type { LogEntry } from '@kruispunt/kafka';
import type { ParkedRecord } from '@kruispunt/postgres';
import { readEntry, type Prepared } from '../match/prepare.js';
import { attemptDelivery, type DeliveryParts } from './attempt-delivery.js';
import type { CachedReader } from './cached-reader.js';
import type { DeliveryAttempt } from './line.js';
import type { Seal } from './seal.js';

export interface OutcomeParts extends DeliveryParts {
  readonly reader: CachedReader;
  readonly schemaIds: SchemaIds;
  readonly seal: Seal;
  readonly ladder: Ladder;
  readonly random: Random;
  /** The receiver said 410: the subscription ends. */
  readonly end: (subscription: Subscription, error: DeliveryError) => Promise<void>;
}

/** Long enough for the picture of the subscriptions to be renewed, after which nothing leaves any more. */
const endedMs = 10_000;

type LiveOutcome = Outcome<ParkedRecord>;

/** Makes one attempt of the live delivery and says what becomes of the event. */
export async function outcomeOf(
  parts: OutcomeParts,
  subscription: Subscription,
  attempt: DeliveryAttempt,
): Promise<LiveOutcome> {
  const entry = attempt.event?.entry ?? (await parts.reader.entry(attempt.track, attempt.offset));
  if (entry === undefined) return gone(parts, subscription, attempt);
  const read = attempt.event?.read ?? readEntry(entry, parts.schemaIds);
  const park = (error: DeliveryError) => parked(parts, subscription, entry, error);
  if (read.event === undefined)
    return park({ class: 'undecodable', reason: 'the record cannot be read with its schema' });
  const attempted = await attemptDelivery(parts, subscription, read, { attempt: attempt.attempt, gap: attempt.gap });
  switch (attempted.kind) {
    case 'suppressed':
      parts.metrics.add('suppressed', { rule: attempted.rule });
      return attempted;
    case 'postponed':
      return attempted;
    case 'cannot-tell':
      return park({ class: 'cannot-tell', reason: attempted.reason });
    case 'answered': {
      const next = nextAttempt(
        attempted.answer,
        { attempt: attempt.attempt, chance: parts.random.next() },
        parts.ladder,
      );
      if (next.kind === 'delivered') return next;
      if (next.kind === 'parked') return park(next.error);
      const { error } = next;
      if (next.kind === 'later')
        return { ...next, reason: fingerprint({ error, type: read.type.type, subscription: subscription.id }) };
      await parts.end(subscription, error);
      return { kind: 'postponed', afterMs: endedMs };
    }
    default:
      return attempted satisfies never;
  }
}

/** A parked event with its sealed copy, so that retention of the log cannot eat it. */
export function parked(
  { seal, clock }: Pick<OutcomeParts, 'seal' | 'clock'>,
  subscription: Subscription,
  entry: LogEntry,
  error: DeliveryError,
): Extract<LiveOutcome, { kind: 'parked' }> {
  const type = entry.headers['ce_type'] ?? '';
  const reason = fingerprint({ error, type, subscription: subscription.id });
  const record = {
    source: entry.headers['ce_source'] ?? '',
    type,
    error,
    fingerprint: reason,
    payload: seal.close(entry),
    at: clock.now(),
  };
  return { kind: 'parked', reason, record };
}

/** Parks an event that nobody can judge, before any attempt. */
export const parkUntold = (
  parts: Pick<OutcomeParts, 'seal' | 'clock'>,
  subscription: Subscription,
  { entry, read }: Pick<Prepared, 'entry' | 'read'>,
  reason: string,
) => parked(parts, subscription, entry, { class: read.event ? 'cannot-tell' : 'undecodable', reason });

/** Retention took the record while its key waited: parked without a copy, so that somebody sees it. */
function gone({ clock }: OutcomeParts, subscription: Subscription, { eventId }: DeliveryAttempt): LiveOutcome {
  const error = { class: 'expired', reason: `the log holds ${eventId} no more` };
  const reason = fingerprint({ error: { ...error, reason: '' }, type: '', subscription: subscription.id });
  return {
    kind: 'parked',
    reason,
    record: { source: '', type: '', error, fingerprint: reason, payload: null, at: clock.now() },
  };
}

import type { Random } from '@kruispunt/clock';
import type { SchemaIds } from '@kruispunt/contracts';
import {
  fingerprint,
  nextAttempt,
  type Answer,
  type DeliveryError,
  type Ladder,
  type Outcome,
  type Subscription,
} from '@kruispunt/delivery';
import type { LogEntry } from '@kruispunt/kafka';
import type { ParkedRecord } from '@kruispunt/postgres';
import { readEntry, type Prepared } from '../match/prepare.js';
import type { TypedEvent } from '../match/judge.js';
import { attemptTogether, type Attempted, type DeliveryParts } from './attempt-delivery.js';
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

export type LiveOutcome = Outcome<ParkedRecord>;

/** What one attempt of the live delivery is about: read from memory, or from the log again. */
interface Read {
  readonly attempt: DeliveryAttempt;
  readonly entry: LogEntry;
  readonly typed: TypedEvent;
}

/**
 * Makes one request of the live delivery and says what becomes of each of its events, in the same order. A batch that is refused is
 * halved until the event that is at fault stands alone: it is parked, and the others are delivered.
 */
export async function outcomesOf(
  parts: OutcomeParts,
  subscription: Subscription,
  attempts: readonly DeliveryAttempt[],
): Promise<readonly LiveOutcome[]> {
  const outcomes = new Map<DeliveryAttempt, LiveOutcome>();
  const reads: Read[] = [];
  const inOrder = isOneKey(attempts);
  for (const attempt of attempts) {
    const read = await readOf(parts, subscription, attempt);
    if ('typed' in read) reads.push(read);
    else outcomes.set(attempt, read.outcome);
    // What comes behind in the same key waits for a person.
    if (!('typed' in read) && inOrder) break;
  }
  for (const [attempt, outcome] of await sendAll(parts, subscription, reads, { inOrder, halvings: 0 }))
    outcomes.set(attempt, outcome);
  return attempts.map((attempt) => outcomes.get(attempt) ?? { kind: 'postponed', afterMs: 0 });
}

const isOneKey = (attempts: readonly DeliveryAttempt[]): boolean =>
  attempts.length > 1 && attempts[0]!.key === attempts[1]!.key && attempts[0]!.track === attempts[1]!.track;

async function readOf(
  parts: OutcomeParts,
  subscription: Subscription,
  attempt: DeliveryAttempt,
): Promise<Read | { readonly outcome: LiveOutcome }> {
  const entry = attempt.event?.entry ?? (await parts.reader.entry(attempt.track, attempt.offset));
  if (entry === undefined) return { outcome: gone(parts, subscription, attempt) };
  const typed = attempt.event?.read ?? readEntry(entry, parts.schemaIds);
  if (typed.event !== undefined) return { attempt, entry, typed };
  const error = { class: 'undecodable', reason: 'the record cannot be read with its schema' };
  return { outcome: parked(parts, subscription, entry, error) };
}

interface Together {
  readonly inOrder: boolean;
  /** How often what is sent now was part of a batch that was refused. */
  readonly halvings: number;
}

type Outcomes = ReadonlyMap<DeliveryAttempt, LiveOutcome>;

async function sendAll(
  parts: OutcomeParts,
  subscription: Subscription,
  reads: readonly Read[],
  { inOrder, halvings }: Together,
): Promise<Outcomes> {
  if (reads.length === 0) return new Map();
  const { attempt, gap } = reads[0]!.attempt;
  const attempted = await attemptTogether(
    parts,
    subscription,
    reads.map(({ typed }) => typed),
    { attempt: attempt + halvings, gap, inOrder },
  );
  const answered = reads.filter((_, i) => attempted[i]!.kind === 'answered');
  const refused = attempted.find((one) => one.kind === 'answered')?.answer;
  if (answered.length > 1 && refused && isRefusal(refused, parts.ladder)) {
    const halves = await halve(parts, subscription, answered, { inOrder, halvings: halvings + 1 });
    return new Map([...(await outcomesEach(parts, subscription, reads, attempted, halves)), ...halves]);
  }
  return outcomesEach(parts, subscription, reads, attempted, new Map());
}

/** No retry of the same batch can help: something in it is at fault. */
const isRefusal = (answer: Answer, ladder: Ladder): boolean =>
  nextAttempt(answer, { attempt: 1, chance: 0 }, ladder).kind === 'parked';

/** In the order of the log. In a batch of one key nothing goes behind an event that did not. */
async function halve(
  parts: OutcomeParts,
  subscription: Subscription,
  reads: readonly Read[],
  together: Together,
): Promise<Outcomes> {
  const middle = Math.ceil(reads.length / 2);
  const first = await sendAll(parts, subscription, reads.slice(0, middle), together);
  const stopped = [...first.values()].some(({ kind }) => kind !== 'delivered' && kind !== 'suppressed');
  const second = together.inOrder && stopped ? [] : await sendAll(parts, subscription, reads.slice(middle), together);
  return new Map([...first, ...second]);
}

async function outcomesEach(
  parts: OutcomeParts,
  subscription: Subscription,
  reads: readonly Read[],
  attempted: readonly Attempted[],
  known: Outcomes,
): Promise<Outcomes> {
  const outcomes = new Map<DeliveryAttempt, LiveOutcome>();
  let ended = false;
  for (const [i, read] of reads.entries()) {
    if (known.has(read.attempt)) continue;
    const outcome = outcomeOf(parts, subscription, read, attempted[i]!);
    if (outcome.kind === 'ended') {
      if (!ended) await parts.end(subscription, outcome.error);
      ended = true;
      outcomes.set(read.attempt, { kind: 'postponed', afterMs: endedMs });
    } else {
      // One request that failed is one failure of the receiver, however many events it carried.
      const trouble = outcome.kind === 'later' && outcome.trouble && outcomes.size === 0;
      outcomes.set(read.attempt, outcome.kind === 'later' ? { ...outcome, trouble } : outcome);
    }
  }
  return outcomes;
}

function outcomeOf(
  parts: OutcomeParts,
  subscription: Subscription,
  { attempt: { attempt }, entry, typed }: Read,
  attempted: Attempted,
): LiveOutcome | { readonly kind: 'ended'; readonly error: DeliveryError } {
  const park = (error: DeliveryError) => parked(parts, subscription, entry, error);
  switch (attempted.kind) {
    case 'suppressed':
      parts.metrics.add('suppressed', { rule: attempted.rule });
      return attempted;
    case 'postponed':
      return attempted;
    case 'cannot-tell':
      return park({ class: 'cannot-tell', reason: attempted.reason });
    case 'answered': {
      const next = nextAttempt(attempted.answer, { attempt, chance: parts.random.next() }, parts.ladder);
      if (next.kind === 'parked') return park(next.error);
      if (next.kind !== 'later') return next;
      const { error } = next;
      return { ...next, reason: fingerprint({ error, type: typed.type.type, subscription: subscription.id }) };
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

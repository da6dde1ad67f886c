import type { AuditEntry, AuditTrail } from '@kruispunt/audit';
import type { Timers } from '@kruispunt/clock';
import { answerClass, isAccepted, type Answer, type Subscription } from '@kruispunt/delivery';
import { attr, type Log, type Metrics } from '@kruispunt/telemetry';
import type { Sent } from '@kruispunt/webhook';
import type { Judge, TypedEvent } from '../match/judge.js';
import { auditLine, isPersonal } from './audit-line.js';
import { wayTo, type ChannelParts, type LeavingEvent, type Way } from './through-channel.js';
import { writeCloudEvent } from './write-webhook.js';

/** What one attempt came to. `postponed`: nothing left the house. */
export type Attempted =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly auditRef: string }
  | { readonly kind: 'suppressed'; readonly rule: string }
  | { readonly kind: 'cannot-tell'; readonly reason: string }
  | { readonly kind: 'postponed'; readonly afterMs: number };

export interface AttemptOptions {
  /** Counts from 1. */
  readonly attempt: number;
  readonly replay?: string | undefined;
  /** Ids parked in front of this event in its key. */
  readonly gap?: readonly string[];
  /** The events are of one key: what comes behind one that cannot go waits. */
  readonly inOrder?: boolean;
}

export interface DeliveryParts extends ChannelParts {
  readonly judge: Judge;
  readonly audit: AuditTrail;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly stopping: AbortSignal;
}

const auditPauseMs = 1_000;
/** All places at the host are taken: an answer frees one, at most this much later it is used. */
const fullPauseMs = 10;
const none: readonly string[] = [];

/** One event through the door. */
export async function attemptDelivery(
  parts: DeliveryParts,
  subscription: Subscription,
  typed: TypedEvent,
  options: AttemptOptions,
): Promise<Attempted> {
  const [attempted] = await attemptTogether(parts, subscription, [typed], options);
  return attempted!;
}

/** An event that may leave, with what is said of it in the audit trail. */
interface Leaving extends LeavingEvent {
  readonly at: number;
  readonly typed: TypedEvent;
  readonly line: Omit<AuditEntry, 'kind'>;
}

/**
 * The one door to a receiver: policy asked now → fields projected → audit intent in the log (personal data) → one request → audit
 * outcome. Live delivery and replay, single and in batches, webhook and topic: all come through here. One answer per event, in the same
 * order. Never throws what a receiver or the audit trail did.
 */
export async function attemptTogether(
  parts: DeliveryParts,
  subscription: Subscription,
  events: readonly TypedEvent[],
  options: AttemptOptions,
): Promise<readonly Attempted[]> {
  const way = wayTo(parts, subscription);
  if (way === 'full') return events.map(() => ({ kind: 'postponed', afterMs: fullPauseMs }));
  try {
    return await attemptBy(way, parts, subscription, { events, options });
  } finally {
    way?.leave();
  }
}

async function attemptBy(
  way: Way | undefined,
  parts: DeliveryParts,
  subscription: Subscription,
  { events, options }: { readonly events: readonly TypedEvent[]; readonly options: AttemptOptions },
): Promise<readonly Attempted[]> {
  const decidedBy = parts.judge.standing();
  const { attempted, leaving } = await judged(parts, subscription, events, options);
  const all = (outcome: Attempted) => fill(attempted, leaving, () => outcome);
  if (leaving.length === 0) return all({ kind: 'postponed', afterMs: 0 });
  if (way === undefined) return all({ kind: 'suppressed', rule: 'no-endpoint' });
  if (!(await intended(parts, leaving))) return all({ kind: 'postponed', afterMs: auditPauseMs });
  if (subscription.protocol !== undefined && parts.judge.standing() !== decidedBy) {
    // A protocol changed between the verdict and the bytes: nothing leaves, and it is judged anew.
    way.leave();
    await wrote(parts, outcomesOf(parts, leaving, 'withheld'));
    return all({ kind: 'postponed', afterMs: 1 });
  }
  const { attempt, replay, gap = none } = options;
  const sent = await way.send(leaving, { attempt, replay, gap });
  measure(parts, subscription, leaving, sent);
  const references = await writeSurely(parts, outcomesOf(parts, leaving, sent.answer));
  if (!references) return all({ kind: 'postponed', afterMs: auditPauseMs });
  return fill(attempted, leaving, (i) => ({ kind: 'answered', answer: sent.answer, auditRef: references[i]! }));
}

/** Policy, asked now. What may not leave has its outcome already. */
async function judged(
  parts: DeliveryParts,
  subscription: Subscription,
  events: readonly TypedEvent[],
  options: AttemptOptions,
): Promise<{ readonly attempted: (Attempted | undefined)[]; readonly leaving: readonly Leaving[] }> {
  const verdicts = await parts.judge.judgeAll(subscription, events);
  const attempted: (Attempted | undefined)[] = events.map(() => undefined);
  const leaving: Leaving[] = [];
  for (const [at, verdict] of verdicts.entries()) {
    const typed = events[at]!;
    if (verdict === undefined) attempted[at] = { kind: 'suppressed', rule: 'filter' };
    else if (verdict.kind === 'suppressed') attempted[at] = verdict;
    else if (verdict.kind === 'cannot-tell') {
      attempted[at] = verdict;
      if (options.inOrder) break;
    } else leaving.push(written(parts, subscription, { at, typed, verdict, options }));
  }
  return { attempted, leaving };
}

function written(
  parts: DeliveryParts,
  subscription: Subscription,
  going: {
    readonly at: number;
    readonly typed: TypedEvent;
    readonly verdict: { readonly fields: readonly string[]; readonly rule: string };
    readonly options: AttemptOptions;
  },
): Leaving {
  const { at, typed, verdict, options } = going;
  const { fields, rule } = verdict;
  const { attempt, replay } = options;
  const { event, type } = typed;
  const text = JSON.stringify(writeCloudEvent(event, type, { fields, replay }));
  const line = auditLine(parts, subscription, typed, { attempt, replay, fields, rule, body: text });
  return { at, typed, line, id: event.envelope.id, key: event.key, text };
}

/** What has no outcome of its own gets that of the request; what stands behind an event that cannot go waits. */
function fill(
  attempted: readonly (Attempted | undefined)[],
  leaving: readonly Leaving[],
  outcome: (i: number) => Attempted,
): readonly Attempted[] {
  const filled = [...attempted];
  for (const [i, { at }] of leaving.entries()) filled[at] = outcome(i);
  return filled.map((one) => one ?? { kind: 'postponed', afterMs: 0 });
}

/** The lines in front of personal data; false: they could not be written. */
async function intended(parts: DeliveryParts, leaving: readonly Leaving[]): Promise<boolean> {
  const intents = leaving
    .filter(({ typed }) => isPersonal(typed))
    .map(({ line }) => ({ ...line, kind: 'intent' as const }));
  return intents.length === 0 || wrote(parts, intents);
}

const outcomesOf = (
  { clock }: DeliveryParts,
  leaving: readonly Leaving[],
  answer: Answer | 'withheld',
): readonly AuditEntry[] =>
  leaving.map(({ line }) => ({
    ...line,
    kind: 'outcome',
    at: clock.now(),
    ...(answer === 'withheld' ? { outcome: answer } : answered(answer)),
  }));

const answered = (answer: Answer) => ({
  outcome: isAccepted(answer) ? 'delivered' : answerClass(answer),
  ...(answer.kind === 'status' && { status: answer.status }),
});

async function wrote(parts: DeliveryParts, entries: readonly AuditEntry[]): Promise<boolean> {
  try {
    await parts.audit.append(entries);
    return true;
  } catch (thrown) {
    parts.metrics.add('auditAppendFailures', {});
    parts.log.warn('delivery postponed', {
      [attr.subscriptionId]: entries[0]?.subscription,
      [attr.reason]: 'audit unavailable',
      [attr.cause]: thrown,
    });
    return false;
  }
}

/** The bytes have left, so these lines must be written: tried until they are, or until the process ends and the delivery is done again. */
async function writeSurely(
  parts: DeliveryParts,
  entries: readonly AuditEntry[],
): Promise<readonly string[] | undefined> {
  for (;;) {
    try {
      return (await parts.audit.append(entries)).map(({ id }) => id);
    } catch (thrown) {
      parts.metrics.add('auditAppendFailures', {});
      parts.log.error('audit outcome not written', {
        [attr.subscriptionId]: entries[0]?.subscription,
        [attr.cause]: thrown,
      });
      if (parts.stopping.aborted) return undefined;
      await parts.timers.sleep(auditPauseMs, parts.stopping).catch(() => undefined);
    }
  }
}

function measure(
  { metrics, clock }: DeliveryParts,
  s: Subscription,
  leaving: readonly Leaving[],
  { answer, ms }: Sent,
): void {
  const ok = isAccepted(answer);
  const codeClass = answer.kind === 'status' ? `${Math.floor(answer.status / 100)}xx` : answerClass(answer);
  metrics.observe('deliveryDuration', { subscription: s.id }, ms / 1_000);
  for (const { typed } of leaving) {
    metrics.add('deliveryAttempts', {
      subscription: s.id,
      outcome: ok ? 'delivered' : 'failed',
      code_class: codeClass,
    });
    if (ok)
      metrics.observe('endToEnd', { subscription: s.id }, Math.max(0, clock.now() - typed.event.loggedAt) / 1_000);
  }
  if (answer.kind === 'failed' && answer.failure === 'address-forbidden')
    metrics.add('egressDenied', { reason: answer.failure });
}

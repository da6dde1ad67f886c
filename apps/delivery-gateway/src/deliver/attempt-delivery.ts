import { createHash } from 'node:crypto';
import type { AuditEntry, AuditTrail } from '@kruispunt/audit';
import type { Clock, Timers } from '@kruispunt/clock';
import { answerClass, subjectsOf, type Answer, type Subscription } from '@kruispunt/delivery';
import { attr, type Log, type Metrics } from '@kruispunt/telemetry';
import { signWebhook, type EndpointKeys, type WebhookSender } from '@kruispunt/webhook';
import type { Judge, TypedEvent } from '../match/judge.js';
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
}

export interface DeliveryParts {
  readonly judge: Judge;
  readonly audit: AuditTrail;
  readonly sender: WebhookSender;
  readonly keys: EndpointKeys;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly stopping: AbortSignal;
}

const auditPauseMs = 1_000;

/**
 * The one door to a webhook: policy asked now → fields projected → audit intent in the log (personal data) → one attempt → audit
 * outcome. Live delivery and replay both come through here. Never throws what a receiver or the audit trail did.
 */
export async function attemptDelivery(
  parts: DeliveryParts,
  subscription: Subscription,
  typed: TypedEvent,
  options: AttemptOptions,
): Promise<Attempted> {
  const decidedBy = parts.judge.standing();
  const verdict = await parts.judge.judge(subscription, typed);
  if (verdict === undefined) return { kind: 'suppressed', rule: 'filter' };
  if (verdict.kind === 'suppressed') return verdict;
  if (verdict.kind === 'cannot-tell') return verdict;
  if (subscription.endpoint === undefined) return { kind: 'suppressed', rule: 'no-endpoint' };
  const body = Buffer.from(
    JSON.stringify(writeCloudEvent(typed.event, typed.type, { fields: verdict.fields, replay: options.replay })),
  );
  const line = auditLine(parts, subscription, typed, { ...options, fields: verdict.fields, rule: verdict.rule, body });
  if (isPersonal(typed) && !(await wrote(parts, { ...line, kind: 'intent' })))
    return { kind: 'postponed', afterMs: auditPauseMs };
  if (subscription.protocol !== undefined && parts.judge.standing() !== decidedBy) {
    // A protocol changed between the verdict and the bytes: nothing leaves, and it is judged anew.
    await wrote(parts, { ...line, kind: 'outcome', at: parts.clock.now(), outcome: 'withheld' });
    return { kind: 'postponed', afterMs: 1 };
  }
  const { answer, ms } = await parts.sender.send({
    subscription: subscription.id,
    url: subscription.endpoint.url,
    headers: headersOf(parts, subscription, typed, { ...options, body }),
    body,
    exceptions: subscription.endpoint.exceptions,
  });
  measure(parts, subscription, typed, { answer, ms });
  const outcome = {
    ...line,
    kind: 'outcome' as const,
    at: parts.clock.now(),
    outcome: delivered(answer) ? 'delivered' : answerClass(answer),
  };
  const auditRef = await writeSurely(parts, { ...outcome, ...(answer.kind === 'status' && { status: answer.status }) });
  return auditRef === undefined ? { kind: 'postponed', afterMs: auditPauseMs } : { kind: 'answered', answer, auditRef };
}

const delivered = (answer: Answer): boolean => answer.kind === 'status' && answer.status >= 200 && answer.status < 300;

/** Only OPEN and INTERN events may leave without a line in front. */
export const isPersonal = ({ type }: Pick<TypedEvent, 'type'>): boolean =>
  type.klasse === 'PERSOON' || type.klasse === 'BIJZONDER';

type Leaving = AttemptOptions & {
  readonly fields: readonly string[];
  readonly rule: string;
  readonly body: Uint8Array;
};

/** What an audit line says of a delivery, whichever channel it leaves through. */
export function auditLine(
  { clock }: Pick<DeliveryParts, 'clock'>,
  s: Subscription,
  { event, type }: TypedEvent,
  leaving: Leaving,
): Omit<AuditEntry, 'kind'> {
  const { envelope, position } = event;
  const about = type.klasse === 'OPEN' ? undefined : subjectsOf(event)[0];
  return {
    at: clock.now(),
    action: 'deliver',
    organisation: s.org,
    application: 'delivery-gateway',
    subscription: s.id,
    hoedanigheid: s.hoedanigheid,
    event: { id: envelope.id, source: envelope.source, type: envelope.type, position },
    fields: leaving.fields,
    rule: leaving.rule,
    attempt: leaving.attempt,
    digest: createHash('sha256').update(leaving.body).digest('hex'),
    ...(s.namens !== undefined && { namens: s.namens }),
    // The version that decided, which may have taken the place of the one that the subscription names.
    ...(s.protocol !== undefined && { protocol: leaving.rule }),
    ...(about !== undefined && { about }),
    ...(leaving.replay !== undefined && { replay: leaving.replay }),
  };
}

async function wrote(parts: DeliveryParts, entry: AuditEntry): Promise<boolean> {
  try {
    await parts.audit.append([entry]);
    return true;
  } catch (thrown) {
    parts.metrics.add('auditAppendFailures', {});
    parts.log.warn('delivery postponed', {
      [attr.subscriptionId]: entry.subscription,
      [attr.reason]: 'audit unavailable',
      [attr.cause]: thrown,
    });
    return false;
  }
}

/** The bytes have left, so this line must be written: tried until it is, or until the process ends and the delivery is done again. */
async function writeSurely(parts: DeliveryParts, entry: AuditEntry): Promise<string | undefined> {
  for (;;) {
    try {
      const [reference] = await parts.audit.append([entry]);
      return reference!.id;
    } catch (thrown) {
      parts.metrics.add('auditAppendFailures', {});
      parts.log.error('audit outcome not written', { [attr.subscriptionId]: entry.subscription, [attr.cause]: thrown });
      if (parts.stopping.aborted) return undefined;
      await parts.timers.sleep(auditPauseMs, parts.stopping).catch(() => undefined);
    }
  }
}

function headersOf(
  parts: DeliveryParts,
  s: Subscription,
  { event }: TypedEvent,
  { attempt, replay, gap = [], body }: AttemptOptions & { readonly body: Uint8Array },
): Record<string, string> {
  const endpoint = s.endpoint!;
  const now = parts.clock.now();
  const versions =
    endpoint.previousUntil !== undefined && endpoint.previousUntil > now
      ? [endpoint.keyVersion, endpoint.keyVersion - 1]
      : [endpoint.keyVersion];
  const keys = versions.map((version) => parts.keys.key(s.id, version, endpoint.profile));
  return {
    ...signWebhook({ id: event.envelope.id, at: now, body }, keys),
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'kruispunt/0.1',
    kpsubscription: s.id,
    kpattempt: String(attempt),
    ...(replay !== undefined && { kpreplay: replay }),
    ...(gap.length > 0 && { kpgap: gap.slice(0, 50).join(',') }),
  };
}

function measure(
  { metrics, clock }: DeliveryParts,
  s: Subscription,
  { event }: TypedEvent,
  { answer, ms }: { readonly answer: Answer; readonly ms: number },
): void {
  const ok = delivered(answer);
  const codeClass = answer.kind === 'status' ? `${Math.floor(answer.status / 100)}xx` : answer.failure;
  metrics.add('deliveryAttempts', { subscription: s.id, outcome: ok ? 'delivered' : 'failed', code_class: codeClass });
  metrics.observe('deliveryDuration', { subscription: s.id }, ms / 1_000);
  if (ok) metrics.observe('endToEnd', { subscription: s.id }, Math.max(0, clock.now() - event.loggedAt) / 1_000);
  if (answer.kind === 'failed' && answer.failure === 'address-forbidden')
    metrics.add('egressDenied', { reason: answer.failure });
}

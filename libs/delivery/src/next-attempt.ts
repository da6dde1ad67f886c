import type { Answer } from './answer.js';
import { answerClass, isAccepted } from './answer.js';
import { pauseMs, type Ladder } from './ladder.js';

/** What becomes of an event after one attempt. `trouble` counts towards the circuit: the receiver itself seems down. */
export type Next =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'later'; readonly afterMs: number; readonly trouble: boolean; readonly error: DeliveryError }
  | { readonly kind: 'parked'; readonly error: DeliveryError }
  | { readonly kind: 'ended'; readonly error: DeliveryError };

/** The error of a failed delivery, as groups are made of it. `reason` says what a person should read. */
export interface DeliveryError {
  readonly class: string;
  readonly status?: number;
  readonly reason: string;
}

export interface AttemptFacts {
  /** Counts from 1. */
  readonly attempt: number;
  /** In [0, 1). */
  readonly chance: number;
}

/**
 * When to try again after an answer, or `parked` when the ladder is used up or no retry can help. `afterMs` counts from now.
 * The table is delivery.md §4; change a rule here and nowhere else.
 */
export function nextAttempt(answer: Answer, { attempt, chance }: AttemptFacts, ladder: Ladder): Next {
  if (answer.kind === 'acknowledged' || isAccepted(answer)) return { kind: 'delivered' };
  const error = errorOf(answer);
  if (answer.kind === 'status' && answer.status === 410) return { kind: 'ended', error };
  if (!mayPass(answer)) return { kind: 'parked', error };
  if (attempt > ladder.retriesMax)
    return { kind: 'parked', error: { ...error, reason: `${error.reason}; ladder used up` } };
  const overloaded = answer.kind === 'status' && (answer.status === 429 || answer.status === 503);
  const retryAfterMs = answer.kind === 'status' ? answer.retryAfterMs : undefined;
  const afterMs = pauseMs(ladder, { failure: attempt, chance, retryAfterMs, overloaded });
  return { kind: 'later', afterMs, trouble: answer.kind === 'failed' || answer.status >= 500, error };
}

type NoSuccess = Exclude<Answer, { kind: 'acknowledged' }>;

const passing: ReadonlySet<number> = new Set([408, 425, 429]);
const mayPass = (answer: NoSuccess): boolean =>
  answer.kind === 'failed' || answer.status >= 500 || passing.has(answer.status);

function errorOf(answer: NoSuccess): DeliveryError {
  const name = answerClass(answer);
  if (answer.kind === 'failed') return { class: name, reason: `no answer: ${name}` };
  const redirect = answer.status >= 300 && answer.status < 400;
  return {
    class: name,
    status: answer.status,
    reason: redirect ? `redirect ${name}, never followed` : `answered ${name}`,
  };
}

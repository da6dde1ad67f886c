/** Why no answer came: what the socket said, in the words of the ladder. */
export const failures = ['timeout', 'refused', 'reset', 'dns', 'tls', 'address-forbidden', 'protocol'] as const;
export type Failure = (typeof failures)[number];

/** What one attempt at a receiver gave. Its body is never parsed and never stored. `acknowledged`: a log has it, on every replica in sync. */
export type Answer =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The class of an answer for grouping and search: `422`, `410`, `timeout`, … */
export function answerClass(answer: Answer): string {
  switch (answer.kind) {
    case 'acknowledged':
      return answer.kind;
    case 'status':
      return String(answer.status);
    case 'failed':
      return answer.failure;
    default:
      return answer satisfies never;
  }
}

/** The receiver has it. */
export const isAccepted = (answer: Answer): boolean =>
  answer.kind === 'acknowledged' || (answer.kind === 'status' && answer.status >= 200 && answer.status < 300);

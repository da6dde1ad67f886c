/** Why no answer came: what the socket said, in the words of the ladder. */
export const failures = ['timeout', 'refused', 'reset', 'dns', 'tls', 'address-forbidden', 'protocol'] as const;
export type Failure = (typeof failures)[number];

/** What one attempt at a receiver gave. Its body is never parsed and never stored. */
export type Answer =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The class of an answer for grouping and search: `2xx`, `410`, `timeout`, … */
export const answerClass = (answer: Answer): string =>
  answer.kind === 'status' ? String(answer.status) : answer.failure;

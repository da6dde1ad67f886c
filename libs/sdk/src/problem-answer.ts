/** A refusal in Kruispunt's words (RFC 9457). `retry` says what to do: never, later with the same request, or after a change. */
export interface ProblemAnswer {
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retry: 'never' | 'later' | 'after-change';
  /** Where it went wrong: an attribute, or a JSON Pointer into the payload. */
  readonly at?: string;
  readonly [field: string]: unknown;
}

/** The other side did not answer as it should, after all attempts. Nothing is known of what became of the request: send it again. */
export class Unanswered extends Error {
  constructor(
    message: string,
    readonly problem: ProblemAnswer | undefined,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.name = 'Unanswered';
  }
}

/** The problem in a parsed body; undefined when it is none. */
export function problemIn(body: unknown): ProblemAnswer | undefined {
  if (typeof body !== 'object' || body === null || !('slug' in body) || !('retry' in body)) return undefined;
  return body as ProblemAnswer;
}

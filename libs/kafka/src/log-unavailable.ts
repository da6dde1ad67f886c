import { Problem, problem } from '@kruispunt/problem';

/** How deep the causes of a client's error may nest before we stop looking (seen: 4). */
const depthMax = 8;

/** The errors inside an error: itself, its `cause`s and its `errors`, outermost first. */
function* inside(error: unknown, depth = 0): Generator<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null || depth > depthMax) return;
  const record = error as Record<string, unknown>;
  yield record;
  if (Array.isArray(record['errors'])) for (const inner of record['errors']) yield* inside(inner, depth + 1);
  yield* inside(record['cause'] ?? record['originalError'], depth + 1);
}

/** The protocol's own name of what went wrong (`NOT_LEADER_OR_FOLLOWER`, …) or the socket's (`ECONNREFUSED`), wherever it is nested. */
export function codeOf(error: unknown): string | undefined {
  let fallback: string | undefined;
  for (const one of inside(error)) {
    const protocol = one['apiId'] ?? one['type'];
    if (typeof protocol === 'string') return protocol;
    if (typeof one['code'] === 'string') fallback = one['code'];
  }
  return fallback;
}

/** Any error of a Kafka client as the problem `log-unavailable`; `during` names the call. A Problem stays itself. */
export function logUnavailable(during: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  const reason = codeOf(error) ?? (error instanceof Error ? error.message : 'unknown');
  return problem('log-unavailable', { during, reason, retryAfterS: 2 }, error);
}

/** Runs one call of a Kafka client; what it throws comes out as `log-unavailable`. */
export async function orUnavailable<T>(during: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw logUnavailable(during, error);
  }
}

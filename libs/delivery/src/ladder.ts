/** The retry ladder: `firstMs · factorⁿ`, capped, `retriesMax` retries after the first attempt, jittered by ± `jitter` (0.2 is 20 %). */
export interface Ladder {
  readonly firstMs: number;
  readonly factor: number;
  readonly capMs: number;
  readonly retriesMax: number;
  readonly jitter: number;
  /** Added when the receiver says it is overloaded (429, 503). */
  readonly overloadMs: number;
}

/**
 * 25 s, 100 s, 400 s, 27 min, 1 h 47, 7 h 07, 14 h 27: seven retries in 24 hours. A receiver that is back within a working day
 * loses nothing and nobody has to be called at night (delivery.md §4).
 */
export const standardLadder: Ladder = {
  firstMs: 25_000,
  factor: 4,
  capMs: 52_000_000,
  retriesMax: 7,
  jitter: 0.2,
  overloadMs: 60_000,
};

/** The pause after failure number `failure` (from 1), in ms, without jitter. */
export const stepMs = (ladder: Ladder, failure: number): number =>
  Math.min(ladder.capMs, ladder.firstMs * ladder.factor ** Math.max(0, failure - 1));

/** What a pause depends on. `chance` is in [0, 1); `retryAfterMs` is what the receiver asked for. */
export interface PauseFacts {
  readonly failure: number;
  readonly chance: number;
  readonly retryAfterMs?: number | undefined;
  readonly overloaded: boolean;
}

/** The pause in ms. `Retry-After` is honoured between once and twice the step, so that no receiver can park itself for ever. */
export function pauseMs(ladder: Ladder, { failure, chance, retryAfterMs, overloaded }: PauseFacts): number {
  const step = stepMs(ladder, failure);
  const jittered = step * (1 + ladder.jitter * (2 * chance - 1));
  const asked = retryAfterMs === undefined ? jittered : Math.min(2 * step, Math.max(step, retryAfterMs));
  return Math.round(asked + (overloaded ? ladder.overloadMs : 0));
}

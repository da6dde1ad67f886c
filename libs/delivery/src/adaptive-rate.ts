/**
 * How fast one subscription may be served, in events per second.
 *
 * `normal`: at `perSecond`. `slow`: more than half failed, one a second. `heartbeat`: everything failed, one per window. From `slow` and
 * `heartbeat` it returns to half of the rate it had.
 */
export interface Pace {
  readonly kind: 'normal' | 'slow' | 'heartbeat';
  /** In force while `normal`; kept for the way back otherwise. */
  readonly perSecond: number;
}

/** The numbers of delivery.md §4. Shares are of the attempts in one window. */
export interface RateRules {
  readonly windowMs: number;
  /** Below `calmShare` the rate grows by `step`, up to `holdShare` it stays, above it shrinks by `step`, above `slowShare` it is slow. */
  readonly calmShare: number;
  readonly holdShare: number;
  readonly slowShare: number;
  readonly step: number;
  readonly perSecondMax: number;
  readonly perSecondMin: number;
  /** Fewer attempts than this say nothing about a receiver at its normal rate. */
  readonly attemptsMin: number;
}

/** 10 000/s is above what one process delivers: who never fails is bounded by `inFlightMax` and by its own ceiling only. */
export const standardRates: RateRules = {
  windowMs: 30_000,
  calmShare: 0.01,
  holdShare: 0.05,
  slowShare: 0.5,
  step: 0.2,
  perSecondMax: 10_000,
  perSecondMin: 1,
  attemptsMin: 20,
};

/** Attempts of one window, and how many of them failed. */
export interface Window {
  readonly attempts: number;
  readonly failed: number;
}

/** The pace of the next window. Never above `perSecondMax` nor below `perSecondMin`. */
export function nextPace(pace: Pace, { attempts, failed }: Window, rules: RateRules): Pace {
  if (attempts === 0 || (pace.kind === 'normal' && attempts < rules.attemptsMin)) return pace;
  const share = failed / attempts;
  if (failed === attempts) return { ...pace, kind: 'heartbeat' };
  if (share > rules.slowShare) return { ...pace, kind: 'slow' };
  if (pace.kind !== 'normal') return { kind: 'normal', perSecond: Math.max(rules.perSecondMin, pace.perSecond / 2) };
  if (share > rules.holdShare)
    return { kind: 'normal', perSecond: Math.max(rules.perSecondMin, pace.perSecond * (1 - rules.step)) };
  if (share >= rules.calmShare) return pace;
  return { kind: 'normal', perSecond: Math.min(rules.perSecondMax, pace.perSecond * (1 + rules.step)) };
}

/** The rate of a pace in events per second, below the subscriber's own ceiling. */
export function perSecondOf(pace: Pace, rules: RateRules, ceiling: number | undefined): number {
  const own = ceiling ?? Infinity;
  switch (pace.kind) {
    case 'normal':
      return Math.min(own, pace.perSecond);
    case 'slow':
      return Math.min(own, rules.perSecondMin);
    case 'heartbeat':
      return Math.min(own, 1_000 / rules.windowMs);
    default:
      return pace.kind satisfies never;
  }
}

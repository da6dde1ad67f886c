import { nextPace, perSecondOf, type Pace, type RateRules } from './adaptive-rate.js';

/** What an idle second may save up: so much may leave at once. */
const burstMs = 1_000;

/**
 * Lets events of one subscription leave no faster than its pace, and counts what became of them: at the end of each window the pace
 * follows (adaptive-rate.ts). Pure; a few comparisons per event.
 */
export class Throttle {
  /** Events per second that the subscriber itself allows; undefined: no ceiling of its own. */
  ceiling: number | undefined;
  private pace: Pace;
  private attempts = 0;
  private failed = 0;
  private windowEndsAt: number | undefined;
  /** Up to when what left has used the allowance, ms. */
  private spent = -Infinity;

  constructor(
    private readonly rules: RateRules,
    ceiling?: number,
  ) {
    this.ceiling = ceiling;
    this.pace = { kind: 'normal', perSecond: rules.perSecondMax };
  }

  /** In force now, events per second. */
  get perSecond(): number {
    return perSecondOf(this.pace, this.rules, this.ceiling);
  }

  get kind(): Pace['kind'] {
    return this.pace.kind;
  }

  /** How many may leave now. */
  available(now: number): number {
    this.roll(now);
    return Math.max(0, Math.floor((now - this.spentTo(now)) / this.costMs + 1e-9));
  }

  take(count: number, now: number): void {
    this.spent = this.spentTo(now) + count * this.costMs;
  }

  /** When the next one may leave, if none may now. */
  get freeAt(): number {
    return this.spent + this.costMs;
  }

  /** One attempt was made for the sake of the event: delivered, or failed. */
  told(failed: boolean, now: number): void {
    this.roll(now);
    this.attempts += 1;
    if (failed) this.failed += 1;
  }

  /** Forgets the window: what failed in it is the circuit's affair now. */
  forgive(): void {
    this.attempts = 0;
    this.failed = 0;
  }

  private get costMs(): number {
    return 1_000 / this.perSecond;
  }

  /** Allowance older than a burst (or than one event, at a low rate) is lost. */
  private spentTo(now: number): number {
    return Math.max(this.spent, now - Math.max(burstMs, this.costMs));
  }

  private roll(now: number): void {
    this.windowEndsAt ??= now + this.rules.windowMs;
    if (now < this.windowEndsAt) return;
    this.pace = nextPace(this.pace, { attempts: this.attempts, failed: this.failed }, this.rules);
    this.forgive();
    this.windowEndsAt = now + this.rules.windowMs;
  }
}

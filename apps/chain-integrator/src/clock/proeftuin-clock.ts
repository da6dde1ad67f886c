import type { MovableClock } from '@kruispunt/clock';
import type { PostgresChainClock } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { addDays, civilDateAt, startOfDay } from '@kruispunt/term';

export interface ClockReading {
  readonly now: string;
  readonly today: string;
  readonly offsetMs: number;
}

/** Longest jump at once: a year, so that a slip of the hand does not end every chain for good. */
const daysMax = 366;

/**
 * The proving ground's clock, which can be moved on ("three weeks later") and never back. How far it was moved stands in the
 * database, so that a killed process goes on at the same moment. Outside the proving ground it is not found.
 */
export class ProeftuinClock {
  constructor(
    private readonly clock: MovableClock,
    private readonly store: PostgresChainClock,
    private readonly isProeftuin: boolean,
  ) {}

  read(): ClockReading {
    this.require();
    const now = this.clock.now();
    return { now: new Date(now).toISOString(), today: civilDateAt(now), offsetMs: this.clock.offset };
  }

  /** Moves on by an ISO 8601 period of weeks, days or hours (`P21D`). Throws `invalid-request`, and `not-found` outside the proving ground. */
  async advance(period: unknown): Promise<ClockReading> {
    this.require();
    this.clock.moveTo(await this.store.advance(this.lengthOf(period)));
    return this.read();
  }

  /** Takes over what another process moved. */
  async follow(): Promise<void> {
    if (this.isProeftuin) this.clock.moveTo(await this.store.offset());
  }

  private require(): void {
    if (!this.isProeftuin) throw problem('not-found');
  }

  /** Days are civil days in Brussels: the time on the wall stays the same over a change to or from summer time. */
  private lengthOf(period: unknown): number {
    const match = /^P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T(\d{1,4})H)?$/.exec(typeof period === 'string' ? period : '');
    const [weeks, days, hours] = [1, 2, 3].map((at) => Number(match?.[at] ?? 0)) as [number, number, number];
    const civilDays = weeks * 7 + days;
    if (!match || civilDays + hours === 0 || civilDays + hours / 24 > daysMax) {
      throw problem('invalid-request', {
        at: '/advance',
        reason: `expected a period like P21D, P3W or PT6H, at most ${daysMax} days`,
      });
    }
    const today = civilDateAt(this.clock.now());
    return startOfDay(addDays(today, civilDays)) - startOfDay(today) + hours * 3_600_000;
  }
}

import type { Clock } from '@kruispunt/clock';
import type { Claim, PostgresChainRouting, PostgresChainStore, PostgresChainView } from '@kruispunt/postgres';
import { attr, type Log } from '@kruispunt/telemetry';
import type { EarlyDelivery } from './early-delivery.js';
import type { Run } from './run.js';
import { spentTimers } from './spent-timers.js';
import type { Watermark } from './watermark.js';

export interface TermParts {
  readonly run: Run;
  readonly chains: PostgresChainStore;
  readonly view: Pick<PostgresChainView, 'nextTimers'>;
  readonly routing: PostgresChainRouting;
  readonly early: EarlyDelivery;
  readonly watermark: Watermark;
  readonly clock: Clock;
  readonly log: Log;
  readonly graceMs: number;
  readonly sweepMs: number;
  readonly parkedDaysMax: number;
}

/** Timers in one transaction. */
const firedMax = 500;
const dayMs = 86_400_000;
/** How long an offer outlives the watermark: more than any transaction lasts. */
const offerMs = 600_000;

/**
 * The legal clock at work. Every tick it is looked whether a term of an owned partition is due; if so the watermark is read; once it
 * has passed, the timer goes through the same transaction as an event. Between two batches of its partition, never beside one.
 */
export class Terms {
  private due = new Map<number, number>();
  private sweptAt = -Infinity;
  /** Partitions whose early events were looked after since they were claimed: what a crash left must come before any lapse. */
  private readonly swept = new Map<number, number>();

  constructor(private readonly parts: TermParts) {}

  /** One look, for the partitions this process owns. */
  async tick(partitions: readonly number[]): Promise<void> {
    const { view, watermark, clock, graceMs } = this.parts;
    if (partitions.length === 0) return;
    const now = clock.now();
    this.due = new Map(await view.nextTimers(partitions));
    const isDue = [...this.due.values()].some((due) => due + graceMs <= now);
    const mustSweep = Math.abs(now - this.sweptAt) >= this.parts.sweepMs;
    if (!isDue && !mustSweep) return;
    const passed = await watermark.observe(now);
    if (mustSweep) await this.sweep(now, passed);
  }

  /** Fires what may fire in one partition that stands at `position`. Called between its batches. */
  async fire(claim: Claim, position: number): Promise<void> {
    const { watermark, graceMs, run, chains } = this.parts;
    const { partition } = claim;
    if (this.swept.get(partition) !== claim.epoch) {
      watermark.passed(partition, claim.epoch, position);
      await this.parts.early.deliverLeft(partition);
      this.swept.set(partition, claim.epoch);
    }
    const until = watermark.passed(partition, claim.epoch, position) - graceMs;
    if ((this.due.get(partition) ?? Infinity) > until) return;
    const fired = await run.turn(claim, position, {
      load: async (tx) => {
        const timers = await chains.dueTimers(tx, partition, until, firedMax);
        const items = timers.map(
          ({ instance, chain, name, gen }) =>
            ({ instance, chain, input: { kind: 'timer', timer: name, gen } }) as const,
        );
        return { timers, items };
      },
      settle: async ({ timers }, done, tx) => {
        await chains.dropTimers(tx, partition, spentTimers(timers, done));
        return timers.length;
      },
    });
    if (fired < firedMax) this.due.delete(partition);
  }

  /** The belt beside the braces: early events are brought again, offers that nobody can claim any more go, old ones are shown to a person. */
  private async sweep(now: number, passed: number | undefined): Promise<void> {
    const { early, routing, parkedDaysMax, log } = this.parts;
    await early.deliverParked();
    if (passed !== undefined) await routing.expireOffers(passed - offerMs);
    const told = await routing.tellOverdue(now - parkedDaysMax * dayMs, now);
    if (told > 0) log.error('early events unclaimed', { [attr.count]: told });
    this.sweptAt = now;
  }
}

import type { EventLog } from '@kruispunt/event';
import type { Claimed, ClaimedCursor, PostgresChainRouting } from '@kruispunt/postgres';
import { toInstance } from './keten-in.js';
import type { Watermark } from './watermark.js';

/** Early events in one append; more go in rounds. */
const roundMax = 500;
/** Offers that a partition's last owner may have left undone; the watermark keeps them far fewer. */
const leftMax = 5_000;

/**
 * Brings early events to instances that answer to their keys by now. An instance that had one already drops it (inbox), so this may be
 * done twice, by the router, the engine and the sweep; what it must never be is left out.
 */
export class EarlyDelivery {
  constructor(
    private readonly routing: PostgresChainRouting,
    private readonly log: EventLog,
    private readonly watermark: Watermark,
  ) {}

  /** After a commit that parked under these keys, or added them to an instance. What is brought is in the log then. */
  async deliver(keys: readonly string[]): Promise<void> {
    await this.bring(await this.routing.offeredTo(keys));
    await this.deliverParked(keys);
  }

  /** Parked events of these keys, or of all. */
  async deliverParked(keys?: readonly string[]): Promise<void> {
    let after: ClaimedCursor | undefined;
    for (;;) {
      const page = await this.routing.claimedParked({
        limit: roundMax,
        ...(keys ? { keys } : {}),
        ...(after ? { after } : {}),
      });
      await this.bring(page);
      if (page.length < roundMax) return;
      after = page.at(-1);
    }
  }

  /**
   * For a partition that was just claimed: its last owner may have been killed between its commit and its second look. `part` of the
   * inner topic; undefined for an intake partition, whose events may concern any instance.
   */
  async deliverLeft(part?: number): Promise<void> {
    await this.bring(await this.routing.offered(leftMax, part));
    await this.deliverParked();
  }

  private async bring(claimed: readonly Claimed[]): Promise<void> {
    for (let at = 0; at < claimed.length; at += roundMax) {
      const round = claimed.slice(at, at + roundMax);
      const positions = await this.log.append(round.map((c) => toInstance(c, c)));
      for (const { partition, offset } of positions) this.watermark.mustRead(partition, offset + 1);
    }
  }
}

import type { EventLog } from '@kruispunt/event';
import type { PostgresChainRouting } from '@kruispunt/postgres';
import { toInstance } from './keten-in.js';
import type { Watermark } from './watermark.js';

/** Early events in one go; more are taken in rounds. */
const roundMax = 500;

/**
 * Brings early events to instances that answer to their keys by now. An instance that had one already drops it (inbox, history),
 * so this may be done twice, by the router, the engine and the sweep; what it must never be is left out.
 */
export class EarlyDelivery {
  constructor(
    private readonly routing: PostgresChainRouting,
    private readonly log: EventLog,
    private readonly watermark: Watermark,
  ) {}

  /** For these keys, or for all. Answers how many events were brought; they are in the log then. */
  async deliver(keys?: readonly string[]): Promise<number> {
    const claimed = await this.routing.claimed(roundMax, keys);
    if (claimed.length === 0) return 0;
    const positions = await this.log.append(claimed.map((c) => toInstance(c, c)));
    for (const { partition, offset } of positions) this.watermark.mustRead(partition, offset + 1);
    return claimed.length;
  }
}

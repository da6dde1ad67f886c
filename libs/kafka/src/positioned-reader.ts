import { problem } from '@kruispunt/problem';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogBatch, LogReader, ReadOptions } from './driver.js';
import type { Fetcher } from './fetcher.js';
import { logUnavailable } from './log-unavailable.js';

/** A broker answers one request per connection at a time, so each waiting read holds a connection of its own. */
const connectionsMax = 16;
const staleTriesMax = 10;
const stalePauseMs = 100;
/** Longest wait of one read; the connection's own time-out lies above it. */
export const readWaitMaxMs = 30_000;
export const readRequestTimeoutMs = readWaitMaxMs + 10_000;

/** Reads by position outside any group. At most 16 reads at once; others wait their turn. */
export class PositionedReader implements LogReader {
  private readonly idle: Fetcher[] = [];
  private readonly all = new Set<Fetcher>();
  private readonly queue: ((fetcher: Fetcher) => void)[] = [];

  constructor(private readonly newFetcher: () => Fetcher | Promise<Fetcher>) {}

  async read(options: ReadOptions): Promise<LogBatch> {
    const fetcher = await this.borrow();
    try {
      return await this.readWith(fetcher, options);
    } catch (error) {
      fetcher.forget();
      throw error;
    } finally {
      this.giveBack(fetcher);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.all].map((fetcher) => fetcher.close().catch(() => undefined)));
  }

  private async readWith(fetcher: Fetcher, options: ReadOptions): Promise<LogBatch> {
    const { topic, partition, offset, maxBytes = 1 << 20, maxWaitMs = 0, to, only } = options;
    const want = { topic, partition, offset, maxBytes, to, only };
    for (let attempt = 0; attempt < staleTriesMax; attempt++) {
      const patience = { maxWaitMs: Math.min(maxWaitMs, readWaitMaxMs), minBytes: 1 };
      const [answer] = await fetcher.fetch(await fetcher.leaderOf(want), [want], patience);
      if (answer?.kind === 'batch') return answer.batch;
      if (answer?.kind === 'out-of-range') {
        throw problem('not-found', { topic, partition, offset, ...(await fetcher.edges(want)) });
      }
      fetcher.forget();
      await sleep(stalePauseMs);
    }
    throw logUnavailable('read', new Error(`no leader answered for ${topic}/${partition}`));
  }

  private async borrow(): Promise<Fetcher> {
    const free = this.idle.pop();
    if (free) return free;
    if (this.all.size >= connectionsMax) return new Promise((resolve) => this.queue.push(resolve));
    const fetcher = await this.newFetcher();
    this.all.add(fetcher);
    return fetcher;
  }

  private giveBack(fetcher: Fetcher): void {
    const next = this.queue.shift();
    if (next) next(fetcher);
    else this.idle.push(fetcher);
  }
}

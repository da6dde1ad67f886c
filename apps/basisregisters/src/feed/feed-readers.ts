import type { FeedReader, FeedStand } from './feed-reader.js';

/** The readers of all feeds, side by side. */
export class FeedReaders {
  constructor(private readonly readers: readonly FeedReader[]) {}

  stands(): readonly FeedStand[] {
    return this.readers.map((reader) => reader.where());
  }

  /** Starts all; resolves when `signal` has ended them. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.run(signal)));
  }
}

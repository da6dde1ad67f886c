import type { Timers } from '@kruispunt/clock';
import type { Claim } from '@kruispunt/postgres';
import { Problem } from '@kruispunt/problem';
import { attr, type Log } from '@kruispunt/telemetry';
import type { FeedName } from './feed-event.js';
import { pollFeed, type PollPorts } from './poll-feed.js';

/** Where one feed stands. `stoppedBy`: the slug of what keeps it from going on; it is tried again at each poll. */
export interface FeedStand {
  readonly source: string;
  readonly feed: FeedName;
  readonly highest: number;
  readonly published: number;
  readonly stoppedBy: string | undefined;
}

export interface ReaderOptions {
  readonly owner: string;
  readonly pollMs: number;
  readonly timers: Timers;
  readonly log: Log;
}

const backOffMs = 2_000;

/**
 * Reads one feed for ever: claim → poll while there is more → wait. What goes wrong outside (feed, database, log) is said once, waited for and
 * tried again from the stored position; a fenced reader claims again, so that a second process takes over and the first comes back.
 */
export class FeedReader {
  private stand: FeedStand;
  private readonly saidUnknown = new Set<string>();

  constructor(
    readonly feed: FeedName,
    private readonly ports: PollPorts,
    private readonly options: ReaderOptions,
  ) {
    this.stand = { source: ports.source.name, feed, highest: 0, published: 0, stoppedBy: undefined };
  }

  where(): FeedStand {
    return this.stand;
  }

  async run(signal: AbortSignal): Promise<void> {
    let claim: Claim | undefined;
    while (!signal.aborted) {
      try {
        claim ??= await this.ports.partitions.claim(
          'basisregisters',
          `feed.${this.ports.source.name}.${this.feed}`,
          0,
          this.options.owner,
        );
        claim = await this.look(claim, signal);
      } catch (fault) {
        if (signal.aborted) return;
        const slug = fault instanceof Problem ? fault.slug : 'internal';
        // The store knows another position or owner: ask it again. Anything else (the feed, the database) is waited for with the same claim.
        if (slug === 'fenced' || slug === 'conflict') claim = undefined;
        this.say(slug, fault);
        await this.options.timers.sleep(backOffMs, signal).catch(() => undefined);
      }
    }
  }

  private async look(claim: Claim, signal: AbortSignal): Promise<Claim> {
    const outcome = await pollFeed(this.feed, claim, this.ports);
    this.sayUnknown(outcome.unknownAttributes);
    this.stand = {
      ...this.stand,
      highest: Math.max(0, outcome.claim.next - 1),
      published: this.stand.published + outcome.published,
    };
    if (outcome.stoppedBy) this.say(outcome.stoppedBy.slug, outcome.stoppedBy);
    else this.stand = { ...this.stand, stoppedBy: undefined };
    if (!outcome.more) await this.options.timers.sleep(this.options.pollMs, signal).catch(() => undefined);
    return outcome.claim;
  }

  /** One line per change of state, none per poll. */
  private say(slug: string, cause: unknown): void {
    if (this.stand.stoppedBy !== slug)
      this.options.log.error('feed stopped', { [attr.feed]: this.feed, [attr.problem]: slug, [attr.cause]: cause });
    this.stand = { ...this.stand, stoppedBy: slug };
  }

  private sayUnknown(names: readonly string[]): void {
    for (const name of names) {
      if (this.saidUnknown.has(name)) continue;
      this.saidUnknown.add(name);
      this.options.log.warn('feed attribute unknown, carried as it is', {
        [attr.feed]: this.feed,
        [attr.reason]: name,
      });
    }
  }
}

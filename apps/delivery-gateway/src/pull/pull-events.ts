import type { Timers } from '@kruispunt/clock';
import type { Subscription } from '@kruispunt/delivery';
import type { PostgresPullStore, PullMove } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { parkUntold } from '../deliver/outcome-of.js';
import type { Seal } from '../deliver/seal.js';
import { readEntry } from '../match/prepare.js';
import type { Cursors, PageMove } from './cursor.js';
import { readFile, type FileParts, type NoFile, type PeriodFile } from './read-file.js';
import { readPage, type Page } from './read-page.js';

export interface PullParts extends FileParts {
  readonly store: PostgresPullStore;
  readonly cursors: Cursors;
  readonly seal: Seal;
  readonly timers: Timers;
  readonly stopping: AbortSignal;
}

export interface PullWish {
  readonly after: string | undefined;
  readonly limit: number;
  readonly waitMs: number;
}

export interface PulledPage {
  readonly events: Page['events'];
  readonly next: string;
  readonly complete: boolean;
}

const lookAgainMs = 100;

/** Pull: pages behind a cursor, in the log's order per key. Asking with a cursor acknowledges all before it. */
export class PullEvents {
  constructor(private readonly parts: PullParts) {}

  /** Waits up to `waitMs` for an event when there is none. Throws `conflict` when the subscription does not pull, or not now. */
  async page(subscription: Subscription, { after, limit, waitMs }: PullWish): Promise<PulledPage> {
    requirePull(subscription, 'PULL');
    const { clock, timers, stopping, store } = this.parts;
    if (after !== undefined) await this.acknowledge(subscription, after);
    const from = await this.standing(subscription, after);
    const until = clock.now() + waitMs;
    for (;;) {
      const page = await readPage(this.parts, subscription, from, limit);
      const moved = page.moves.some((move) => move.to > move.from);
      if (page.events.length > 0 || !page.complete || clock.now() >= until || stopping.aborted)
        return this.written(subscription, page);
      // Nothing matched so far: what was passed over needs no acknowledgement of the subscriber.
      if (moved) {
        await store.acknowledge(
          subscription.id,
          await Promise.all(page.moves.map((move) => this.toStore(subscription, move))),
        );
        from.splice(0, from.length, ...page.moves.map(({ topic, partition, to }) => ({ topic, partition, next: to })));
      }
      await timers.sleep(lookAgainMs, stopping).catch(() => undefined);
    }
  }

  /** The file of the oldest period that is over, behind the same cursor. Throws `conflict` when the subscription takes no files, or not now. */
  async file(
    subscription: Subscription,
    after: string | undefined,
  ): Promise<(PeriodFile & { readonly next: string }) | NoFile> {
    requirePull(subscription, 'FILE');
    if (after !== undefined) await this.acknowledge(subscription, after);
    const file = await readFile(this.parts, subscription, await this.standing(subscription, after));
    return file.kind === 'none' ? file : { ...file, next: this.parts.cursors.write(subscription.id, file.moves) };
  }

  /** The subscriber has had everything before this cursor. The same one twice counts once. */
  async acknowledge(subscription: Subscription, cursor: string): Promise<{ readonly moved: number }> {
    requirePull(subscription, 'PULL', 'FILE');
    const moves = this.parts.cursors.read(subscription.id, cursor).filter((move) => move.to > move.from);
    const moved = await this.parts.store.acknowledge(
      subscription.id,
      await Promise.all(moves.map((move) => this.toStore(subscription, move))),
    );
    return { moved };
  }

  private written(subscription: Subscription, { events, moves, complete }: Page): PulledPage {
    return { events, complete, next: this.parts.cursors.write(subscription.id, moves) };
  }

  private async standing(subscription: Subscription, after: string | undefined) {
    if (after === undefined) return [...(await this.parts.store.positions(subscription.id))];
    return this.parts.cursors
      .read(subscription.id, after)
      .map(({ topic, partition, to }) => ({ topic, partition, next: to }));
  }

  private async toStore(subscription: Subscription, { untold, ...move }: PageMove): Promise<PullMove> {
    const parked = await Promise.all(
      untold.map(async (offset) => {
        const entry = await this.parts.reader.entry(move, offset);
        if (!entry) return [];
        const read = readEntry(entry, this.parts.schemaIds);
        const reason = read.event
          ? 'nobody can tell whether this event may leave'
          : 'the record cannot be read with its schema';
        const { record } = parkUntold(this.parts, subscription, { entry, read }, reason);
        return [{ offset, key: entry.key?.toString('utf8') ?? '', eventId: entry.headers['ce_id'] ?? '', record }];
      }),
    );
    return { ...move, parked: parked.flat() };
  }
}

function requirePull({ channel, state }: Subscription, ...channels: readonly Subscription['channel'][]): void {
  if (!channels.includes(channel)) throw problem('conflict', { reason: 'this subscription does not pull' });
  if (state !== 'active') throw problem('conflict', { reason: `this subscription is ${state}` });
}

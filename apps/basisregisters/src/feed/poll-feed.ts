import type { SchemaIds } from '@kruispunt/contracts';
import { toRecord } from '@kruispunt/event';
import type { Problem } from '@kruispunt/problem';
import type { Claim, FeedStore, PartitionStore } from '@kruispunt/postgres';
import type { FeedSource } from './feed-client.js';
import type { FeedEvent, FeedName } from './feed-event.js';
import { knownAttributes } from './known-attributes.js';
import { readPage } from './read-page.js';
import { typedEvents } from './typed-event.js';

export interface PollPorts {
  readonly source: FeedSource;
  readonly partitions: PartitionStore;
  readonly store: FeedStore;
  readonly schemaIds: SchemaIds;
}

/** What one look at a feed brought. `more` asks for another look at once; `unknownAttributes` were carried all the same. */
export interface PollOutcome {
  readonly claim: Claim;
  readonly published: number;
  readonly more: boolean;
  readonly stoppedBy: Problem | undefined;
  readonly unknownAttributes: readonly string[];
}

/**
 * One page of one feed: read it, and in one transaction move the position and put the typed events in the outbox; then publish.
 * A feed is a partition of its own whose offsets are the feed's ids, so the fence, the position and the outbox are the usual ones.
 */
export async function pollFeed(feed: FeedName, claim: Claim, ports: PollPorts): Promise<PollOutcome> {
  const stored = `${ports.source.name}.${feed}`;
  const { page } = await ports.store.page(stored);
  const at = { page, highest: claim.next < 0 ? 0 : claim.next - 1 };
  const reading = readPage(await ports.source.page(feed, page), at);
  const records = reading.fresh
    .flatMap(typedEvents)
    .map(({ type, envelope }) => toRecord(envelope, type, ports.schemaIds));
  const moved = reading.position.page !== page || reading.fresh.length > 0;
  let next = claim;
  if (moved) {
    const upTo = reading.position.highest + 1;
    await ports.partitions.transact(claim, { from: claim.next, next: upTo, eventIds: [] }, async (tx) => {
      await ports.store.moveTo(tx, stored, reading.position.page);
      tx.publish(records);
    });
    next = { ...claim, next: upTo };
    await ports.partitions.publishOutbox(next);
  }
  return {
    claim: next,
    published: records.length,
    more: moved && reading.stoppedBy === undefined,
    stoppedBy: reading.stoppedBy,
    unknownAttributes: unknownIn(reading.fresh),
  };
}

const unknownIn = (events: readonly FeedEvent[]): readonly string[] => [
  ...new Set(
    events.flatMap((e) => {
      const attributes = (e.data['attributen'] ?? []) as readonly { readonly naam: string }[];
      return attributes
        .map((a) => a.naam)
        .filter((name) => !knownAttributes[e.kind].has(name))
        .map((name) => `${e.kind}.${name}`);
    }),
  ),
];

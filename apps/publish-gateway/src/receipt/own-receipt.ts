import type { Caller, PublishRules } from '@kruispunt/policy';
import type { IndexedEvent } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { ownSource } from '../publish/own-source.js';
import type { Receipt } from './receipt.js';

/** The part of the event index that receipts need. */
export interface FirstRecord {
  first(source: string, eventId: string): Promise<IndexedEvent | undefined>;
}

/** Receipts of events that were accepted before, from the event index. */
export class OwnReceipt {
  constructor(
    private readonly index: FirstRecord,
    private readonly rules: PublishRules,
  ) {}

  /**
   * The receipt of the first record of an event; its `acceptedAt` is the moment of the log. Throws `not-found` alike for what is not
   * there, not indexed yet, or another's, and `store-unavailable`. Asks the index in every case, so that time tells nothing either.
   */
  async find(caller: Caller, source: string, eventId: string): Promise<Receipt> {
    const event = await this.index.first(source, eventId);
    if (event === undefined || !ownSource(caller, source, this.rules)) throw problem('not-found');
    const { type, topic, partition, offset, valueSha256, loggedAt } = event;
    return {
      eventId,
      source,
      type,
      topic,
      partition,
      offset,
      valueSha256,
      acceptedAt: new Date(loggedAt).toISOString(),
      org: caller.organisation,
    };
  }
}

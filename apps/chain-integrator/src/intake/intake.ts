import type { ChainDefinition } from '@kruispunt/chain-engine';
import type { Clock } from '@kruispunt/clock';
import type { SchemaIds } from '@kruispunt/contracts';
import type { Quarantine } from '@kruispunt/event';
import type { LogBatch } from '@kruispunt/kafka';
import type { Claim, Database, PartitionStore, PostgresChainRouting } from '@kruispunt/postgres';
import type { EarlyDelivery } from '../run/early-delivery.js';
import { keysOf, place, readBatch } from './route-batch.js';

export interface IntakeParts {
  readonly definitions: readonly ChainDefinition[];
  readonly schemaIds: SchemaIds;
  readonly database: Database;
  readonly store: PartitionStore;
  readonly routing: PostgresChainRouting;
  readonly quarantine: Quarantine;
  readonly early: EarlyDelivery;
  readonly clock: Clock;
}

export const intakeConsumer = 'chain-intake';

/**
 * The router: domain topics in, the inner topic out. It keeps no state of its own: which instances answer to a key stands in the
 * correlation table. Early events are parked and, after the commit, offered again to whoever has come in the meantime.
 */
export class Intake {
  /** Per partition, up to where the database knows that everything is routed. */
  private readonly noted = new Map<string, number>();

  /** Claims under which it was looked after what the last owner left undone. */
  private readonly takenOver = new Map<string, number>();

  constructor(private readonly parts: IntakeParts) {}

  async handle(claim: Claim, batch: LogBatch): Promise<void> {
    const { definitions, schemaIds, store, routing, quarantine, early, clock } = this.parts;
    const { wanted, undecodable } = readBatch(batch, definitions, schemaIds);
    await this.takeOver(claim);
    await quarantine.put(undecodable.map((record) => ({ ...record, consumer: intakeConsumer })));
    const stretch = { from: batch.from, next: batch.next, eventIds: wanted.map((w) => w.id) };
    const kept = await store.transact(claim, stretch, async (tx) => {
      const fresh = wanted.filter((_, at) => tx.freshAt[at]);
      const holders = await routing.holders(keysOf(fresh), tx);
      const placed = place(fresh, holders);
      tx.publish(placed.records);
      await routing.keep(tx, placed.early, clock.now());
      await routing.tellAmbiguous(tx, placed.ambiguous, clock.now());
      // The stretch before this one was published before this one began: that far, the inner topic has everything.
      await routing.routed(tx, { topic: batch.topic, partition: batch.partition, next: batch.from });
      return placed.early.map((e) => e.key);
    });
    if (kept.length > 0) await early.deliver(kept);
  }

  /** At the end of the log, with all of it routed and published: notes it, so that terms may lapse. */
  async idle(claim: Claim, highWatermark: number): Promise<void> {
    const place = `${claim.topic}/${claim.partition}`;
    await this.takeOver(claim);
    if (this.noted.get(place) === highWatermark) return;
    await this.parts.routing.routed(this.parts.database, {
      topic: claim.topic,
      partition: claim.partition,
      next: highWatermark,
    });
    this.noted.set(place, highWatermark);
  }

  /**
   * A router that was killed between its commit and its second look has left early events lying, and nobody else would look before the
   * next sweep. So this comes first under every claim: before anything is called routed, and so before any term can lapse over it.
   */
  private async takeOver(claim: Claim): Promise<void> {
    const place = `${claim.topic}/${claim.partition}`;
    if (this.takenOver.get(place) === claim.epoch) return;
    await this.parts.early.deliverLeft();
    this.takenOver.set(place, claim.epoch);
  }
}

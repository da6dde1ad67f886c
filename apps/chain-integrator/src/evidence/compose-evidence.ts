import type { Clock } from '@kruispunt/clock';
import { topics, type SchemaIds } from '@kruispunt/contracts';
import type { KafkaDriver, LogAdmin } from '@kruispunt/kafka';
import type { Lifecycle } from '@kruispunt/nest';
import { PostgresChainEvidence, type Database, type PartitionStore } from '@kruispunt/postgres';
import { ketenIn } from '../run/keten-in.js';
import { Evidence } from './evidence.js';
import { readSeals } from './read-seals.js';
import { Sealer } from './sealer.js';

export interface EvidenceParts {
  readonly database: Database;
  readonly store: PartitionStore;
  readonly driver: KafkaDriver;
  readonly admin: LogAdmin;
  readonly schemaIds: SchemaIds;
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
}

/** What seals each day, and what answers whether a day is still what it was. */
export async function composeEvidence(
  parts: EvidenceParts,
): Promise<{ readonly sealer: Sealer; readonly evidence: Evidence }> {
  const { database, store, driver, admin, schemaIds, clock, lifecycle } = parts;
  const kept = new PostgresChainEvidence();
  const reader = lifecycle.owns('seal reader', await driver.reader());
  const evidence = new Evidence({
    database,
    evidence: kept,
    partitions: topics.find((topic) => topic.name === ketenIn)?.partitions ?? 1,
    clock,
    seals: () => readSeals(reader, admin, schemaIds),
  });
  return { sealer: new Sealer({ store, evidence: kept, schemaIds, clock }), evidence };
}

import { hostname } from 'node:os';
import type { Clock } from '@kruispunt/clock';
import { ev, type AuditGeregistreerdV1, type SchemaIds } from '@kruispunt/contracts';
import { fromEntry } from '@kruispunt/event';
import {
  runPartitions,
  type KafkaDriver,
  type LogAdmin,
  type LogBatch,
  type LogEntry,
  type PartitionRun,
} from '@kruispunt/kafka';
import {
  ensureDayPartitions,
  utcDay,
  type Claim,
  type Database,
  type LoggedDelivery,
  type PartitionStore,
  type PostgresDeliveryLog,
} from '@kruispunt/postgres';
import { claimFrom } from './claim-from.js';

export interface ProjectLogParts {
  readonly driver: KafkaDriver;
  readonly admin: LogAdmin;
  readonly clock: Clock;
  readonly store: PartitionStore;
  readonly database: Database;
  readonly deliveries: PostgresDeliveryLog;
  readonly schemaIds: SchemaIds;
  readonly groupId: string;
}

/** The first process of a database begins here before its own start: of the time before, there is no subscription to tell of. */
const marginMs = 60_000;
/** A transaction for every few lines would cost more than delivering them: the search follows within this time. */
const gathering = { minBytes: 65_536, maxWaitMs: 250 };

/** Fills the delivery log from the audit trail: what was tried, for search. The trail decides; this may be thrown away and filled again. */
export async function projectLog({
  driver,
  admin,
  clock,
  store,
  database,
  deliveries,
  schemaIds,
  groupId,
}: ProjectLogParts): Promise<PartitionRun<Claim>> {
  const ready = new Set<string>();
  const since = clock.now() - marginMs;
  const handle = async (claim: Claim, batch: LogBatch): Promise<void> => {
    const rows = batch.entries.flatMap((entry) => attemptOf(entry, schemaIds));
    for (const day of new Set(rows.map((row) => utcDay(row.at)))) {
      if (ready.has(day)) continue;
      await ensureDayPartitions(database, 'delivery_log', { from: day, days: 1 });
      ready.add(day);
    }
    await store.transact(claim, { from: batch.from, next: batch.next }, (tx) => deliveries.add(tx, rows));
  };
  return runPartitions({
    driver,
    store: claimFrom(store, (topic, partition) => admin.offsetAt(topic, partition, since)),
    groupId,
    consumer: 'delivery-log',
    owner: `${hostname()}:${process.pid}`,
    topics: [ev.AuditGeregistreerdV1.topic],
    handle,
    ...gathering,
  });
}

function attemptOf(entry: LogEntry, schemaIds: SchemaIds): LoggedDelivery[] {
  const read = fromEntry(entry, schemaIds);
  if (read.kind !== 'event' || read.type.type !== ev.AuditGeregistreerdV1.type) return [];
  const line = read.event.envelope.data as AuditGeregistreerdV1;
  if (line.soort !== 'UITKOMST' || line.abonnement === null || line.eventId === null) return [];
  return [
    {
      subscription: line.abonnement,
      eventId: line.eventId,
      attempt: line.poging ?? 0,
      outcome: line.uitkomst ?? '',
      status: line.httpStatus,
      at: Date.parse(line.tijdstipRegistratie),
      replay: line.heraflevering,
      auditRef: line.referentie,
    },
  ];
}

import type { Definition } from '@kruispunt/config';
import { eventTypes, type EventType } from '@kruispunt/contracts';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { migrate, openDatabase, PostgresPartitionStore } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import type { ProcessContext } from '../process/composition.js';
import { Bus } from './bus.js';
import { ensureTopics } from './ensure-topics.js';

export interface BusOptions {
  /** Names this service in sources, groups and sessions. */
  readonly name: string;
  /** Its CloudEvents source. */
  readonly source: string;
  /** The types it reads or writes; all of the catalogue by default. */
  readonly types?: readonly EventType[];
}

/**
 * Opens what a process of the bus stands on and hands it to the process' life: database (migrated), log (topics made from the catalogue; what
 * differs is reported), contract ids from the registry. Readiness fails while the database does not answer.
 */
export async function openBus<D extends Definition>(context: ProcessContext<D>, options: BusOptions): Promise<Bus> {
  const { settings, lifecycle, log, clock, readiness } = context;
  const database = lifecycle.owns('postgres', openDatabase(settings.databaseUrl, { applicationName: options.name }));
  const driver = platformaticDriver({ brokers: settings.kafkaBrokers, clientId: options.name });
  const [schemaIds, eventLog] = await Promise.all([
    ConfluentRegistry.connect(settings.schemaRegistryUrl).schemaIds(options.types ?? eventTypes),
    KafkaEventLog.open(driver),
    migrate(database),
    ensureTopics(driver, log),
  ]);
  lifecycle.owns('event log', eventLog);
  readiness.add('postgres', async () => (await database.query({ name: 'ready', text: 'select 1' })).length === 1);
  const partitions = lifecycle.owns('outbox', new PostgresPartitionStore(database, eventLog));
  return new Bus(driver, eventLog, database, partitions, schemaIds, clock, options.source);
}

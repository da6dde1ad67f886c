import { randomUUID } from 'node:crypto';
import { LogAuditTrail } from '@kruispunt/audit';
import { SystemTimers } from '@kruispunt/clock';
import { catalogus, eventTypes, gemeenten } from '@kruispunt/contracts';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { ensureTopics, type Composition, type ProcessContext } from '@kruispunt/nest';
import { publishRulesFrom } from '@kruispunt/policy';
import { openDatabase, PostgresEventIndex, PostgresPartitionStore } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { appModule } from './app.module.js';
import type { config } from './config.js';
import { IndexRun } from './index/run-index.js';
import { Accept } from './publish/accept.js';
import { readOrganisations } from './publish/organisations.js';
import { WatchedLog } from './publish/watched-log.js';
import { Witness } from './publish/witness.js';
import { OwnReceipt } from './receipt/own-receipt.js';
import { readSigningKey, ReceiptSigner } from './receipt/receipt-signer.js';

/** Opens what the gateway needs, in the order of an event's walk. Needs Kafka and the registry to start; Postgres may come later. */
export async function compose({
  settings,
  clock,
  log,
  metrics,
  lifecycle,
  readiness,
}: ProcessContext<typeof config>): Promise<Composition> {
  const signer = new ReceiptSigner(await readSigningKey(settings.signingKeyFile));
  const rules = publishRulesFrom(catalogus, gemeenten, await readOrganisations(settings.organisationsFile));
  const driver = platformaticDriver({ brokers: settings.kafkaBrokers, clientId: 'publish-gateway' });
  await ensureTopics(driver, log);
  const eventLog = new WatchedLog(lifecycle.owns('event log', await KafkaEventLog.open(driver)), clock);
  const schemaIds = await ConfluentRegistry.connect(settings.schemaRegistryUrl).schemaIds(eventTypes);
  const audit = new LogAuditTrail({ log: eventLog, schemaIds, writer: randomUUID() });

  const database = lifecycle.owns(
    'postgres',
    openDatabase(settings.databaseUrl, { applicationName: 'publish-gateway' }),
  );
  const index = new PostgresEventIndex(database);
  const store = lifecycle.owns('outbox', new PostgresPartitionStore(database, eventLog));
  const timers = new SystemTimers();
  const { indexDaysKept: daysKept, indexGroup: groupId } = settings;
  lifecycle.owns(
    'event index',
    new IndexRun({
      driver,
      database,
      store,
      index,
      clock,
      timers,
      log,
      groupId,
      daysKept,
      stopping: lifecycle.stopping,
    }),
  );

  const admin = lifecycle.owns('kafka admin', await driver.admin());
  readiness.add('log', async () => eventLog.takesWrites && (await admin.listTopics()).length > 0);

  const accept = new Accept({ log: eventLog, schemaIds, rules, clock, testPersonsOnly: settings.mode === 'proeftuin' });
  const witness = new Witness({ log, metrics, audit, clock });
  return { module: appModule({ accept, witness, signer, receipts: new OwnReceipt(index, rules), index }) };
}

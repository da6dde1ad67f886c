import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { LogAuditTrail } from '@kruispunt/audit';
import { SystemRandom, SystemTimers } from '@kruispunt/clock';
import { catalogus, ev, eventTypes } from '@kruispunt/contracts';
import { standardLadder, standardLimits, approvalRules } from '@kruispunt/delivery';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import type { Composition, ProcessContext } from '@kruispunt/nest';
import {
  migrate, openDatabase, PostgresDeliveryLog, PostgresFlow, PostgresParkedStore, PostgresPartitionStore, PostgresPositionStore, PostgresProtocolStore,
  PostgresPullStore, PostgresQuarantine, PostgresReplayItemStore, PostgresReplayPlanStore, PostgresReplayRunStore, PostgresReplayStanding,
  PostgresSubscriptionStore, type Database,
} from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { attr } from '@kruispunt/telemetry';
import { EndpointKeys, WebhookSender } from '@kruispunt/webhook';
import { appModule } from './app.module.js';
import type { config } from './config.js';
import { CachedReader } from './deliver/cached-reader.js';
import { DeliveryDoor } from './deliver/delivery-door.js';
import { DeliveryRun } from './deliver/delivery-run.js';
import { readSeed } from './deliver/read-seed.js';
import { Seal } from './deliver/seal.js';
import { Flow } from './flow/flow.js';
import { projectLog } from './log/project-log.js';
import { Judge } from './match/judge.js';
import { Protocols } from './match/protocols.js';
import { Registrations } from './match/registrations.js';
import { Subscriptions } from './match/subscriptions.js';
import { Cursors } from './pull/cursor.js';
import { PullEvents } from './pull/pull-events.js';
import { Windows } from './pull/windows.js';
import { ReplayParts } from './replay/replay-parts.js';
import { ReplayRunner } from './replay/replay-runner.js';
import { ManageSubscriptions } from './subscriptions/manage-subscriptions.js';
import { Prober } from './subscriptions/prober.js';

/** Every topic somebody may subscribe to: those of the catalogue, without the audit trail. */
const deliverable = [...new Set(catalogus.map(({ topic }) => topic))].filter((topic) => topic !== ev.AuditGeregistreerdV1.topic);

/** Opens what the gateway needs and starts delivering. Needs Kafka, the registry and Postgres. */
export async function compose({ settings, clock, log, metrics, lifecycle, readiness }: ProcessContext<typeof config>): Promise<Composition> {
  const seed = await readSeed(settings.signingKeyFile);
  const [timers, random, stopping] = [new SystemTimers(), new SystemRandom(), lifecycle.stopping];
  const driver = platformaticDriver({ brokers: settings.kafkaBrokers, clientId: 'delivery-gateway' });
  const eventLog = lifecycle.owns('event log', await KafkaEventLog.open(driver));
  const admin = lifecycle.owns('kafka admin', await driver.admin());
  const logReader = lifecycle.owns('log reader', await driver.reader());
  const schemaIds = await ConfluentRegistry.connect(settings.schemaRegistryUrl).schemaIds(eventTypes);
  const database = lifecycle.owns('postgres', openDatabase(settings.databaseUrl, { applicationName: 'delivery-gateway', sessionsMax: 20 }));
  await migrate(database);
  const stores = storesOf(database);
  const store = new PostgresPartitionStore(database, eventLog);
  const audit = new LogAuditTrail({ log: eventLog, schemaIds, writer: randomUUID() });

  const egress = { plainHttp: settings.mode === 'proeftuin' };
  const sender = lifecycle.owns('webhooks', new WebhookSender({ clock, policy: egress, deadlineMs: settings.deadlineMs }));
  const keys = new EndpointKeys(seed);
  const [seal, reader] = [new Seal(seed), new CachedReader(logReader)];
  const protocols = new Protocols(stores.protocols);
  const subscriptions = new Subscriptions(stores.subscriptions, protocols);
  const judge = new Judge(subscriptions, protocols, new Registrations(stores.subscriptions, clock), clock);
  const delivery = { judge, audit, sender, keys, clock, timers, log, metrics, stopping, schemaIds, seal };

  const run = new DeliveryRun({
    ...delivery, driver, subscriptions, protocols, store, reader, random, subscriptionStore: stores.subscriptions, positions: stores.positions,
    quarantine: new PostgresQuarantine(database), limits: standardLimits, groupId: settings.group, instanceId: `${hostname()}-${settings.port}`,
    topics: settings.topics.length > 0 ? settings.topics : deliverable,
    ladder: {
      ...standardLadder, firstMs: settings.ladderFirstMs, capMs: settings.ladderCapMs, retriesMax: settings.ladderRetriesMax, overloadMs: settings.ladderOverloadMs,
    },
    pace: {
      flushMs: settings.flushMs, flushOutcomes: settings.flushOutcomes, refreshMs: settings.refreshMs, wakeMs: 25, drainMs: 1_500,
      catchUpReadersMax: settings.catchUpReadersMax, duplicateWindow: settings.duplicateWindow,
    },
    end: async (subscription, error) => {
      await stores.subscriptions.change(subscription.id, { state: 'ended', stateReason: `its receiver answered ${error.class}` });
      log.warn('subscription ended', { [attr.subscriptionId]: subscription.id, [attr.reason]: error.class });
    },
  });
  lifecycle.owns('delivery', await run.start());
  lifecycle.owns('delivery log', await projectLog({ driver, store, database, deliveries: stores.deliveries, schemaIds, groupId: `${settings.group}.log` }));
  readiness.add('log', async () => (await admin.listTopics()).length > 0);
  readiness.add('database', async () => (await database.query({ name: 'ready', text: 'select 1' })).length === 1);

  const door = new DeliveryDoor({ ...delivery, subscriptionStore: stores.subscriptions });
  const replay = new ReplayParts(stores.replay, { reader: logReader, admin, schemaIds }, door, audit, { clock, random, approval: approvalRules });
  const runner = new ReplayRunner(replay, { owner: `${hostname()}:${process.pid}:${random.uuid()}`, timers, log }).work(stopping);
  lifecycle.onClose('replay', () => runner);

  const manage = new ManageSubscriptions(stores.subscriptions, admin, keys, { clock, random, egress });
  return {
    module: appModule({
      manage, audit, replay, stores,
      prober: new Prober({ sender, keys, clock, random }, manage),
      flow: new Flow({ flow: stores.flow, admin, reader, clock }),
      pull: new PullEvents({
        judge, clock, audit, reader, schemaIds, seal, timers, stopping,
        store: stores.pull, cursors: new Cursors(seed), windows: new Windows(reader, settings.duplicateWindow),
      }),
    }),
  };
}

const storesOf = (database: Database) => ({
  subscriptions: new PostgresSubscriptionStore(database),
  positions: new PostgresPositionStore(database),
  pull: new PostgresPullStore(database),
  flow: new PostgresFlow(database),
  deliveries: new PostgresDeliveryLog(database),
  protocols: new PostgresProtocolStore(database),
  parked: new PostgresParkedStore(database),
  replay: {
    plans: new PostgresReplayPlanStore(database),
    runs: new PostgresReplayRunStore(database),
    items: new PostgresReplayItemStore(database),
    standing: new PostgresReplayStanding(database),
  },
});

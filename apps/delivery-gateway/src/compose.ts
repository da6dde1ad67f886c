import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { LogAuditTrail } from '@kruispunt/audit';
import { SystemRandom, SystemTimers } from '@kruispunt/clock';
import { catalogus, ev, eventTypes } from '@kruispunt/contracts';
import { standardLadder, standardLimits, approvalRules } from '@kruispunt/delivery';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import type { Composition, ProcessContext } from '@kruispunt/nest';
import {
  listen,
  migrate,
  openDatabase,
  PostgresActivity,
  PostgresActs,
  PostgresDeliveryLog,
  PostgresDisclosure,
  PostgresFlow,
  PostgresGapStore,
  PostgresParkedStore,
  PostgresPartitionStore,
  PostgresPositionStore,
  PostgresProtocolStore,
  PostgresProtocolWitness,
  PostgresPullStore,
  PostgresQuarantine,
  PostgresReplayEvidence,
  PostgresReplayItemStore,
  PostgresReplayPlanStore,
  PostgresReplayRunStore,
  PostgresReplayStanding,
  PostgresSubscriptionStore,
  type Database,
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
import { watchRetention } from './deliver/watch-retention.js';
import { Flow } from './flow/flow.js';
import { projectLog } from './log/project-log.js';
import { Judge } from './match/judge.js';
import { leasedProtocols } from './match/protocol-lease.js';
import { NonDisclosable } from './match/non-disclosable.js';
import { Protocols } from './match/protocols.js';
import { Registrations } from './match/registrations.js';
import { Subscriptions } from './match/subscriptions.js';
import { keepTidy } from './parked/keep-tidy.js';
import { ParkedParts } from './parked/parked-parts.js';
import { OperateProtocols } from './protocols/operate-protocols.js';
import { Cursors } from './pull/cursor.js';
import { PullEvents } from './pull/pull-events.js';
import { Windows } from './pull/windows.js';
import { followPersons } from './repertorium/follow-persons.js';
import { keepRepertorium } from './repertorium/keep-repertorium.js';
import { ManageRepertorium } from './repertorium/manage-repertorium.js';
import { ReplayParts } from './replay/replay-parts.js';
import { ReplayRunner } from './replay/replay-runner.js';
import { ManageSubscriptions } from './subscriptions/manage-subscriptions.js';
import { Prober } from './subscriptions/prober.js';
import { EffectiveSubscriptions } from './who/effective-subscriptions.js';
import { Simulate } from './who/simulate.js';
import { SilenceWatch } from './who/watch-silence.js';

/** Every topic somebody may subscribe to: those of the catalogue, without the audit trail. */
const deliverable = [...new Set(catalogus.map(({ topic }) => topic))].filter(
  (topic) => topic !== ev.AuditGeregistreerdV1.topic,
);

/** A filter goes silent over days. */
const silenceEveryMs = 60_000;

type Context = ProcessContext<typeof config>;
type Parts = Awaited<ReturnType<typeof openParts>>;

/** Opens what the gateway needs and starts delivering. Needs Kafka, the registry and Postgres. */
export async function compose(context: Context): Promise<Composition> {
  const parts = await openParts(context);
  await startDelivery(context, parts);
  const replay = startReplay(context, parts);
  const { readiness, clock, settings } = context;
  const { admin, database, stores, keys, random, egress, sender, reader } = parts;
  readiness.add('log', async () => (await admin.listTopics()).length > 0);
  readiness.add('database', async () => (await database.query({ name: 'ready', text: 'select 1' })).length === 1);
  const silence = startRepertorium(
    context,
    parts,
    await followPersons({ ...parts, groupId: `${settings.group}.repertorium` }),
  );
  const flow = new Flow({ flow: stores.flow, admin, reader, clock, silence });
  const who = {
    repertorium: new ManageRepertorium(parts),
    effective: new EffectiveSubscriptions({
      ...parts,
      protocols: stores.protocols,
      flow,
      silence,
      remindDays: settings.remindDays,
    }),
    simulate: new Simulate(parts),
  };
  const manage = new ManageSubscriptions(stores.subscriptions, admin, keys, {
    clock,
    random,
    egress,
    audit: parts.audit,
  });
  return {
    module: appModule({
      manage,
      replay,
      parked: startTidying(context, parts, replay),
      stores,
      audit: parts.audit,
      prober: new Prober({ sender, keys, clock, random }, manage),
      protocols: new OperateProtocols({
        database,
        subscriptions: stores.subscriptions,
        acts: stores.replay.acts,
        audit: parts.audit,
        clock,
        timers: parts.timers,
      }),
      ...who,
      flow,
      pull: new PullEvents({
        ...parts,
        store: stores.pull,
        cursors: new Cursors(parts.seed),
        windows: new Windows(reader, admin, { idsMax: settings.duplicateWindow, clock }),
      }),
    }),
  };
}

/** What delivery, pull and replay share. */
async function openParts({ settings, clock, log, metrics, lifecycle }: Context) {
  const seed = await readSeed(settings.signingKeyFile);
  const driver = platformaticDriver({ brokers: settings.kafkaBrokers, clientId: 'delivery-gateway' });
  const eventLog = lifecycle.owns('event log', await KafkaEventLog.open(driver));
  const admin = lifecycle.owns('kafka admin', await driver.admin());
  const logReader = lifecycle.owns('log reader', await driver.reader());
  const schemaIds = await ConfluentRegistry.connect(settings.schemaRegistryUrl).schemaIds(eventTypes);
  const pool = openDatabase(settings.databaseUrl, { applicationName: 'delivery-gateway', sessionsMax: 20 });
  const database = lifecycle.owns('postgres', pool);
  await migrate(database);
  const stores = storesOf(database);
  const egress = { plainHttp: settings.mode === 'proeftuin' };
  const sender = new WebhookSender({ clock, policy: egress, deadlineMs: settings.deadlineMs });
  const writer = randomUUID();
  const protocols = new Protocols(leasedProtocols(stores.protocols, stores.witness, `${hostname()}:${writer}`), {
    leaseMs: settings.protocolLeaseMs,
    elapsedMs: () => performance.now(),
  });
  lifecycle.owns('protocols', protocols);
  // A change of a protocol is read at once; without this it is read with the next renewal of the lease.
  const heard = () =>
    void protocols.refresh().catch((cause: unknown) => log.warn('protocols not read', { [attr.cause]: cause }));
  lifecycle.owns('protocol changes', listen(settings.databaseUrl, 'kruispunt_protocol', heard));
  const subscriptions = new Subscriptions(stores.subscriptions, protocols);
  const nonDisclosable = new NonDisclosable(new PostgresDisclosure(database));
  return {
    ...{
      clock,
      log,
      metrics,
      seed,
      driver,
      admin,
      logReader,
      schemaIds,
      database,
      stores,
      egress,
      out: eventLog,
      protocols,
      subscriptions,
    },
    timers: new SystemTimers(),
    random: new SystemRandom(),
    stopping: lifecycle.stopping,
    sender: lifecycle.owns('webhooks', sender),
    store: new PostgresPartitionStore(database, eventLog),
    audit: new LogAuditTrail({ log: eventLog, schemaIds, writer }),
    keys: new EndpointKeys(seed),
    seal: new Seal(seed),
    reader: new CachedReader(logReader),
    eventLog,
    nonDisclosable,
    judge: new Judge(subscriptions, protocols, new Registrations(stores.subscriptions, clock), nonDisclosable, clock),
  };
}

async function startDelivery({ settings, lifecycle, log }: Context, parts: Parts): Promise<void> {
  const { stores, database } = parts;
  const {
    ladderFirstMs: firstMs,
    ladderCapMs: capMs,
    ladderRetriesMax: retriesMax,
    ladderOverloadMs: overloadMs,
  } = settings;
  const run = new DeliveryRun({
    ...parts,
    refreshPolicy: async () => {
      await parts.protocols.refresh();
      await parts.nonDisclosable.refresh();
    },
    subscriptionStore: stores.subscriptions,
    positions: stores.positions,
    gaps: stores.gaps,
    quarantine: new PostgresQuarantine(database),
    watch: (partition) => watchRetention({ ...parts, gaps: stores.gaps }, partition),
    limits: standardLimits,
    groupId: settings.group,
    instanceId: `${hostname()}-${settings.port}`,
    topics: settings.topics.length > 0 ? settings.topics : deliverable,
    ladder: { ...standardLadder, firstMs, capMs, retriesMax, overloadMs },
    pace: { ...settings, wakeMs: 25, drainMs: 1_500 },
    end: async ({ id }, error) => {
      await stores.subscriptions.change(id, { state: 'ended', stateReason: `its receiver answered ${error.class}` });
      log.warn('subscription ended', { [attr.subscriptionId]: id, [attr.reason]: error.class });
    },
  });
  lifecycle.owns('delivery', await run.start());
  lifecycle.owns(
    'subscription changes',
    listen(settings.databaseUrl, 'kruispunt_subscription', () => run.hear()),
  );
  const projection = await projectLog({ ...parts, deliveries: stores.deliveries, groupId: `${settings.group}.log` });
  lifecycle.owns('delivery log', projection);
}

/** Keeps the repertorium, and watches which subscriptions went silent. */
function startRepertorium(
  { settings, lifecycle, clock, log, metrics }: Context,
  parts: Parts,
  following: { close(): Promise<void> },
): SilenceWatch {
  const { stores, database, timers, stopping } = parts;
  lifecycle.owns('persons', following);
  const everyMs = settings.refreshMs;
  const keeping = keepRepertorium({ ...parts, flow: stores.flow, remindDays: settings.remindDays, everyMs }, stopping);
  lifecycle.onClose('repertorium', () => keeping);
  const watch = new SilenceWatch({
    ...{ clock, timers, log, metrics, subscriptions: stores.subscriptions, protocols: stores.protocols },
    activity: new PostgresActivity(database),
    silentMs: settings.silentMs,
    everyMs: Math.min(silenceEveryMs, settings.silentMs),
  });
  const watching = watch.work(stopping);
  lifecycle.onClose('silence', () => watching);
  return watch;
}

function startReplay({ lifecycle, clock, log }: Context, parts: Parts): ReplayParts {
  const { stores, logReader: reader, admin, schemaIds, audit, random, timers, stopping } = parts;
  const door = new DeliveryDoor({ ...parts, subscriptionStore: stores.subscriptions });
  const ambient = { clock, random, approval: approvalRules };
  const replay = new ReplayParts(stores.replay, { reader, admin, schemaIds }, door, audit, ambient);
  const owner = `${hostname()}:${process.pid}:${random.uuid()}`;
  const runner = new ReplayRunner(replay, { owner, timers, log }).work(stopping);
  lifecycle.onClose('replay', () => runner);
  return replay;
}

/** What people do with parked events, and what time does with what they discarded. */
function startTidying({ lifecycle, clock, log }: Context, parts: Parts, replay: ReplayParts): ParkedParts {
  const { stores, audit, timers, stopping } = parts;
  const { acts, plans, evidence } = stores.replay;
  const tidying = keepTidy({ acts, audit, clock, plans, evidence, timers, log }, stopping);
  lifecycle.onClose('tidying', () => tidying);
  return new ParkedParts(stores.parked, acts, audit, clock, replay);
}

const storesOf = (database: Database) => ({
  subscriptions: new PostgresSubscriptionStore(database),
  positions: new PostgresPositionStore(database),
  gaps: new PostgresGapStore(database),
  pull: new PostgresPullStore(database),
  flow: new PostgresFlow(database),
  deliveries: new PostgresDeliveryLog(database),
  protocols: new PostgresProtocolStore(database),
  witness: new PostgresProtocolWitness(database),
  parked: new PostgresParkedStore(database),
  replay: {
    acts: new PostgresActs(database),
    plans: new PostgresReplayPlanStore(database),
    runs: new PostgresReplayRunStore(database),
    items: new PostgresReplayItemStore(database),
    standing: new PostgresReplayStanding(database),
    evidence: new PostgresReplayEvidence(database),
  },
});

// What the benches stand on: a tuned Kafka, Postgres, registry and issuer, and the processes a bench asks for, nothing else running.
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventTypes, topics } from '@kruispunt/contracts';
import { startGuard, startKafka, startSystem, workspaceRoot } from '@kruispunt/embedded';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { ConfluentRegistry } from '@kruispunt/registry';

/** Opens a world in a folder of its own; `close()` stops it and takes the folder away. Services named in the environment are used instead. */
export async function openWorld(tell) {
  const folder = join(workspaceRoot(), '.kruispunt', `bench-${randomUUID().slice(0, 8)}`);
  await mkdir(folder, { recursive: true });
  const guard = startGuard();
  const { KAFKA_BROKERS, DATABASE_URL, SCHEMA_REGISTRY_URL } = process.env;
  const kafka = KAFKA_BROKERS
    ? undefined
    : await startKafka({ folder: join(folder, 'kafka'), tuned: true, heapMb: 1024 });
  if (kafka) guard.watch(kafka.pid());
  const own = {
    KAFKA_BROKERS: KAFKA_BROKERS ?? kafka.brokers,
    ...(DATABASE_URL && { DATABASE_URL }),
    ...(SCHEMA_REGISTRY_URL && { SCHEMA_REGISTRY_URL }),
  };
  // To see where the CPU goes: a profile of each gateway, written when it stops.
  const profile = process.env['BENCH_PROFILE'];
  const profiled = profile && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` };
  // Two topics instead of all: what the benches use.
  const settings = {
    'publish-gateway': { ...profiled },
    'delivery-gateway': {
      ...profiled,
      KP_DELIVERY_TOPICS: 'be.vlaanderen.bevolking.verhuis.v1,be.vlaanderen.omgeving.dossier.v1',
    },
  };
  const system = await startSystem({ folder, apps: [], own, settings, tell });
  const brokers = own.KAFKA_BROKERS.split(',');
  const driver = platformaticDriver({ brokers, clientId: 'bench' });
  const admin = await driver.admin();
  await admin.ensureTopics(topics);
  const schemaIds = await ConfluentRegistry.connect(system.env.SCHEMA_REGISTRY_URL).schemaIds(eventTypes);
  const opened = [];
  const owns = (part) => {
    opened.push(part);
    return part;
  };
  owns(admin);
  return {
    brokers,
    driver,
    admin,
    schemaIds,
    system,
    owns,
    databaseUrl: system.env.DATABASE_URL,
    /** The processes of the database, for CPU; none when it is not ours. */
    postgresPids: system.services.postgres ? [system.services.postgres.pid()] : [],
    log: owns(await KafkaEventLog.open(driver, { waitingMax: 100_000, deadlineMs: 30_000 })),
    async topic(stem, partitions = 4) {
      const name = `bench.${stem}.${randomUUID().slice(0, 8)}`;
      await admin.ensureTopics([{ name, partitions, retentionMs: 3_600_000 }]);
      return name;
    },
    async close() {
      for (const part of opened.toReversed()) await part.close().catch(() => undefined);
      await system.stop();
      await kafka?.stop();
      guard.dismiss();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

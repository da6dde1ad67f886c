import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventTypes, topics, type SchemaIds } from '@kruispunt/contracts';
import { startIssuer, type IssuerClient, type RunningIssuer } from '@kruispunt/embedded';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { bootstrap, type RunningApp } from '@kruispunt/nest';
import { openDatabase, type Database } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { freshDatabase, serviceUrl } from '@kruispunt/testkit';
import { compose } from './compose.js';
import { config } from './config.js';

export type Settings = Readonly<Record<string, string>>;

/** What a delivery gateway stands on in a spec: the services all specs share, and a database, an issuer and a key of its own. */
export interface GatewayWorld {
  readonly folder: string;
  readonly log: KafkaEventLog;
  readonly schemaIds: SchemaIds;
  readonly database: Database;
  readonly issuer: RunningIssuer;
  /** The environment of a gateway here; `settings` come on top. */
  env(settings: Settings): Record<string, string>;
  /** A gateway in this process, on any free port. */
  start(settings: Settings): Promise<RunningApp>;
  close(): Promise<void>;
}

/** Opens it: topics made, schemas registered. `name` is how the broker and the temporary folder know the spec. */
export async function openGatewayWorld(name: string, clients: readonly IssuerClient[] = []): Promise<GatewayWorld> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  await writeFile(join(folder, 'key.jwk'), JSON.stringify(key));
  const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: name });
  const admin = await driver.admin();
  await admin.ensureTopics(topics);
  await admin.close();
  const registry = ConfluentRegistry.connect(serviceUrl('SCHEMA_REGISTRY_URL'));
  for (const eventType of eventTypes) await registry.register(eventType);
  const schemaIds = await registry.schemaIds(eventTypes);
  const log = await KafkaEventLog.open(driver);
  const fresh = await freshDatabase();
  const database = openDatabase(fresh.url);
  const issuer = await startIssuer({ port: 0, clients });
  const env = (settings: Settings) => ({
    KAFKA_BROKERS: serviceUrl('KAFKA_BROKERS'),
    SCHEMA_REGISTRY_URL: serviceUrl('SCHEMA_REGISTRY_URL'),
    DATABASE_URL: fresh.url,
    KP_ISSUER_URL: issuer.url,
    KP_ISSUER_JWKS_URL: issuer.jwksUrl,
    KP_MODE: 'proeftuin',
    KP_LOG_LEVEL: process.env['KP_LOG_LEVEL'] ?? 'silent',
    KP_SIGNING_KEY_FILE: join(folder, 'key.jwk'),
    ...settings,
  });
  return {
    folder,
    log,
    schemaIds,
    database,
    issuer,
    env,
    start: (settings) =>
      bootstrap(compose, { name: 'delivery-gateway', config, port: () => 0, ownsProcess: false, env: env(settings) }),
    close: async () => {
      await Promise.all([issuer.stop(), log.close(), database.close()]);
      await fresh.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// Gives every broker spec and e2e file a real broker, database and registry: the ones the environment names, containers where
// a Docker engine answers, or else the embedded parts. Pure specs alone start nothing (KRUISPUNT_PURE=1).
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startContainers } from './containers.mjs';

export default async function setup() {
  const { KAFKA_BROKERS, DATABASE_URL, SCHEMA_REGISTRY_URL, KRUISPUNT_PURE } = process.env;
  if (KRUISPUNT_PURE === '1' || (KAFKA_BROKERS && DATABASE_URL && SCHEMA_REGISTRY_URL)) return;
  const containers = await startContainers();
  if (containers) {
    globalThis.kruispuntServices = containers.stop;
    Object.assign(process.env, containers.env);
    return;
  }
  const { startKafka, startPostgres, startRegistry, workspaceRoot } = await import('@kruispunt/embedded');
  const parent = join(workspaceRoot(), '.kruispunt');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'test-'));
  await chmod(folder, 0o755); // Postgres runs as another user when we are root.
  const [kafka, postgres, registry] = await Promise.all([
    KAFKA_BROKERS ? undefined : startKafka({ folder: join(folder, 'kafka') }),
    DATABASE_URL ? undefined : startPostgres({ folder: join(folder, 'postgres') }),
    SCHEMA_REGISTRY_URL ? undefined : startRegistry({ folder: join(folder, 'registry') }),
  ]);
  if (kafka) process.env.KAFKA_BROKERS = kafka.brokers;
  if (postgres) process.env.DATABASE_URL = postgres.url;
  if (registry) process.env.SCHEMA_REGISTRY_URL = registry.url;
  globalThis.kruispuntServices = async () => {
    await Promise.all([registry?.stop(), postgres?.stop(), kafka?.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
}

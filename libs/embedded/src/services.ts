import { join } from 'node:path';
import { startKafka, type RunningKafka } from './kafka.js';
import { startPostgres, type RunningPostgres } from './postgres.js';
import { startRegistry, type RunningRegistry } from './registry.js';
import type { Ports } from './ports.js';

/** Addresses of broker, database and registry, as every process of ours expects them. */
export interface ServiceAddresses {
  readonly KAFKA_BROKERS: string;
  readonly DATABASE_URL: string;
  readonly SCHEMA_REGISTRY_URL: string;
}

export interface RunningServices {
  readonly env: ServiceAddresses;
  /** The embedded ones; a service that is used from elsewhere is undefined. */
  readonly kafka: RunningKafka | undefined;
  readonly postgres: RunningPostgres | undefined;
  readonly registry: RunningRegistry | undefined;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Starts what `own` does not name, all at once. On failure what had started is stopped again. */
export async function startServices(options: {
  readonly folder: string;
  readonly ports?: Pick<Ports, 'kafka' | 'controller' | 'postgres' | 'registry'>;
  readonly own?: Partial<ServiceAddresses>;
}): Promise<RunningServices> {
  const { folder, ports, own = {} } = options;
  const at = (name: 'kafka' | 'controller' | 'postgres' | 'registry') => (ports ? { port: ports[name] } : {});
  const started = await Promise.allSettled([
    own.KAFKA_BROKERS
      ? Promise.resolve(undefined)
      : startKafka({
          folder: join(folder, 'kafka'),
          ...at('kafka'),
          ...(ports ? { controllerPort: ports.controller } : {}),
        }),
    own.DATABASE_URL
      ? Promise.resolve(undefined)
      : startPostgres({ folder: join(folder, 'postgres'), ...at('postgres') }),
    own.SCHEMA_REGISTRY_URL
      ? Promise.resolve(undefined)
      : startRegistry({ folder: join(folder, 'registry'), ...at('registry') }),
  ] as const);
  const [kafka, postgres, registry] = started.map((s) => (s.status === 'fulfilled' ? s.value : undefined)) as [
    RunningKafka | undefined,
    RunningPostgres | undefined,
    RunningRegistry | undefined,
  ];
  const stop = async () => {
    await registry?.stop();
    await kafka?.stop();
    await postgres?.stop();
  };
  const failed = started.find((s) => s.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    env: {
      KAFKA_BROKERS: own.KAFKA_BROKERS ?? kafka?.brokers ?? '',
      DATABASE_URL: own.DATABASE_URL ?? postgres?.url ?? '',
      SCHEMA_REGISTRY_URL: own.SCHEMA_REGISTRY_URL ?? registry?.url ?? '',
    },
    kafka,
    postgres,
    registry,
    pids: [kafka?.pid(), postgres?.pid(), registry?.pid()].filter((pid) => pid !== undefined),
    stop,
  };
}

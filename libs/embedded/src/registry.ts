import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { partFolder } from './parts.js';
import { anyFreePort } from './ports.js';
import { startChild, untilReady } from './process.js';

export interface RegistryOptions {
  readonly folder: string;
  readonly port?: number;
}

export interface RunningRegistry {
  /** The Confluent API: `…/apis/ccompat/v7`. */
  readonly url: string;
  readonly logFile: string;
  readonly pid: () => number;
  stop(): Promise<void>;
}

/** A real schema registry (Apicurio, Confluent API) on the loopback address; ids survive restarts through a file database. */
export async function startRegistry(options: RegistryOptions): Promise<RunningRegistry> {
  const home = partFolder('registry');
  const port = options.port ?? (await anyFreePort());
  const { folder } = options;
  const logFile = join(folder, 'registry.log');
  await mkdir(folder, { recursive: true });
  const archive = join(home, 'registry.jsa');
  const child = startChild({
    name: 'registry',
    command: 'java',
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...(existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto'] : []),
      '-cp',
      'apicurio-registry-app-2.6.13.Final-runner.jar:lib/*',
      'io.quarkus.runner.GeneratedMain',
    ],
    cwd: home,
    env: {
      ...process.env,
      QUARKUS_HTTP_HOST: '127.0.0.1',
      QUARKUS_HTTP_PORT: String(port),
      QUARKUS_DATASOURCE_JDBC_URL: `jdbc:h2:file:${join(folder, 'registry')};DB_CLOSE_ON_EXIT=FALSE`,
    },
    logFile,
  });
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  await untilReady(
    child,
    logFile,
    async () => (await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(1_000) })).ok,
  );
  return { url, logFile, pid: () => child.pid, stop: () => child.stop('SIGTERM', 2_000) };
}

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppChildren, portsNeeded, type AppName } from './app-children.js';
import { startGuard } from './guard.js';
import { startIssuer, type IssuerClient, type RunningIssuer } from './issuer.js';
import { anyFreePort, portOffsets, requireFree, type PortName, type Ports } from './ports.js';
import { registerSchemas } from './register-schemas.js';
import { startServices, type RunningServices, type ServiceAddresses } from './services.js';
import { ensureSigningKey } from './signing-key.js';

export interface SystemOptions {
  /** Where data, keys and logs live. */
  readonly folder: string;
  /** What to start, the one that makes topics and tables first. */
  readonly apps: readonly AppName[];
  /** The ports of the default start; without them any free ones. */
  readonly ports?: Ports;
  /** Services that exist already. */
  readonly own?: Partial<ServiceAddresses>;
  readonly clients?: readonly IssuerClient[];
  /** Settings of one app beyond the usual ones. */
  readonly settings?: Partial<Record<AppName, Readonly<Record<string, string>>>>;
  /** `proeftuin` by default. */
  readonly mode?: 'production' | 'proeftuin';
  /** Hears what is being started, one line per step. */
  readonly tell?: (what: string) => void;
}

export interface RunningSystem {
  readonly services: RunningServices;
  readonly issuer: RunningIssuer;
  readonly url: (app: AppName) => string;
  readonly logFile: (app: AppName) => string;
  /** The environment every process has: services, issuer, mode. */
  readonly env: Readonly<Record<string, string>>;
  start(app: AppName): Promise<void>;
  /** SIGTERM, and the end of it. */
  stopApp(app: AppName): Promise<void>;
  /** SIGKILL, at once. */
  kill(app: AppName): Promise<void>;
  signal(app: AppName, signal: NodeJS.Signals): void;
  pid(app: AppName): number | undefined;
  stop(): Promise<void>;
}

async function freePorts(): Promise<Ports> {
  const names = Object.keys(portOffsets) as PortName[];
  const ports = await Promise.all(names.map(async (name) => [name, await anyFreePort()] as const));
  return Object.fromEntries(ports) as Record<PortName, number>;
}

/**
 * The whole system from packages: services, token issuer, schemas registered, apps started and ready. Everything it started is stopped by
 * `stop()`, in order; if this process is killed, a watcher ends it instead.
 */
export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const { folder, tell = () => undefined, own = {} } = options;
  if (options.ports) await requireFree(portsNeeded(options.apps, otherPorts(own), options.ports));
  const ports = options.ports ?? (await freePorts());
  const guard = startGuard();
  const opened: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of opened.toReversed()) await part.stop();
    guard.dismiss();
  };
  try {
    tell('broker, database and registry');
    const services = await startServices({ folder, ports, own });
    opened.push(services);
    for (const pid of services.pids) guard.watch(pid);
    const issuer = await startIssuer({ port: ports.issuer, ...(options.clients ? { clients: options.clients } : {}) });
    opened.push(issuer);
    const env = await environment(options, services, issuer);
    tell(`schemas, and ${options.apps.length} processes`);
    const apps = new AppChildren({ folder, ports, guard, env, settings: options.settings ?? {} });
    opened.push({ stop: () => apps.stopAll() });
    // An app waits for the schemas it needs by itself.
    await Promise.all([registerSchemas(services.env.SCHEMA_REGISTRY_URL), startApps(apps, options, services.env)]);
    return { ...doorsOf(apps), services, issuer, env, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/** The first makes topics and tables, which the others need; once they are there, all start at once. */
async function startApps(apps: AppChildren, { folder, apps: names }: SystemOptions, at: ServiceAddresses) {
  const mark = join(folder, 'topics-and-tables');
  const where = createHash('sha256').update(`${at.KAFKA_BROKERS} ${at.DATABASE_URL}`).digest('hex');
  const [first, ...rest] = names;
  const began = first && apps.start(first);
  if ((await readFile(mark, 'utf8').catch(() => '')) !== where) await began;
  await Promise.all([began, ...rest.map((app) => apps.start(app))]);
  await writeFile(mark, where);
}

async function environment(options: SystemOptions, services: RunningServices, issuer: RunningIssuer) {
  return {
    ...services.env,
    KP_ISSUER_URL: issuer.url,
    KP_ISSUER_JWKS_URL: issuer.jwksUrl,
    KP_MODE: options.mode ?? 'proeftuin',
    KP_SIGNING_KEY_FILE: await ensureSigningKey(join(options.folder, 'keys', 'signing-key.json')),
  };
}

const doorsOf = (apps: AppChildren) => ({
  url: (app: AppName) => apps.url(app),
  logFile: (app: AppName) => apps.logFile(app),
  start: (app: AppName) => apps.start(app),
  stopApp: (app: AppName) => apps.stop(app),
  kill: async (app: AppName) => apps.child(app)?.kill(),
  signal: (app: AppName, signal: NodeJS.Signals) => apps.child(app)?.signal(signal),
  pid: (app: AppName) => (apps.child(app)?.running() ? apps.child(app)?.pid : undefined),
});

const otherPorts = (own: Partial<ServiceAddresses>): readonly PortName[] => [
  'issuer',
  'proeftuin',
  ...(['receiver-housing', 'receiver-rescue', 'receiver-maps', 'receiver-parking', 'receiver-stranger'] as const),
  ...(own.KAFKA_BROKERS ? [] : (['kafka', 'controller'] as const)),
  ...(own.DATABASE_URL ? [] : (['postgres'] as const)),
  ...(own.SCHEMA_REGISTRY_URL ? [] : (['registry'] as const)),
];

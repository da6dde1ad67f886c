import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startGuard } from './guard.js';
import { startIssuer, type IssuerClient, type RunningIssuer } from './issuer.js';
import { workspaceRoot } from './parts.js';
import { anyFreePort, portOffsets, requireFree, type PortName, type Ports } from './ports.js';
import { startChild, untilReady, type Child } from './process.js';
import { startServices, type RunningServices, type ServiceAddresses } from './services.js';
import { ensureSigningKey } from './signing-key.js';

const run = promisify(execFile);

/** The processes of Kruispunt, in the order they stop: who takes work in first. */
export const appNames = [
  'publish-gateway',
  'basisregisters',
  'bevolking',
  'burgerlijkestand',
  'omgeving',
  'chain-integrator',
  'delivery-gateway',
] as const satisfies readonly PortName[];
export type AppName = (typeof appNames)[number];

export interface SystemOptions {
  /** Where data, keys and logs live. */
  readonly folder: string;
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
  readonly logFile: (name: AppName) => string;
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

/** `publish-gateway` → `KP_PUBLISH_GATEWAY_PORT`. */
const portVariable = (app: AppName): string => `KP_${app.replaceAll('-', '_').toUpperCase()}_PORT`;

async function freePorts(): Promise<Ports> {
  const names = Object.keys(portOffsets) as PortName[];
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await anyFreePort()])));
}

/** What of this process' environment its children may have; never a `KP_` setting, for each app refuses those it does not know. */
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'JAVA_HOME', 'KRUISPUNT_DATA'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/**
 * The whole system from packages: services, token issuer, schemas registered, apps started and ready. Everything it started is stopped by
 * `stop()`, in order; if this process is killed, a watcher ends it instead.
 */
export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const { folder, tell = () => undefined } = options;
  const root = workspaceRoot();
  if (options.ports) await requireFree(neededPorts(options.ports, options));
  const ports = options.ports ?? (await freePorts());
  const guard = startGuard();
  const children = new Map<AppName, Child>();
  const opened: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const app of appNames) await stopApp(app);
    for (const part of opened.toReversed()) await part.stop();
    guard.dismiss();
  };
  const stopApp = async (app: AppName) => {
    const child = children.get(app);
    await child?.stop('SIGTERM', 6_000);
    if (child) guard.forget(child.pid);
  };
  try {
    tell('broker, database and registry');
    const services = await startServices({ folder, ports, ...(options.own ? { own: options.own } : {}) });
    opened.push(services);
    for (const pid of services.pids) guard.watch(pid);
    const issuer = await startIssuer({ port: ports.issuer, ...(options.clients ? { clients: options.clients } : {}) });
    opened.push(issuer);
    const signingKey = await ensureSigningKey(join(folder, 'keys', 'signing-key.json'));
    const env = {
      ...services.env,
      KP_ISSUER_URL: issuer.url,
      KP_ISSUER_JWKS_URL: issuer.jwksUrl,
      KP_MODE: options.mode ?? 'proeftuin',
      KP_SIGNING_KEY_FILE: signingKey,
    };
    tell('schemas');
    await run(
      process.execPath,
      [
        join(root, 'apps', 'cli', 'bin', 'kruispunt.mjs'),
        'schema',
        'register',
        '--reason',
        'start of the system',
        '-o',
        'json',
      ],
      {
        env: { ...inherited(), SCHEMA_REGISTRY_URL: services.env.SCHEMA_REGISTRY_URL },
        maxBuffer: 1 << 24,
      },
    );
    const url = (app: AppName) => `http://127.0.0.1:${ports[app]}`;
    const logFile = (app: AppName) => join(folder, 'logs', `${app}.log`);
    const start = async (app: AppName) => {
      const child = startChild({
        name: app,
        command: process.execPath,
        args: ['--disable-warning=TimeoutNegativeWarning', join(root, 'apps', app, 'dist', 'main.js')],
        cwd: root,
        env: {
          ...inherited(),
          ...env,
          KP_SUPERVISED: '1',
          [portVariable(app)]: String(ports[app]),
          ...options.settings?.[app],
        },
        logFile: logFile(app),
        pipeStdin: true,
      });
      children.set(app, child);
      guard.watch(child.pid);
      await untilReady(
        child,
        logFile(app),
        async () => (await fetch(`${url(app)}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok,
      );
    };
    tell(`${options.apps.length} processes`);
    // The first one makes topics and tables; the others then find them.
    const [first, ...rest] = options.apps;
    if (first) await start(first);
    await Promise.all(rest.map(start));
    return {
      services,
      issuer,
      url,
      logFile,
      env,
      start,
      stopApp,
      kill: async (app) => children.get(app)?.kill(),
      signal: (app, signal) => children.get(app)?.signal(signal),
      pid: (app) => (children.get(app)?.running() ? children.get(app)?.pid : undefined),
      stop,
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

const neededPorts = (ports: Ports, { apps, own }: SystemOptions): Partial<Ports> => {
  const needed: PortName[] = [
    ...apps,
    'issuer',
    'proeftuin',
    'receiver-housing',
    'receiver-rescue',
    'receiver-maps',
    'receiver-parking',
    'receiver-stranger',
  ];
  if (!own?.KAFKA_BROKERS) needed.push('kafka', 'controller');
  if (!own?.DATABASE_URL) needed.push('postgres');
  if (!own?.SCHEMA_REGISTRY_URL) needed.push('registry');
  return Object.fromEntries(needed.map((name) => [name, ports[name]]));
};

import { join } from 'node:path';
import type { Guard } from './guard.js';
import { inheritedEnv } from './inherited-env.js';
import { workspaceRoot } from './parts.js';
import { portOffsets, type PortName, type Ports } from './ports.js';
import { startChild, untilReady, type Child } from './process.js';

/** The processes of Kruispunt. */
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

/** Who reads the log ends after who writes it, so that the last words are still read. */
const lastToStop: readonly AppName[] = ['chain-integrator', 'delivery-gateway'];
/** How long an app may finish what it has in hand. What is cut off is done at the next start, once: that is what the log is for. */
const graceMs = 3_000;

export interface AppChildrenOptions {
  readonly folder: string;
  readonly ports: Ports;
  readonly guard: Guard;
  /** What every app gets: services, issuer, mode. */
  readonly env: Readonly<Record<string, string>>;
  readonly settings: Partial<Record<AppName, Readonly<Record<string, string>>>>;
}

/** `publish-gateway` → `KP_PUBLISH_GATEWAY_PORT`. */
const portVariable = (app: AppName): string => `KP_${app.replaceAll('-', '_').toUpperCase()}_PORT`;

/** The apps as child processes: started until they are ready, stopped in order, killed on demand. */
export class AppChildren {
  private readonly children = new Map<AppName, Child>();

  constructor(private readonly options: AppChildrenOptions) {}

  url(app: AppName): string {
    return `http://127.0.0.1:${this.options.ports[app]}`;
  }

  logFile(app: AppName): string {
    return join(this.options.folder, 'logs', `${app}.log`);
  }

  child(app: AppName): Child | undefined {
    return this.children.get(app);
  }

  /** Resolves when the app says that it is ready for work. */
  async start(app: AppName): Promise<void> {
    const { ports, env, settings, guard } = this.options;
    const root = workspaceRoot();
    const logFile = this.logFile(app);
    const child = startChild({
      name: app,
      command: process.execPath,
      args: [
        '--disable-warning=TimeoutNegativeWarning',
        '--max-semi-space-size=32',
        join(root, 'apps', app, 'bundle', 'main.mjs'),
      ],
      cwd: root,
      env: {
        ...inheritedEnv(),
        ...env,
        KP_SUPERVISED: '1',
        // Compiled code of the packages is kept between starts: a process is ready in half the time.
        NODE_COMPILE_CACHE: join(root, '.kruispunt', 'compile-cache'),
        [portVariable(app)]: String(ports[app]),
        ...settings[app],
      },
      logFile,
      pipeStdin: true,
    });
    this.children.set(app, child);
    guard.watch(child.pid);
    const isReady = async () =>
      (await fetch(`${this.url(app)}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
    await untilReady(child, logFile, isReady, 120_000);
  }

  async stop(app: AppName): Promise<void> {
    const child = this.children.get(app);
    await child?.stop('SIGTERM', graceMs);
    if (child) this.options.guard.forget(child.pid);
  }

  async stopAll(): Promise<void> {
    await Promise.all(appNames.filter((app) => !lastToStop.includes(app)).map((app) => this.stop(app)));
    await Promise.all(lastToStop.map((app) => this.stop(app)));
  }
}

/** The ports that `apps` and the rest of a start need. */
export const portsNeeded = (apps: readonly AppName[], others: readonly PortName[], ports: Ports): Partial<Ports> =>
  Object.fromEntries([...apps, ...others].filter((name) => name in portOffsets).map((name) => [name, ports[name]]));

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SystemClock, type Clock } from '@kruispunt/clock';
import { printable, readConfig, type Definition, type Values } from '@kruispunt/config';
import { asProblem } from '@kruispunt/problem';
import { attr, openTelemetry, type Log, type TelemetryOptions } from '@kruispunt/telemetry';
import type { Compose, PlatformSettings } from './composition.js';
import { createApp } from './create-app.js';
import { Lifecycle } from './lifecycle.js';
import { obeyProcess } from './obey-process.js';
import { platformSettings } from './platform-settings.js';
import { Readiness } from './readiness.js';

export interface BootstrapOptions<D extends Definition> {
  readonly name: string;
  /** The app's own settings; those of the platform are added. */
  readonly config: D;
  /** `process.env`, handed in by `main.ts`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly port: (settings: PlatformSettings & Values<D>) => number;
  readonly clock?: Clock;
  readonly telemetry?: TelemetryOptions;
  /** False where several apps share a process, as in specs: no signals, no exit. */
  readonly ownsProcess?: boolean;
}

/** A process that runs. `stop` gives true when it ended in time and without a fault; it may be called more than once. */
export interface RunningApp {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly log: Log;
  readonly supervised: boolean;
  stop(): Promise<boolean>;
}

/**
 * Starts one process: settings → parts → module → routes checked → transports → HTTP → the start-up line with the effective
 * configuration, secrets masked. Refuses to start on a wrong or unknown setting (`invalid-request`) and on a route without
 * `@Public()` or `@RequireScope()`. A process that owns itself ends with code 1 then; else the fault is thrown.
 */
export async function bootstrap<D extends Definition>(
  compose: Compose<D>,
  options: BootstrapOptions<D>,
): Promise<RunningApp> {
  const owns = options.ownsProcess ?? true;
  try {
    const running = await start(compose, options);
    if (owns) obeyProcess(running);
    return running;
  } catch (fault) {
    if (!owns) throw fault;
    const { slug, fields } = asProblem(fault);
    const { log } = openTelemetry(options.name, options.telemetry);
    log.error('start failed', { [attr.problem]: slug, [attr.reason]: fields['reason'], [attr.cause]: fault });
    process.exit(1);
  }
}

async function start<D extends Definition>(compose: Compose<D>, options: BootstrapOptions<D>): Promise<RunningApp> {
  const { name, config, env, port, clock = new SystemClock(), telemetry, ownsProcess = true } = options;
  const definition: Definition = { ...platformSettings, ...config };
  const settings = readConfig(definition, env) as PlatformSettings & Values<D>;
  const { log, metrics } = openTelemetry(name, { level: settings.logLevel, ...telemetry });
  if (ownsProcess) metrics.watchProcess();
  const lifecycle = new Lifecycle(log);
  const parts = { clock, log, metrics, lifecycle, readiness: new Readiness() };
  try {
    const app = await createApp(await compose({ settings, ...parts }), parts, settings);
    const stop = stopper(app, parts);
    await app.init();
    await app.startAllMicroservices();
    await app.listen(port(settings), settings.host);
    lifecycle.started = true;
    const url = await app.getUrl();
    log.info('process started', { [attr.url]: url, [attr.config]: printable(definition, settings) });
    return { url, app, log, supervised: settings.supervised, stop };
  } catch (fault) {
    await lifecycle.end();
    throw fault;
  }
}

function stopper(
  app: NestFastifyApplication,
  { lifecycle, log }: { lifecycle: Lifecycle; log: Log },
): () => Promise<boolean> {
  let ending: Promise<boolean> | undefined;
  const end = async (): Promise<boolean> => {
    const clean = await lifecycle.end({
      finish: () => app.close(),
      cutOff: () => app.getHttpServer().closeAllConnections(),
    });
    log.info('process stopped', { [attr.outcome]: clean ? 'clean' : 'cut off' });
    return clean;
  };
  return () => (ending ??= end());
}

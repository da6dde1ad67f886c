import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SystemClock } from '@kruispunt/clock';
import { NobodyBlocked } from '../auth/kill-switch.js';
import { assertEveryRouteIsGuarded } from '../auth/routes-of.js';
import { issuerKeys, TokenVerifier } from '../auth/token-verifier.js';
import { AllowedMethods } from '../http/allowed-methods.js';
import { fastifyAdapter } from '../http/fastify-adapter.js';
import type { Composition, PlatformSettings } from './composition.js';
import { NestLog } from './nest-log.js';
import { rimModule, type RimParts } from './rim.module.js';

class Root {}

export type SharedParts = Omit<RimParts, 'tokens' | 'killSwitch' | 'methods'>;

/**
 * The Nest application of one process: the rim around the app's module, every route checked, the transports connected but not yet
 * started. Tokens are judged by the system's clock, also where the proving ground has moved the clock of the law.
 */
export async function createApp(
  { module, transports = [], killSwitch = new NobodyBlocked() }: Composition,
  parts: SharedParts,
  settings: Pick<PlatformSettings, 'issuerUrl' | 'issuerJwksUrl'>,
): Promise<NestFastifyApplication> {
  const methods = new AllowedMethods();
  const tokens = new TokenVerifier(settings.issuerUrl, issuerKeys(settings.issuerJwksUrl), new SystemClock());
  const root = { module: Root, imports: [rimModule({ ...parts, tokens, killSwitch, methods }), module] };
  const adapter = fastifyAdapter({ methods, metrics: parts.metrics, stopping: parts.lifecycle.stopping });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLog(parts.log),
  });
  assertEveryRouteIsGuarded(app);
  for (const strategy of transports) app.connectMicroservice({ strategy });
  return app;
}

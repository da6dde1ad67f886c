import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { Clock } from '@kruispunt/clock';
import { Log, Metrics } from '@kruispunt/telemetry';
import { AuthGuard } from '../auth/auth-guard.js';
import { KillSwitch } from '../auth/kill-switch.js';
import { TokenVerifier } from '../auth/token-verifier.js';
import type { AllowedMethods } from '../http/allowed-methods.js';
import { ProblemFilter } from '../http/problem-filter.js';
import { Lifecycle } from './lifecycle.js';
import { ProbesController } from './probes.controller.js';
import { Readiness } from './readiness.js';

/** What the rim hands to every provider that asks for it by its class. */
export interface RimParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly readiness: Readiness;
  readonly tokens: TokenVerifier;
  readonly killSwitch: KillSwitch;
  readonly methods: AllowedMethods;
}

class RimModule {}

/** Guard, filter and probes of every process; global, so that an app imports nothing. */
export function rimModule({
  clock,
  log,
  metrics,
  lifecycle,
  readiness,
  tokens,
  killSwitch,
  methods,
}: RimParts): DynamicModule {
  const shared = [
    { provide: Clock, useValue: clock },
    { provide: Log, useValue: log },
    { provide: Metrics, useValue: metrics },
    { provide: Lifecycle, useValue: lifecycle },
    { provide: Readiness, useValue: readiness },
    { provide: TokenVerifier, useValue: tokens },
    { provide: KillSwitch, useValue: killSwitch },
  ];
  return {
    module: RimModule,
    global: true,
    controllers: [ProbesController],
    providers: [
      ...shared,
      { provide: APP_GUARD, useClass: AuthGuard },
      { provide: APP_FILTER, useValue: new ProblemFilter(log, metrics, methods) },
    ],
    exports: shared.map(({ provide }) => provide),
  };
}

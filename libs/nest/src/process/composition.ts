import type { DynamicModule, Type } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Clock } from '@kruispunt/clock';
import type { Definition, Values } from '@kruispunt/config';
import type { Log, Metrics } from '@kruispunt/telemetry';
import type { KillSwitch } from '../auth/kill-switch.js';
import type { Lifecycle } from './lifecycle.js';
import type { platformSettings } from './platform-settings.js';
import type { Readiness } from './readiness.js';

export type PlatformSettings = Values<typeof platformSettings>;

/** What an app gets to compose itself with: its settings, and the rim's parts. */
export interface ProcessContext<D extends Definition> {
  readonly settings: PlatformSettings & Values<D>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly readiness: Readiness;
}

/** What an app composes: its module, and what else the rim must start or ask. */
export interface Composition {
  readonly module: Type | DynamicModule;
  /** Transports that hand records of the log to `@OnEvent` handlers; started before the HTTP port opens. */
  readonly transports?: readonly CustomTransportStrategy[];
  readonly killSwitch?: KillSwitch;
}

export type Compose<D extends Definition> = (context: ProcessContext<D>) => Composition | Promise<Composition>;

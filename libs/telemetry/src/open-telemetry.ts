import { openLog, type Log, type LogOptions } from './log.js';
import { Metrics } from './metrics.js';

/** What a process says about itself. */
export interface Telemetry {
  readonly log: Log;
  readonly metrics: Metrics;
}

export type TelemetryOptions = Partial<Omit<LogOptions, 'service'>>;

/** Opens the log and the numbers of `service`. Nothing is sent anywhere: lines go to standard output, numbers wait to be read. */
export function openTelemetry(service: string, { version = '0.1.0', ...log }: TelemetryOptions = {}): Telemetry {
  return { log: openLog({ service, version, ...log }), metrics: new Metrics(service, version) };
}

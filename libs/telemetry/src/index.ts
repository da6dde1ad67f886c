export { attr, type Attribute } from './attributes.js';
export { Log, openLog, type LogFields, type LogLevel, type LogOptions } from './log.js';
export { mask, maskText } from './mask.js';
export {
  metricCatalogue,
  type CounterKey,
  type GaugeKey,
  type HistogramKey,
  type LabelsOf,
  type MetricEntry,
  type MetricKey,
} from './metric-catalogue.js';
export { Metrics } from './metrics.js';
export { openTelemetry, type Telemetry, type TelemetryOptions } from './open-telemetry.js';

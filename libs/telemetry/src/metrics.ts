import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  metricCatalogue,
  type CounterKey,
  type GaugeKey,
  type HistogramKey,
  type LabelsOf,
  type MetricEntry,
  type MetricKey,
} from './metric-catalogue.js';
import { maskText } from './mask.js';

/** The numbers of one process. Every metric exists from the start with its help text; only the catalogue's can be written. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<MetricKey, Counter>();
  private readonly gauges = new Map<MetricKey, Gauge>();
  private readonly histograms = new Map<MetricKey, Histogram>();
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  constructor(service: string, version: string) {
    for (const [key, entry] of Object.entries(metricCatalogue) as [MetricKey, MetricEntry][]) this.declare(key, entry);
    this.set('buildInfo', { service, version }, 1);
  }

  /** Adds `by` (1 when absent) to a counter. */
  add<M extends CounterKey>(metric: M, labels: LabelsOf<M>, by = 1): void {
    this.counters.get(metric)?.inc(masked(labels), by);
  }

  /** Sets a gauge. */
  set<M extends GaugeKey>(metric: M, labels: LabelsOf<M>, value: number): void {
    this.gauges.get(metric)?.set(masked(labels), value);
  }

  /** Records one observation, in the unit the metric's name ends with (seconds). */
  observe<M extends HistogramKey>(metric: M, labels: LabelsOf<M>, value: number): void {
    this.histograms.get(metric)?.observe(masked(labels), value);
  }

  /** Forgets every label set of a gauge, before it is filled anew from a store. */
  clear(metric: GaugeKey): void {
    this.gauges.get(metric)?.reset();
  }

  /** Adds what every process has: event-loop delay, collections, heap, handles. Once per process. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** All numbers in the Prometheus text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private declare(key: MetricKey, { kind, name, help, labels, buckets }: MetricEntry): void {
    const shape = { name, help, labelNames: [...labels], registers: [this.registry] };
    if (kind === 'counter') this.counters.set(key, new Counter(shape));
    else if (kind === 'gauge') this.gauges.set(key, new Gauge(shape));
    else this.histograms.set(key, new Histogram({ ...shape, buckets: [...(buckets ?? [])] }));
  }
}

/** A label has few values: to look one up costs less than to search it for numbers. */
const knownMax = 20_000;
const known = new Map<string, string>();
function maskedValue(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= knownMax) known.clear();
  const value = maskText(text);
  known.set(text, value);
  return value;
}

const masked = (labels: Readonly<Record<string, string | number>>): Record<string, string | number> => {
  const values: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(labels))
    values[name] = typeof value === 'string' ? maskedValue(value) : value;
  return values;
};

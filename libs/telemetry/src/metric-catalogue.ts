/** One metric: its Prometheus name, what it counts, and its labels (few values each; never an id of an event or a person). */
export interface MetricEntry {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, in the unit the name ends with. */
  readonly buckets?: readonly number[];
}

// Accepting is a matter of milliseconds; delivery of seconds, up to hours after an outage; terms may be late by minutes at worst.
const acceptBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const endToEndBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400];
const latenessBuckets = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];

/** Every metric of the system, once (operators.md §8). A metric that is not here cannot be written. */
export const metricCatalogue = {
  eventsAccepted: { kind: 'counter', name: 'kruispunt_events_accepted_total', help: 'Events acknowledged by the log.', labels: ['type'] },
  eventsRefused: { kind: 'counter', name: 'kruispunt_events_refused_total', help: 'Events refused, by problem slug.', labels: ['reason'] },
  acceptDuration: { kind: 'histogram', name: 'kruispunt_accept_duration_seconds', help: 'From the last byte of a request to its answer.', labels: ['mode'], buckets: acceptBuckets },
  produceQueue: { kind: 'gauge', name: 'kruispunt_log_produce_queue_events', help: 'Events waiting for the log.', labels: [] },
  oldestUnacked: { kind: 'gauge', name: 'kruispunt_log_oldest_unacked_seconds', help: 'Age of the oldest event the log has not acknowledged.', labels: [] },
  deliveryAttempts: { kind: 'counter', name: 'kruispunt_delivery_attempts_total', help: 'Attempts to deliver.', labels: ['subscription', 'outcome', 'code_class'] },
  deliveryDuration: { kind: 'histogram', name: 'kruispunt_delivery_duration_seconds', help: 'One attempt, from connect to last byte.', labels: ['subscription'], buckets: acceptBuckets },
  endToEnd: { kind: 'histogram', name: 'kruispunt_end_to_end_seconds', help: 'From accepted to delivered.', labels: ['subscription'], buckets: endToEndBuckets },
  oldestUndelivered: { kind: 'gauge', name: 'kruispunt_subscription_oldest_undelivered_seconds', help: 'Age of the oldest undelivered event.', labels: ['subscription'] },
  backlog: { kind: 'gauge', name: 'kruispunt_subscription_backlog_events', help: 'Events between the position and the end of the log.', labels: ['subscription'] },
  parkedEvents: { kind: 'gauge', name: 'kruispunt_parked_events', help: 'Events parked now.', labels: ['subscription'] },
  duplicatesSuppressed: { kind: 'counter', name: 'kruispunt_duplicates_suppressed_total', help: 'Events dropped because they were seen before.', labels: ['consumer'] },
  suppressed: { kind: 'counter', name: 'kruispunt_suppressed_total', help: 'Matched events a rule kept from leaving.', labels: ['rule'] },
  silentSubscriptions: { kind: 'gauge', name: 'kruispunt_subscription_silent', help: 'Subscriptions that went silent, and why: a municipality ended, or nothing matched while others did.', labels: ['subscription', 'reason'] },
  orderViolations: { kind: 'counter', name: 'kruispunt_order_violations_total', help: 'Must stay 0.', labels: [] },
  conservationDifference: { kind: 'gauge', name: 'kruispunt_conservation_difference_events', help: 'Matched minus delivered, waiting, parked and suppressed; must be 0.', labels: ['subscription'] },
  replayItems: { kind: 'gauge', name: 'kruispunt_replay_items', help: 'Items of replay runs, by state.', labels: ['state'] },
  timersDue: { kind: 'gauge', name: 'kruispunt_timers_due', help: 'Terms that are due and have not fired.', labels: [] },
  timersFired: { kind: 'counter', name: 'kruispunt_timers_fired_total', help: 'Terms that fired.', labels: ['chain'] },
  timerLateness: { kind: 'histogram', name: 'kruispunt_timer_lateness_seconds', help: 'From due to fired.', labels: ['chain'], buckets: latenessBuckets },
  chainTransitions: { kind: 'counter', name: 'kruispunt_chain_transitions_total', help: 'Committed transitions.', labels: ['chain', 'state'] },
  processIncidents: { kind: 'gauge', name: 'kruispunt_process_incidents', help: 'Chain instances that wait for a human.', labels: ['chain'] },
  auditAppendFailures: { kind: 'counter', name: 'kruispunt_audit_append_failures_total', help: 'Audit lines that could not be written; no delivery followed.', labels: [] },
  egressDenied: { kind: 'counter', name: 'kruispunt_egress_denied_total', help: 'Outbound requests the address guard refused.', labels: ['reason'] },
  decodeRejected: { kind: 'counter', name: 'kruispunt_decode_rejected_total', help: 'Records that were quarantined.', labels: ['reason'] },
  fieldsDropped: { kind: 'counter', name: 'kruispunt_projection_fields_dropped_total', help: 'Fields a projection kept from leaving.', labels: ['subscription'] },
  partitionLag: { kind: 'gauge', name: 'kruispunt_partition_lag_records', help: 'Records between the stored position and the end of the partition.', labels: ['consumer', 'topic', 'partition'] },
  batchDuration: { kind: 'histogram', name: 'kruispunt_batch_duration_seconds', help: 'One batch of one partition, from fetch to commit.', labels: ['consumer'], buckets: acceptBuckets },
  requestDuration: { kind: 'histogram', name: 'kruispunt_http_request_duration_seconds', help: 'HTTP requests, by route pattern.', labels: ['method', 'route', 'status'], buckets: acceptBuckets },
  problemsAnswered: { kind: 'counter', name: 'kruispunt_http_problems_total', help: 'Requests answered with a problem, by slug.', labels: ['reason'] },
  admissionState: { kind: 'gauge', name: 'kruispunt_admission_state', help: '0 open, 1 slow, 2 closed.', labels: [] },
  buildInfo: { kind: 'gauge', name: 'kruispunt_build_info', help: 'Always 1; the labels say what runs.', labels: ['service', 'version'] },
} as const satisfies Record<string, MetricEntry>;

export type MetricKey = keyof typeof metricCatalogue;

type OfKind<K extends MetricEntry['kind']> = {
  [M in MetricKey]: (typeof metricCatalogue)[M]['kind'] extends K ? M : never;
}[MetricKey];
export type CounterKey = OfKind<'counter'>;
export type GaugeKey = OfKind<'gauge'>;
export type HistogramKey = OfKind<'histogram'>;

/** The labels of one metric, each with its value. */
export type LabelsOf<M extends MetricKey> = Readonly<Record<(typeof metricCatalogue)[M]['labels'][number], string | number>>;

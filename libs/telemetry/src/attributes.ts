/**
 * Every field name a log line or a trace may carry. A name that is not here does not exist; there is none for a payload, a
 * subject, a national number or an endpoint's query, because those never leave (style.md §4, security.md S25).
 */
export const attr = {
  // what
  eventId: 'event_id',
  eventType: 'event_type',
  eventSource: 'event_source',
  topic: 'topic',
  partition: 'partition',
  offset: 'offset',
  epoch: 'epoch',
  // who
  organisation: 'org',
  role: 'role',
  subscriptionId: 'subscription_id',
  protocolId: 'protocol_id',
  consumer: 'consumer',
  instanceId: 'instance_id',
  // where it stands
  chain: 'chain',
  chainInstanceId: 'chain_instance_id',
  state: 'state',
  step: 'step',
  termId: 'term_id',
  taskId: 'task_id',
  attempt: 'attempt',
  outcome: 'outcome',
  status: 'status',
  replayRunId: 'replay_run_id',
  parkedId: 'parked_id',
  // how much, how long
  count: 'count',
  durationMs: 'duration_ms',
  waitMs: 'wait_ms',
  latenessMs: 'lateness_ms',
  bytes: 'bytes',
  lag: 'lag',
  // why
  problem: 'problem',
  reason: 'reason',
  rule: 'rule',
  cause: 'cause',
  at: 'at',
  // the process and the request
  requestId: 'request_id',
  method: 'method',
  route: 'route',
  port: 'port',
  host: 'host',
  url: 'url',
  version: 'version',
  config: 'config',
  hook: 'hook',
  check: 'check',
  signal: 'signal',
  file: 'file',
  migration: 'migration',
  feed: 'feed',
  page: 'page',
} as const;

/** One of the names above, as it stands in the JSON line. */
export type Attribute = (typeof attr)[keyof typeof attr];

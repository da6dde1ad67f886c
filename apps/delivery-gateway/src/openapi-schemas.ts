import { shape, type JsonSchema } from '@kruispunt/nest';

export const { text, texts, instant, whole, ref, listOf, json, object } = shape;

export const date: JsonSchema = { type: 'string', format: 'date' };

const exception = object(
  {
    cidr: text,
    host: text,
    until: instant,
    days: { type: 'integer', minimum: 1, maximum: 3_650 },
  },
  ['cidr', 'host', 'until', 'days'],
);
const scope: Readonly<Record<string, JsonSchema>> = {
  protocol: text,
  protocolVersion: { type: 'integer', minimum: 1 },
  nis: { ...texts, description: 'Municipalities, any of them; absent: everywhere.' },
  filter: ref('Filter'),
  validTo: { ...date, description: 'The last day, inclusive, Europe/Brussels.' },
  projection: { ...texts, description: 'Fields you want, of those the protocol allows.' },
  inFlightMax: { type: 'integer', minimum: 1, maximum: 256, default: 16 },
  rateMax: {
    type: 'integer',
    minimum: 1,
    maximum: 10_000,
    description: 'Events per second at most, from one process; below it the rate adapts to what the receiver takes.',
  },
  batch: ref('Batch'),
  endpoint: ref('Endpoint'),
  reason: {
    ...text,
    minLength: 10,
    maxLength: 500,
    description: 'Goes into the audit trail; required of an operator who acts for another organisation.',
  },
};
const wish: Readonly<Record<string, JsonSchema>> = {
  name: text,
  organisation: { ...text, description: 'For operators; else the organisation of the token.' },
  namens: text,
  hoedanigheid: text,
  types: { ...texts, minItems: 1, maxItems: 100 },
  subjects: {
    enum: ['all', 'registered'],
    description: '`registered`: only subjects that you put in the repertorium.',
  },
  validFrom: date,
  channel: { enum: ['WEBHOOK', 'PULL', 'KAFKA', 'FILE'], default: 'WEBHOOK' },
  principal: { ...text, description: 'For KAFKA: whom the broker lets read `out.<organisation>.<id>`, `User:…`.' },
  orderPolicy: { enum: ['hold', 'release'], default: 'hold' },
  start: { ...text, description: '`now` (default), `earliest`, or an instant.' },
  ...scope,
};
const needed = new Set(['name', 'hoedanigheid', 'types']);

/** What the gateway takes and gives. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
  Filter: {
    description:
      '{"all": […]}, {"any": […]}, {"not": …}, or {"field": "data.nisNieuw", "is" | "in" | "prefix": …}. An event that lacks the attribute never matches: it is parked.',
    type: 'object',
  },
  Endpoint: object(
    {
      url: { ...text, description: 'https, port 443 or 8443, a public address unless an exception stands.' },
      profile: {
        enum: ['v1a', 'v1', 'rfc9421'],
        default: 'v1a',
        description: 'Standard Webhooks with Ed25519 or a shared secret, or HTTP Message Signatures (RFC 9421).',
      },
      exceptions: listOf(exception),
      keys: {
        ...listOf(object({ version: whole, key: text })),
        description: 'What to verify with: `whpk_…`, or the shared `whsec_…`.',
      },
    },
    ['profile', 'exceptions', 'keys'],
  ),
  Batch: {
    ...object(
      { eventsMax: { type: 'integer', minimum: 1, maximum: 100 }, period: { enum: ['PT15M', 'PT1H', 'P1D'] } },
      ['eventsMax', 'period'],
    ),
    description:
      'WEBHOOK: up to so many events in one request (application/cloudevents-batch+json). FILE: one file per period, counted in UTC.',
  },
  SubscriptionWish: object(
    wish,
    Object.keys(wish).filter((name) => !needed.has(name)),
  ),
  SubscriptionChange: object({ state: { enum: ['active', 'paused'] }, ...scope }, ['state', ...Object.keys(scope)]),
  Subscription: {
    ...object({
      id: text,
      name: text,
      org: text,
      hoedanigheid: text,
      types: texts,
      channel: text,
      state: { enum: ['new', 'active', 'paused', 'ended'] },
      circuit: object({ kind: text }),
      revision: whole,
    }),
    additionalProperties: true,
  },
  Probe: object(
    {
      ok: { type: 'boolean' },
      unsigned: { ...text, description: 'Must be 401 or 403.' },
      signed: { ...text, description: 'Must be 2xx.' },
      ms: whole,
      state: text,
      tls: object({ protocol: text, cipher: text, validTo: instant, daysLeft: { type: 'integer' } }),
      clockSkewMs: { type: 'integer', description: 'The receiver’s clock minus ours, in whole seconds.' },
      advice: text,
    },
    ['advice', 'tls', 'clockSkewMs'],
  ),
  Page: object({
    events: { ...listOf({ type: 'object' }), description: 'CloudEvents in structured JSON, projected.' },
    next: { ...text, description: 'Ask with it as `after`: that acknowledges this page.' },
    complete: { type: 'boolean', description: 'True at the end of the log.' },
  }),
  Protocol: {
    type: 'object',
    description: 'Who may have which fields of which event types, for which purpose, on which legal ground.',
    additionalProperties: true,
  },
  EffectiveSubscription: {
    ...object({
      id: text,
      on: date,
      protocol: text,
      force: text,
      types: listOf({ type: 'object' }),
      territory: { oneOf: [{ const: 'all' }, texts] },
      alarms: listOf({ type: 'object' }),
    }),
    additionalProperties: true,
  },
  Simulated: object(
    {
      subscription: text,
      name: text,
      organisation: text,
      gets: { enum: ['yes', 'no', 'cannot-tell'] },
      rule: text,
      fields: texts,
      data: { type: 'object', description: 'What would leave, the values masked.' },
      event: { type: 'object' },
    },
    ['data', 'event'],
  ),
  ProtocolText: {
    ...object(
      {
        parties: listOf(object({ organisation: text, namens: texts }, ['namens'])),
        hoedanigheid: text,
        purpose: text,
        legalGround: text,
        eventTypes: texts,
        fieldsPerType: { type: 'object', additionalProperties: texts },
        fetchFields: { type: 'object', additionalProperties: texts },
        territory: { oneOf: [{ const: 'all' }, texts] },
        subjectScope: { enum: ['all', 'registered'] },
        validFrom: date,
        validTo: date,
        channels: { oneOf: [{ const: 'all' }, texts] },
        replaces: { ...whole, description: 'The version whose place it takes; absent: beside it.' },
        reason: text,
        dryRun: { type: 'boolean' },
      },
      ['fetchFields', 'validTo', 'channels', 'replaces', 'dryRun'],
    ),
  },
  ProtocolAct: {
    ...object({
      id: text,
      version: whole,
      dryRun: { type: 'boolean' },
      effects: {
        ...listOf({ type: 'object' }),
        description: 'Per subscription what it gains and loses: fields per type, territory, period.',
      },
    }),
    additionalProperties: true,
  },
  Flow: {
    type: 'object',
    description:
      'Per subscription and in total: matched, delivered, suppressed (by rule), held, parked, difference (must be 0), backlog, lag in seconds, circuit.',
    additionalProperties: true,
  },
  Decision: object({ digest: text, reason: text, dryRun: { type: 'boolean', default: false } }, ['dryRun']),
  PlanRequest: {
    ...object(
      {
        subscription: text,
        intent: { enum: ['failed', 'missing', 'all'] },
        reason: text,
        from: instant,
        to: instant,
        types: texts,
        key: text,
        eventIds: texts,
        group: text,
        limit: whole,
        order: text,
        ticket: text,
        dryRun: { type: 'boolean', default: false },
      },
      ['dryRun', 'from', 'to', 'types', 'key', 'eventIds', 'group', 'limit', 'order', 'ticket'],
    ),
  },
  Answer: { type: 'object', additionalProperties: true },
};

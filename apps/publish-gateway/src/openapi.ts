import { publishLimits } from '@kruispunt/event';
import { openApiDocument, type DocumentedParameter, type DocumentedRoute, type JsonSchema } from '@kruispunt/nest';
import type { Slug } from '@kruispunt/problem';

const text: JsonSchema = { type: 'string' };
const instant: JsonSchema = { type: 'string', format: 'date-time' };
const whole: JsonSchema = { type: 'integer', minimum: 0 };
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const object = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const json = (schema: JsonSchema) => ({ 'application/json': schema });

const receipt = object({
  eventId: text, source: text, type: text, topic: text, partition: whole, offset: whole,
  valueSha256: { ...text, pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of the record value in the log (Confluent framing and Avro).' },
  acceptedAt: instant,
  org: text,
  receipt: { ...text, description: 'All of this as a compact JWS, Ed25519, typ `kruispunt-receipt+json`: the part that counts.' },
});

const attributes: Readonly<Record<string, JsonSchema>> = {
  specversion: { const: '1.0' },
  id: { ...text, maxLength: 256, description: 'With `source` it identifies the event for ever; a retry keeps it.' },
  source: { ...text, maxLength: 256, description: '`urn:be:ovo:<OVO code>:systeem:<name>` or `urn:be:kbo:<10 digits>:systeem:<name>` of the organisation in the token.' },
  type: { ...text, description: 'A type of `GET /v1/types`.' },
  subject: { ...text, description: 'The subject’s PURI or `urn:kruispunt:` pseudonym; the text after its last `:` or `/` is the key that keeps the order.' },
  time: { ...instant, description: 'When it was recorded; filled in when it is missing.' },
};

const schemas: Readonly<Record<string, JsonSchema>> = {
  Event: {
    type: 'object',
    description:
      'A CloudEvent 1.0. `data` fits the schema of `type`, or `data_base64` holds its Avro body (datacontenttype `application/avro`). ' +
      'Extensions: kpcorrelationid, kpcausationid, kpgemeentenis, kpdossier, kphoedanigheid, dataref, traceparent, tracestate, sequence. ' +
      'A national number in any of these attributes, even a test number, is refused.',
    required: ['specversion', 'id', 'source', 'type', 'subject'],
    properties: { ...attributes, datacontenttype: text, data: {}, data_base64: { ...text, contentEncoding: 'base64' } },
    additionalProperties: text,
  },
  Receipt: receipt,
  Results: object({
    results: {
      type: 'array',
      description: 'One per event of the request, in its order.',
      items: {
        type: 'object',
        description: 'A receipt with status 202, or a problem with its own status.',
        required: ['status'],
        properties: { ...(receipt['properties'] as object), status: { type: 'integer' }, problem: ref('Problem') },
      },
    },
  }),
  Type: {
    type: 'object',
    required: ['type', 'version', 'topic', 'klasse', 'status', 'publisher', 'legalBasis', 'meaning'],
    properties: {
      type: text, version: whole, topic: text, klasse: { ...text, enum: ['OPEN', 'INTERN', 'PERSOON', 'BIJZONDER'] },
      status: { ...text, enum: ['specified', 'reserved'] }, publisher: text, legalBasis: text, meaning: text,
      dataschema: text, versions: { type: 'array', items: text }, fields: { type: 'array', items: { type: 'object' } },
      schema: { description: 'The Avro schema.' },
    },
    additionalProperties: true,
  },
  IndexPage: object(
    {
      events: {
        type: 'array',
        items: object(
          {
            eventId: text, source: text, type: text, key: text, topic: text, partition: whole, offset: whole, time: instant, loggedAt: instant,
            valueSha256: text, organisation: text,
          },
          ['organisation'],
        ),
      },
      next: { ...text, description: 'Give it as `after` for the next page; absent on the last one.' },
    },
    ['next'],
  ),
  KeySet: object({ keys: { type: 'array', items: { type: 'object' } } }),
};

const contentProblems: readonly Slug[] = [
  'not-json', 'duplicate-key', 'too-deep', 'invalid-request', 'invalid-envelope', 'body-too-large', 'event-too-large', 'batch-too-large',
  'unsupported-content-type', 'unknown-type', 'unknown-version', 'schema-mismatch', 'insz-in-context', 'real-insz',
];
const policyProblems: readonly Slug[] = ['type-not-allowed', 'source-not-allowed', 'foreign-territory', 'merger-closed'];

const query = (doc: string, schema: JsonSchema = text): DocumentedParameter => ({ in: 'query', doc, schema });

/** Every route of the gateway but the probes; a spec holds it against the router. */
export const routes: readonly DocumentedRoute[] = [
  {
    verb: 'POST', path: '/v1/events', access: ['kruispunt.publish'], id: 'publish', summary: 'Publish events',
    doc:
      'CloudEvents in structured, batch or binary mode (attributes in `ce-` headers, percent-encoded). 202 means: acknowledged by the log ' +
      `with every in-sync replica. At most ${publishLimits.batchEventsMax} events and ${publishLimits.bodyBytesMax} bytes per request, ` +
      `${publishLimits.eventBytesMax} bytes per event. An Avro body (\`application/avro\`) is the encoding of exactly the version that the type names, without framing.`,
    body: {
      'application/cloudevents+json': ref('Event'),
      'application/cloudevents-batch+json': { type: 'array', items: ref('Event'), maxItems: publishLimits.batchEventsMax },
      'application/json': { description: 'Binary mode: the payload.' },
      'application/avro': { type: 'string', format: 'binary', description: 'Binary mode: the Avro body.' },
    },
    answers: {
      202: { doc: 'Everything is in the log. One event: its receipt; a batch: its results.', content: json({ oneOf: [ref('Receipt'), ref('Results')] }) },
      207: { doc: 'A batch of which something was refused: look at each result.', content: json(ref('Results')) },
    },
    problems: [...contentProblems, ...policyProblems, 'log-unavailable', 'registry-unavailable', 'request-timeout'],
  },
  {
    verb: 'GET', path: '/v1/events/:source/:id', access: ['kruispunt.publish'], id: 'receipt', summary: 'Your own receipt of an earlier event',
    doc: 'From the event index, which follows the log within a second. What is not there and what is another’s is not found alike.',
    parameters: {
      source: { in: 'path', doc: 'The event’s source, percent-encoded.' },
      id: { in: 'path', doc: 'The event’s id, percent-encoded.' },
    },
    answers: { 200: { doc: 'The receipt, signed anew; `acceptedAt` is the moment of the log.', content: json(ref('Receipt')) } },
    problems: ['not-found', 'store-unavailable'],
  },
  {
    verb: 'GET', path: '/.well-known/jwks.json', access: 'public', id: 'keys', summary: 'The public keys that receipts verify with',
    answers: { 200: { doc: 'A JSON Web Key Set.', content: json(ref('KeySet')) } },
    problems: [],
  },
  {
    verb: 'GET', path: '/v1/types', access: 'public', id: 'types', summary: 'The catalogue of event types',
    answers: { 200: { doc: 'All types, also the reserved ones.', content: json(object({ types: { type: 'array', items: ref('Type') } })) } },
    problems: [],
  },
  {
    verb: 'GET', path: '/v1/types/:type', access: 'public', id: 'type', summary: 'One event type with its schema',
    parameters: { type: { in: 'path', doc: 'The CloudEvents type.' } },
    answers: { 200: { doc: 'The type.', content: json(ref('Type')) } },
    problems: ['unknown-type', 'unknown-version'],
  },
  {
    verb: 'GET', path: '/v1/index', access: ['kruispunt.operate'], id: 'searchIndex', summary: 'Where events stand in the log',
    doc: 'For trace and search; the newest first. All filters that are given must fit. No payloads.',
    parameters: {
      id: query('The event’s id.'), source: query('The event’s source.'), type: query('The event’s type.'), key: query('The key of its subject.'),
      since: query('Logged at or after.', instant), until: query('Logged before.', instant),
      limit: query('Events per page.', { type: 'integer', minimum: 1, maximum: 500, default: 100 }), after: query('`next` of the page before.'),
    },
    answers: { 200: { doc: 'A page.', content: json(ref('IndexPage')) } },
    problems: ['invalid-request', 'store-unavailable'],
  },
];

export const openApi = openApiDocument({
  title: 'Kruispunt: publish gateway',
  version: '0.1.0',
  doc: 'Municipalities and agencies publish what happened; the answer is a signed receipt that names the position in the log.',
  routes,
  schemas,
});

import { publishLimits } from '@kruispunt/event';
import { openApiDocument, routeParts, type DocumentedRoute } from '@kruispunt/nest';
import type { Slug } from '@kruispunt/problem';
import { instant, json, object, ref, schemas } from './openapi-schemas.js';

const contentProblems: readonly Slug[] = [
  'not-json',
  'duplicate-key',
  'too-deep',
  'invalid-request',
  'invalid-envelope',
  'body-too-large',
  'event-too-large',
  'batch-too-large',
  'unsupported-content-type',
  'unknown-type',
  'unknown-version',
  'schema-mismatch',
  'insz-in-context',
  'real-insz',
];
const policyProblems: readonly Slug[] = [
  'type-not-allowed',
  'source-not-allowed',
  'foreign-territory',
  'merger-closed',
];

const { query } = routeParts;

/** Every route of the gateway but the probes; a spec holds it against the router. */
export const routes: readonly DocumentedRoute[] = [
  {
    verb: 'POST',
    path: '/v1/events',
    access: ['kruispunt.publish'],
    id: 'publish',
    summary: 'Publish events',
    doc:
      'CloudEvents in structured, batch or binary mode (attributes in `ce-` headers, percent-encoded). 202 means: acknowledged by the log ' +
      `with every in-sync replica. At most ${publishLimits.batchEventsMax} events and ${publishLimits.bodyBytesMax} bytes per request, ` +
      `${publishLimits.eventBytesMax} bytes per event. An Avro body (\`application/avro\`) is the encoding of exactly the version that the type names, without framing.`,
    body: {
      'application/cloudevents+json': ref('Event'),
      'application/cloudevents-batch+json': {
        type: 'array',
        items: ref('Event'),
        maxItems: publishLimits.batchEventsMax,
      },
      'application/json': { description: 'Binary mode: the payload.' },
      'application/avro': { type: 'string', format: 'binary', description: 'Binary mode: the Avro body.' },
    },
    answers: {
      202: {
        doc: 'Everything is in the log. One event: its receipt; a batch: its results.',
        content: json({ oneOf: [ref('Receipt'), ref('Results')] }),
      },
      207: { doc: 'A batch of which something was refused: look at each result.', content: json(ref('Results')) },
    },
    problems: [...contentProblems, ...policyProblems, 'log-unavailable', 'registry-unavailable', 'request-timeout'],
  },
  {
    verb: 'GET',
    path: '/v1/events/:source/:id',
    access: ['kruispunt.publish'],
    id: 'receipt',
    summary: 'Your own receipt of an earlier event',
    doc: 'From the event index, which follows the log within a second. What is not there and what is another’s is not found alike.',
    parameters: {
      source: { in: 'path', doc: 'The event’s source, percent-encoded.' },
      id: { in: 'path', doc: 'The event’s id, percent-encoded.' },
    },
    answers: {
      200: { doc: 'The receipt, signed anew; `acceptedAt` is the moment of the log.', content: json(ref('Receipt')) },
    },
    problems: ['not-found', 'store-unavailable'],
  },
  {
    verb: 'GET',
    path: '/.well-known/jwks.json',
    access: 'public',
    id: 'keys',
    summary: 'The public keys that receipts verify with',
    answers: { 200: { doc: 'A JSON Web Key Set.', content: json(ref('KeySet')) } },
    problems: [],
  },
  {
    verb: 'GET',
    path: '/v1/types',
    access: 'public',
    id: 'types',
    summary: 'The catalogue of event types',
    answers: {
      200: {
        doc: 'All types, also the reserved ones.',
        content: json(object({ types: { type: 'array', items: ref('Type') } })),
      },
    },
    problems: [],
  },
  {
    verb: 'GET',
    path: '/v1/types/:type',
    access: 'public',
    id: 'type',
    summary: 'One event type with its schema',
    parameters: { type: { in: 'path', doc: 'The CloudEvents type.' } },
    answers: { 200: { doc: 'The type.', content: json(ref('Type')) } },
    problems: ['unknown-type', 'unknown-version'],
  },
  {
    verb: 'GET',
    path: '/v1/index',
    access: ['kruispunt.operate'],
    id: 'searchIndex',
    summary: 'Where events stand in the log',
    doc: 'For trace and search; the newest first. All filters that are given must fit. No payloads.',
    parameters: {
      id: query('The event’s id.'),
      source: query('The event’s source.'),
      type: query('The event’s type.'),
      key: query('The key of its subject.'),
      since: query('Logged at or after.', instant),
      until: query('Logged before.', instant),
      limit: query('Events per page.', { type: 'integer', minimum: 1, maximum: 500, default: 100 }),
      after: query('`next` of the page before.'),
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

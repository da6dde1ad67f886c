import { shape, type JsonSchema } from '@kruispunt/nest';

export const { text, instant, ref, json, object } = shape;
const { whole } = shape;

const receipt = object({
  eventId: text,
  source: text,
  type: text,
  topic: text,
  partition: whole,
  offset: whole,
  valueSha256: {
    ...text,
    pattern: '^[0-9a-f]{64}$',
    description: 'SHA-256 of the record value in the log (Confluent framing and Avro).',
  },
  acceptedAt: instant,
  org: text,
  receipt: {
    ...text,
    description: 'All of this as a compact JWS, Ed25519, typ `kruispunt-receipt+json`: the part that counts.',
  },
});

const attributes: Readonly<Record<string, JsonSchema>> = {
  specversion: { const: '1.0' },
  id: { ...text, maxLength: 256, description: 'With `source` it identifies the event for ever; a retry keeps it.' },
  source: {
    ...text,
    maxLength: 256,
    description:
      '`urn:be:ovo:<OVO code>:systeem:<name>` or `urn:be:kbo:<10 digits>:systeem:<name>` of the organisation in the token.',
  },
  type: { ...text, description: 'A type of `GET /v1/types`.' },
  subject: {
    ...text,
    description:
      'The subject’s PURI or `urn:kruispunt:` pseudonym; the text after its last `:` or `/` is the key that keeps the order.',
  },
  time: { ...instant, description: 'When it was recorded; filled in when it is missing.' },
};

/** What the gateway takes and gives, as JSON Schema. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
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
      type: text,
      version: whole,
      topic: text,
      klasse: { ...text, enum: ['OPEN', 'INTERN', 'PERSOON', 'BIJZONDER'] },
      status: { ...text, enum: ['specified', 'reserved'] },
      publisher: text,
      legalBasis: text,
      meaning: text,
      dataschema: text,
      versions: { type: 'array', items: text },
      fields: { type: 'array', items: { type: 'object' } },
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
            eventId: text,
            source: text,
            type: text,
            key: text,
            topic: text,
            partition: whole,
            offset: whole,
            time: instant,
            loggedAt: instant,
            valueSha256: text,
            organisation: text,
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

import { problem } from '@kruispunt/problem';
import { checkAttributes, type Attributes } from './check-attributes.js';
import { payloadFormatOf, payloadMediaTypes } from './media-type.js';
import { strictJson, strictJsonItems, type Json, type Refused } from './strict-json.js';

/** A payload that is readable but not yet held against its schema. Avro bytes are the body alone, without framing. */
export type Payload =
  { readonly kind: 'json'; readonly value: unknown } | { readonly kind: 'avro'; readonly bytes: Uint8Array };

export interface IncomingEvent {
  readonly attributes: Attributes;
  readonly payload: Payload;
}

export type Parsed = { readonly kind: 'parsed'; readonly event: IncomingEvent } | Refused;

export interface ParseLimits {
  readonly bodyBytesMax: number;
  readonly eventBytesMax: number;
  readonly batchEventsMax: number;
  /** Containers around the innermost value of one event. */
  readonly depthMax: number;
}

/** The limits of the publishing door (architecture.md §6). */
export const publishLimits: ParseLimits = {
  bodyBytesMax: 1_048_576,
  eventBytesMax: 262_144,
  batchEventsMax: 1_000,
  depthMax: 32,
};

/** Header names in lower case, as Node gives them. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * One event in HTTP binary mode (CloudEvents HTTP binding §3.1): attributes in `ce-*` headers, percent-encoded; the payload is the body.
 * Refuses: `unsupported-content-type`, `event-too-large`, `invalid-envelope`, `insz-in-context`, and what `strictJson` refuses.
 */
export function parseBinary(headers: HttpHeaders, body: Uint8Array, limits: ParseLimits): Parsed {
  const tooLarge = sizeRefusal(body.length, limits);
  if (tooLarge) return tooLarge;
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('ce-') || value === undefined) continue;
    const decoded = typeof value === 'string' ? decodeHeader(value) : undefined;
    if (decoded === undefined) return invalid(name.slice(3), 'occurs twice, or is not percent-encoded UTF-8');
    given[name.slice(3)] = decoded;
  }
  const checked = checkAttributes(given);
  if (checked.kind === 'refused') return checked;
  const contentType = String(headers['content-type'] ?? '');
  return withPayload(checked.attributes, payloadOf(contentType, body, limits));
}

/** One event in structured mode (`application/cloudevents+json`). Refuses as `parseBinary` does; `data` or `data_base64` is required. */
export function parseStructured(body: Uint8Array, limits: ParseLimits): Parsed {
  const tooLarge = sizeRefusal(body.length, limits);
  if (tooLarge) return tooLarge;
  const json = strictJson(body, { depthMax: limits.depthMax, bytesMax: limits.eventBytesMax });
  return json.kind === 'refused' ? json : parseObject(json.value, limits);
}

/**
 * A batch (`application/cloudevents-batch+json`): one outcome per item, in order. The whole is refused only when it cannot be told
 * where items begin and end (`not-json`), is no array (`invalid-request`), or is too much (`body-too-large`, `batch-too-large`).
 */
export function parseBatch(
  body: Uint8Array,
  limits: ParseLimits,
): { readonly kind: 'batch'; readonly items: readonly Parsed[] } | Refused {
  const json = strictJsonItems(body, {
    depthMax: limits.depthMax,
    bytesMax: limits.bodyBytesMax,
    itemsMax: limits.batchEventsMax,
  });
  if (json.kind === 'refused') return json;
  const items = json.items.map((item): Parsed => {
    if (item.bytes > limits.eventBytesMax)
      return { kind: 'refused', because: problem('event-too-large', { limit: limits.eventBytesMax }) };
    return item.kind === 'refused' ? item : parseObject(item.value, limits);
  });
  return { kind: 'batch', items };
}

function parseObject(value: unknown, limits: ParseLimits): Parsed {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return invalid('', 'an event is a JSON object');
  const { data, data_base64: base64, datacontenttype, ...given } = value as Record<string, unknown>;
  const checked = checkAttributes(given);
  if (checked.kind === 'refused') return checked;
  if (datacontenttype !== undefined && datacontenttype !== null && typeof datacontenttype !== 'string')
    return invalid('datacontenttype', 'must be a text');
  const contentType = datacontenttype ?? 'application/json';
  if (base64 === undefined || base64 === null) {
    if (data === undefined) return invalid('data', 'is required');
    if (payloadFormatOf(contentType) === 'json') return withPayload(checked.attributes, { kind: 'json', value: data });
    return payloadFormatOf(contentType) === 'avro'
      ? invalid('data', 'an Avro payload goes in data_base64')
      : unsupported();
  }
  if (data !== undefined) return invalid('data_base64', 'data stands beside it');
  const bytes = typeof base64 === 'string' ? fromBase64(base64) : undefined;
  return bytes === undefined
    ? invalid('data_base64', 'is not base64')
    : withPayload(checked.attributes, payloadOf(contentType, bytes, limits));
}

function payloadOf(contentType: string, bytes: Uint8Array, limits: ParseLimits): Payload | Refused {
  const format = payloadFormatOf(contentType);
  if (format === undefined) return unsupported();
  if (format === 'avro') return { kind: 'avro', bytes };
  const json: Json = strictJson(bytes, { depthMax: limits.depthMax, bytesMax: limits.eventBytesMax });
  return json;
}

const withPayload = (attributes: Attributes, payload: Payload | Refused): Parsed =>
  payload.kind === 'refused' ? payload : { kind: 'parsed', event: { attributes, payload } };

function sizeRefusal(bytes: number, limits: ParseLimits): Refused | undefined {
  if (bytes > limits.bodyBytesMax)
    return { kind: 'refused', because: problem('body-too-large', { limit: limits.bodyBytesMax }) };
  if (bytes > limits.eventBytesMax)
    return { kind: 'refused', because: problem('event-too-large', { limit: limits.eventBytesMax }) };
  return undefined;
}

function decodeHeader(value: string): string | undefined {
  if (!/^[\u0020-\u007e]*$/.test(value)) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

const invalid = (at: string, reason: string): Refused => ({
  kind: 'refused',
  because: problem('invalid-envelope', { at, reason }),
});

const unsupported = (): Refused => ({
  kind: 'refused',
  because: problem('unsupported-content-type', { accepted: payloadMediaTypes }),
});

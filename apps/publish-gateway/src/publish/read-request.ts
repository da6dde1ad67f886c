import {
  mediaTypeOf,
  parseBatch,
  parseBinary,
  parseStructured,
  publishLimits,
  type HttpHeaders,
  type Parsed,
  type Refused,
} from '@kruispunt/event';
import { problem } from '@kruispunt/problem';

/** The CloudEvents content modes; also the label of the metric. */
export type Mode = 'binary' | 'structured' | 'batch';

export type ReadRequest = { readonly kind: 'read'; readonly mode: Mode; readonly items: readonly Parsed[] } | Refused;

export const eventMediaTypes = [
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/json',
  'application/avro',
] as const;

/**
 * Reads a request in the mode its content type names: one item, or one per event of a batch. Binary mode is any other type with
 * `ce-` headers; without them nobody meant an event: `unsupported-content-type`.
 */
export function readRequest(headers: HttpHeaders, body: Uint8Array): ReadRequest {
  const type = mediaTypeOf(String(headers['content-type'] ?? ''));
  if (type === 'application/cloudevents-batch+json') {
    const batch = parseBatch(body, publishLimits);
    return batch.kind === 'refused' ? batch : { kind: 'read', mode: 'batch', items: batch.items };
  }
  if (type === 'application/cloudevents+json')
    return { kind: 'read', mode: 'structured', items: [parseStructured(body, publishLimits)] };
  if (headers['ce-specversion'] === undefined && headers['ce-id'] === undefined) {
    return {
      kind: 'refused',
      because: problem('unsupported-content-type', { accepted: eventMediaTypes, reason: 'no ce- headers' }),
    };
  }
  return { kind: 'read', mode: 'binary', items: [parseBinary(headers, body, publishLimits)] };
}

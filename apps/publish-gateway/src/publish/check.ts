import { eventTypeOf, versionsOf, type EventType } from '@kruispunt/contracts';
import type { Envelope, IncomingEvent, Payload, Refused } from '@kruispunt/event';
import { Problem, problem, type ProblemFields, type Slug } from '@kruispunt/problem';
import { realInszAt } from './real-insz.js';

/** An event that fits its contract: complete envelope, typed payload. Whether it may be published is another question. */
export interface CheckedEvent {
  readonly type: EventType;
  readonly envelope: Envelope;
}

export interface CheckFacts {
  /** When the gateway took it, ms since the epoch: the `time` of an event that names none. */
  readonly now: number;
  /** Refuse numbers that may belong to a real person: true in the proving ground. */
  readonly testPersonsOnly: boolean;
}

/**
 * Holds an event against the catalogue. Slugs: `unknown-type`, `unknown-version` (with the ones that exist), `schema-mismatch` (`at`
 * is a JSON Pointer into the payload), `real-insz`, and `invalid-envelope` for what only the bus may set.
 */
export function check(
  { attributes, payload }: IncomingEvent,
  { now, testPersonsOnly }: CheckFacts,
): { readonly kind: 'checked'; readonly event: CheckedEvent } | Refused {
  if (attributes.kpreplay !== undefined)
    return refuse('invalid-envelope', { at: 'kpreplay', reason: 'only the bus marks a redelivery' });
  const type = eventTypeOf(attributes.type);
  if (type === undefined) return unknown(attributes.type);
  const data = readPayload(type, payload);
  if (data.kind === 'refused') return data;
  const at = testPersonsOnly ? realInszAt(data.value) : undefined;
  if (at !== undefined) return refuse('real-insz', { at });
  const time = attributes.time ?? new Date(now).toISOString();
  return { kind: 'checked', event: { type, envelope: { ...attributes, time, data: data.value } } };
}

function unknown(type: string): Refused {
  const versions = versionsOf(type);
  return versions.length > 0
    ? refuse('unknown-version', { at: 'type', versions })
    : refuse('unknown-type', { at: 'type' });
}

// Avro is the body in the encoding of exactly the contract version that `type` names, without framing: one published version per type.
function readPayload(type: EventType, payload: Payload): { readonly kind: 'value'; readonly value: unknown } | Refused {
  if (payload.kind === 'json') {
    const checked = type.codec.check(payload.value);
    if (checked.ok) return { kind: 'value', value: checked.value };
    return refuse('schema-mismatch', {
      eventType: type.type,
      version: type.version,
      at: checked.at,
      reason: checked.reason,
    });
  }
  try {
    return { kind: 'value', value: type.codec.decode(payload.bytes) };
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return refuse('schema-mismatch', { ...thrown.fields, eventType: type.type, version: type.version });
  }
}

const refuse = (slug: Slug, fields: ProblemFields): Refused => ({ kind: 'refused', because: problem(slug, fields) });

import { problem } from '@kruispunt/problem';
import type { EventType } from './event-type.js';

/** A payload in which fields that may be null may also be left out. */
export type Draft<P> = { readonly [K in keyof P as null extends P[K] ? never : K]: P[K] } & {
  readonly [K in keyof P as null extends P[K] ? K : never]?: P[K] | undefined;
};

/** The whole payload of a draft: defaults filled, instants in UTC. Throws `schema-mismatch` with the place. */
export function complete<P>(eventType: EventType<P>, draft: Draft<P>): P {
  const checked = eventType.codec.check(draft);
  if (checked.ok) return checked.value;
  const { type, version } = eventType;
  throw problem('schema-mismatch', { eventType: type, version, at: checked.at, reason: checked.reason });
}

import { AvroCodec } from './codec.js';
import type { EventType } from './event-type.js';

/**
 * The same event type for reading what another revision of its schema wrote: payloads come out in this process's revision,
 * with defaults for what the writer did not know. undefined when the two revisions do not resolve.
 */
export function readerOf<P>(eventType: EventType<P>, writer: unknown): EventType<P> | undefined {
  const codec = new AvroCodec<P>(eventType, () => eventType.schema);
  try {
    const decode = codec.decoderFor(writer);
    return {
      ...eventType,
      codec: { encode: (payload) => codec.encode(payload), check: (json) => codec.check(json), decode },
    };
  } catch {
    return undefined;
  }
}

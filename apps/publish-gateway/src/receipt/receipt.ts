import { hash } from 'node:crypto';
import type { LogPosition } from '@kruispunt/event';

/** What a receipt says: this event stands there in the log, with these bytes. `acceptedAt` is RFC 3339 in UTC; `org` the publisher. */
export interface Receipt extends LogPosition {
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  /** SHA-256 of the record's value (Confluent framing and Avro), hexadecimal. */
  readonly valueSha256: string;
  readonly acceptedAt: string;
  readonly org: string;
}

export const sha256 = (bytes: Uint8Array): string => hash('sha256', bytes);

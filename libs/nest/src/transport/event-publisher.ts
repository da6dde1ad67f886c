import type { EventType, SchemaIds } from '@kruispunt/contracts';
import { toRecord, type Envelope, type EventLog, type LogPosition } from '@kruispunt/event';

/**
 * Publishes typed events outside a partition transaction; inside one, use `tx.publish`. Also its own injection token: provide an instance.
 */
export class EventPublisher {
  constructor(
    private readonly log: EventLog,
    private readonly schemaIds: SchemaIds,
  ) {}

  /**
   * Resolves when every in-sync replica has the events: one position per envelope, in the same order. Throws `invalid-envelope`,
   * `schema-mismatch` and `registry-unavailable` before anything is sent, `log-unavailable` when some may stand in the log.
   */
  async publish<P>(type: EventType<P>, envelopes: readonly Envelope<P>[]): Promise<LogPosition[]> {
    return this.log.append(envelopes.map((envelope) => toRecord(envelope, type, this.schemaIds)));
  }
}

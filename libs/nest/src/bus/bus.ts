import { randomUUID } from 'node:crypto';
import type { Clock } from '@kruispunt/clock';
import type { EventType, SchemaIds } from '@kruispunt/contracts';
import { toRecord, type EventLog, type LogRecord } from '@kruispunt/event';
import type { KafkaDriver } from '@kruispunt/kafka';
import type { Database, PartitionStore } from '@kruispunt/postgres';

/** What a service says of an event it publishes; the rest of the envelope is the service's own or the catalogue's. */
export interface Fact<P> {
  readonly subject: string;
  readonly data: P;
  /** A fresh UUID unless given; give one where the same fact may be told twice. */
  readonly id?: string;
  readonly nis?: string;
  readonly dossier?: string;
  readonly causation?: string;
}

/** What a process of the bus holds: the log, the database, the ids of its contracts; and its own name as a source. */
export class Bus {
  constructor(
    readonly driver: KafkaDriver,
    readonly log: EventLog,
    readonly database: Database,
    readonly partitions: PartitionStore,
    readonly schemaIds: SchemaIds,
    private readonly clock: Clock,
    private readonly source: string,
  ) {}

  /** This moment as a payload holds it (RFC 3339, UTC). */
  instant(): string {
    return new Date(this.clock.now()).toISOString();
  }

  /** A fact as a record of the log. Throws `schema-mismatch` when the payload does not fit its type. */
  record<P>(type: EventType<P>, fact: Fact<P>): LogRecord {
    return toRecord<P>(
      {
        specversion: '1.0',
        id: fact.id ?? randomUUID(),
        source: this.source,
        type: type.type,
        subject: fact.subject,
        time: this.instant(),
        ...(fact.nis === undefined ? {} : { kpgemeentenis: fact.nis }),
        ...(fact.dossier === undefined ? {} : { kpdossier: fact.dossier }),
        ...(fact.causation === undefined ? {} : { kpcausationid: fact.causation }),
        data: fact.data,
      },
      type,
      this.schemaIds,
    );
  }
}

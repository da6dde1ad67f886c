import { randomUUID } from 'node:crypto';
import { complete, ev, topics, type AdreswijzigingAangegevenV1 } from '@kruispunt/contracts';
import { toRecord, type Envelope, type LogPosition, type LogRecord } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { ConfluentRegistry } from '@kruispunt/registry';
import { serviceUrl } from '@kruispunt/testkit';

export const eventType = ev.AdreswijzigingAangegevenV1;

/** An event of ours as it stands in the log, and what it was before it got there. */
export interface OneEvent {
  readonly envelope: Envelope<AdreswijzigingAangegevenV1>;
  readonly record: LogRecord;
  readonly position: LogPosition;
  readonly schemaId: number;
}

/** Publishes one declaration of a move on its own topic, with our own log, exactly as the publish gateway does. */
export async function oneEvent(): Promise<OneEvent> {
  const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'interop' });
  const admin = await driver.admin();
  await admin.ensureTopics(topics);
  await admin.close();
  const registry = ConfluentRegistry.connect(serviceUrl('SCHEMA_REGISTRY_URL'));
  await registry.register(eventType);
  const schemaIds = await registry.schemaIds([eventType]);
  const dossier = `VH-${randomUUID()}`;
  const envelope: Envelope<AdreswijzigingAangegevenV1> = {
    specversion: '1.0',
    id: randomUUID(),
    source: 'urn:be:kbo:0999990024:systeem:burgerzaken',
    type: eventType.type,
    subject: `urn:kruispunt:dossier:${dossier}`,
    time: '2026-03-02T09:15:00.123Z',
    kpgemeentenis: '24055',
    data: complete(eventType, {
      dossier,
      subjectPseudoniemen: ['p1-6f3a9c0d5b7e41d2a8c4f0e1b2d3c4a5'],
      wijziging: 'ANDERE_GEMEENTE',
      aangiftedatum: '2026-02-27',
      nisOud: '24107',
      nisNieuw: '24055',
      tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
    }),
  };
  const record = toRecord(envelope, eventType, schemaIds);
  const log = await KafkaEventLog.open(driver);
  const [position] = await log.append([record]);
  await log.close();
  if (position === undefined) throw new Error('the log gave no position');
  return { envelope, record, position, schemaId: schemaIds.idOf(eventType) };
}

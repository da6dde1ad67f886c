import { createHash } from 'node:crypto';
import { ev, type SchemaIds } from '@kruispunt/contracts';
import { toRecord, type EventLog, type LogRecord } from '@kruispunt/event';
import type { RegistrationChange } from '@kruispunt/postgres';

const source = 'urn:kruispunt:dienst:delivery-gateway';

/** The event that tells of one change; the same id whenever it is told. A reminder is an event of its own type. */
export function announcement(change: RegistrationChange, schemaIds: SchemaIds): LogRecord {
  const { subscription, subject, action, cause, at } = change;
  const registration = createHash('sha256').update(`${subscription}\n${subject}`).digest('hex').slice(0, 32);
  const reminds = action === 'HERINNERING';
  const type = reminds ? ev.InschrijvingVerlooptV1 : ev.InschrijvingGewijzigdV1;
  const data = {
    inschrijvingId: registration,
    afnemer: change.organisation,
    namens: change.namens,
    hoedanigheid: change.hoedanigheid,
    subjectPseudoniem: subject,
    begin: change.from,
    einde: change.to,
    ...(!reminds && { subjectType: subject.startsWith('p1') ? 'PERS' : 'UITZONDERING', actie: action }),
    tijdstipRegistratie: new Date(at).toISOString(),
  };
  const envelope = {
    specversion: '1.0' as const,
    id: `${registration}:${action}:${cause}`,
    source,
    type: type.type,
    // The key is the person, so that what is said of one registration keeps its order.
    subject: `urn:kruispunt:inschrijving:${subject}`,
    time: data.tijdstipRegistratie,
    data,
  };
  return toRecord(envelope as Parameters<typeof toRecord<never>>[0], type as never, schemaIds);
}

/** Puts changes into the log, in order. Throws `log-unavailable`: then they are told again. */
export const announceIn =
  (log: EventLog, schemaIds: SchemaIds) =>
  async (changes: readonly RegistrationChange[]): Promise<void> => {
    await log.append(changes.map((change) => announcement(change, schemaIds)));
  };

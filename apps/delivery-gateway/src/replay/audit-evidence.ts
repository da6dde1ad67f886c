import { ev, type AuditGeregistreerdV1, type SchemaIds } from '@kruispunt/contracts';
import { fromEntry } from '@kruispunt/event';
import type { LogReader } from '@kruispunt/kafka';
import { scanStretch, type Stretch } from './scan-log.js';

/** One line of the audit trail about a delivery. `replay` is null for the live delivery. */
export interface AuditedDelivery {
  readonly reference: string;
  readonly id: string;
  readonly source: string;
  readonly kind: 'intent' | 'outcome';
  readonly outcome: string | null;
  readonly replay: string | null;
}

/** The word in an outcome line that says that the receiver has it. */
export const deliveredOutcome = 'delivered';

/** The lines about deliveries of one subscription, from a stretch of the audit topic, in log order. */
export async function* auditedDeliveries(
  log: { readonly reader: LogReader; readonly schemaIds: SchemaIds },
  subscription: string,
  stretch: Omit<Stretch, 'topic'>,
): AsyncGenerator<AuditedDelivery> {
  const { topic, type } = ev.AuditGeregistreerdV1;
  const only = { header: 'ce_type', values: new Set([type]) };
  const key = Buffer.from(subscription);
  for await (const { entries } of scanStretch(log.reader, { ...stretch, topic }, only)) {
    for (const entry of entries) {
      if (entry.key?.equals(key) !== true) continue;
      const read = fromEntry(entry, log.schemaIds);
      if (read.kind !== 'event') continue;
      const line = read.event.envelope.data as AuditGeregistreerdV1;
      const kind = line.soort === 'INTENTIE' ? 'intent' : line.soort === 'UITKOMST' ? 'outcome' : undefined;
      if (kind === undefined || line.eventId === null || line.eventSource === null) continue;
      yield {
        reference: line.referentie,
        id: line.eventId,
        source: line.eventSource,
        kind,
        outcome: line.uitkomst,
        replay: line.heraflevering,
      };
    }
  }
}

export const eventKey = (event: { readonly source: string; readonly id: string }): string =>
  `${event.source}\n${event.id}`;

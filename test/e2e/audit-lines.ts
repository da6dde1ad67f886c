import { ev, type AuditGeregistreerdV1 } from '@kruispunt/contracts';
import { fromEntry } from '@kruispunt/event';
import type { TestSystem } from './system.js';

/** The audit lines that came into the log since the system was opened, in the order of each partition. */
export async function auditLines(bench: TestSystem): Promise<readonly AuditGeregistreerdV1[]> {
  const schemaIds = await bench.schemaIds();
  return (await bench.log.since(ev.AuditGeregistreerdV1.topic)).flatMap((entry) => {
    const read = fromEntry(entry, schemaIds);
    return read.kind === 'event' ? [read.event.envelope.data as AuditGeregistreerdV1] : [];
  });
}

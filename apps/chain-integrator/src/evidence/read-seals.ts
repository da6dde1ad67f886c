import { ev, type GeschiedenisVerzegeldV1, type SchemaIds } from '@kruispunt/contracts';
import { fromEntry } from '@kruispunt/event';
import type { LogAdmin, LogEntry, LogReader } from '@kruispunt/kafka';

/** A root as the log has it: what nobody with the database alone can change. */
export type PublishedSeal = Pick<GeschiedenisVerzegeldV1, 'dag' | 'partitie' | 'rijen' | 'wortel' | 'vorigeWortel'>;

/** Every seal in the log. A day that stands there twice must say the same; the first counts. Throws `log-unavailable`. */
export async function readSeals(
  reader: LogReader,
  admin: Pick<LogAdmin, 'offsets'>,
  schemaIds: SchemaIds,
): Promise<readonly PublishedSeal[]> {
  const { topic } = ev.GeschiedenisVerzegeldV1;
  const seals: PublishedSeal[] = [];
  for (const { partition, first, next } of await admin.offsets(topic)) {
    for (let offset = first; offset < next;) {
      const batch = await reader.read({ topic, partition, offset });
      seals.push(...sealsIn(batch.entries, schemaIds));
      offset = batch.next;
    }
  }
  return seals;
}

/** The seals among records of the log; what is not readable is not a seal, and its day will be missed. */
export const sealsIn = (entries: readonly LogEntry[], schemaIds: SchemaIds): readonly PublishedSeal[] =>
  entries.flatMap((entry) => {
    const decoded = fromEntry(entry, schemaIds);
    return decoded.kind === 'event' && decoded.type.type === ev.GeschiedenisVerzegeldV1.type
      ? [decoded.event.envelope.data as PublishedSeal]
      : [];
  });

import { fromEntry, type StoredEvent } from '@kruispunt/event';
import type { ReplayParts } from './replay-parts.js';
import { entriesAt } from './scan-log.js';

/** Events of one partition by offset: from the log, else from the copy that was sealed when they were parked. */
export async function eventsAt(
  parts: ReplayParts,
  subscription: string,
  at: { readonly topic: string; readonly partition: number },
  offsets: readonly number[],
): Promise<(StoredEvent | undefined)[]> {
  const entries = await entriesAt(parts.log.reader, at.topic, at.partition, offsets);
  return Promise.all(
    offsets.map(async (offset, i) => {
      const read = entries[i] && fromEntry(entries[i], parts.log.schemaIds);
      if (read?.kind === 'event') return read.event;
      const sealed = await parts.stores.standing.payload(subscription, { ...at, offset });
      return sealed && parts.door.unseal(sealed, { ...at, offset });
    }),
  );
}

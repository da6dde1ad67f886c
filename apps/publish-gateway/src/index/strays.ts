import { catalogus } from '@kruispunt/contracts';
import type { LoggedRecord, QuarantinedRecord } from '@kruispunt/event';
import type { IndexedEvent } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';

const known = new Set(catalogus.map(({ type }) => type));

/**
 * What stands in the log and is no event of the catalogue: no headers, a tombstone, a type nobody knows. Every reader with a type in
 * mind passes over it, so the index, which reads all, sets it apart (I13). `indexed`: the rows these records gave.
 */
export function strays(
  records: readonly LoggedRecord[],
  indexed: readonly IndexedEvent[],
): readonly Omit<QuarantinedRecord, 'consumer'>[] {
  const events = new Set(indexed.filter(({ type }) => known.has(type)).map(({ offset }) => offset));
  return records
    .filter(({ offset }) => !events.has(offset))
    .map((record) => ({
      ...record,
      because: problem('undecodable', { at: 'headers', reason: 'not an event of the catalogue' }),
    }));
}

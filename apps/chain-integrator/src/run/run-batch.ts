import { applyBatch, type BatchResult, type ChainDefinition, type Item, type Known } from '@kruispunt/chain-engine';
import type { SchemaIds } from '@kruispunt/contracts';
import type { LogRecord } from '@kruispunt/event';
import { asProblem } from '@kruispunt/problem';
import { publicationRecord } from './publication-record.js';

/** What a batch changes and tells. */
export interface RunResult {
  readonly result: BatchResult;
  readonly records: readonly LogRecord[];
}

/**
 * Applies a batch and makes records of what it publishes. A chain that publishes what does not fit its own schema has a bug: the inputs
 * of that instance become incidents, and the batch is applied again without them. Pure but for the ids of schemas.
 */
export function runBatch(
  batch: { readonly known: Known; readonly items: readonly Item[]; readonly now: number },
  definitions: readonly ChainDefinition[],
  schemaIds: SchemaIds,
): RunResult {
  const { known, items, now } = batch;
  const failed = new Map<string, string>();
  for (;;) {
    const sound = items.filter((item) => !failed.has(item.instance));
    const result = applyBatch(definitions, known, sound, now);
    const records: LogRecord[] = [];
    const faults = new Map<string, string>();
    for (const { instance, publication } of result.publications) {
      const chain = result.states.get(instance)?.state.chain ?? '';
      try {
        records.push(publicationRecord(publication, { chain, instance, now }, schemaIds));
      } catch (thrown) {
        const { slug, fields } = asProblem(thrown);
        faults.set(
          instance,
          `${slug} of ${publication.type}${fields['at'] === undefined ? '' : ` at ${String(fields['at'])}`}`,
        );
      }
    }
    if (faults.size === 0)
      return { result: { ...result, incidents: [...result.incidents, ...incidentsOf(items, failed)] }, records };
    for (const [instance, fault] of faults) failed.set(instance, fault);
  }
}

function incidentsOf(items: readonly Item[], failed: ReadonlyMap<string, string>): BatchResult['incidents'] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const error = failed.get(item.instance);
    if (error === undefined) return [];
    const behind = seen.has(item.instance);
    seen.add(item.instance);
    return [{ item, error: behind ? 'behind an open incident' : error, behind }];
  });
}

import type { BatchResult, Known } from '@kruispunt/chain-engine';
import type { DueTimer } from '@kruispunt/postgres';

/**
 * The timers whose rows may go after a batch took them: those that rang, those that are stale, and those that wait in an incident. One
 * that still stands was refused as not yet due (the clock was set back in between): it keeps its row and rings later.
 */
export function spentTimers(
  timers: readonly DueTimer[],
  {
    known,
    result,
  }: { readonly known: Pick<Known, 'states'>; readonly result: Pick<BatchResult, 'states' | 'incidents'> },
): readonly DueTimer[] {
  const waiting = new Set(
    result.incidents.flatMap(({ item }) =>
      item.input.kind === 'timer' ? [`${item.instance}/${item.input.timer}`] : [],
    ),
  );
  return timers.filter(({ instance, name, gen }) => {
    const state = result.states.get(instance)?.state ?? known.states.get(instance);
    return waiting.has(`${instance}/${name}`) || state?.timers[name]?.gen !== gen;
  });
}

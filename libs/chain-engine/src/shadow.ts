import { canonical } from './canonical.js';
import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import { glance, type Glance } from './glance.js';
import type { HistoryRow } from './history.js';
import { nameOf, type Input } from './input.js';
import { transition } from './transition.js';

/** Where another version would have done something else with the same input. */
export interface Difference {
  readonly seq: number;
  readonly at: number;
  readonly input: string;
  readonly what: 'verdict' | 'nodes' | 'toestand' | 'published' | 'fault';
  readonly was: unknown;
  readonly would: unknown;
}

/**
 * Takes a history through another version of its chain (or the same, which must give no difference). No effect leaves this function. A
 * fault of that version ends it and is the last difference. A timer is the one of its name: its number may be another there.
 */
export function shadow(
  definition: ChainDefinition,
  rows: readonly HistoryRow[],
): { readonly differences: readonly Difference[]; readonly end: Glance | undefined } {
  const differences: Difference[] = [];
  let state: ChainState | undefined;
  for (const row of rows) {
    const told = { seq: row.seq, at: row.at, input: nameOf(row.input) };
    try {
      const step = transition(definition, state, inputFor(row.input, state), row.at);
      if (!step) {
        differences.push({ ...told, what: 'verdict', was: row.verdict, would: 'no such timer' });
        continue;
      }
      state = step.state;
      const made = step.effects.find((e) => e.kind === 'history');
      if (made?.kind === 'history') differences.push(...compared(row, made.row).map((d) => ({ ...told, ...d })));
    } catch (thrown) {
      differences.push({
        ...told,
        what: 'fault',
        was: row.verdict,
        would: thrown instanceof Error ? thrown.message : 'fault',
      });
      break;
    }
  }
  return { differences, end: state && glance(state) };
}

const inputFor = (input: Input, state: ChainState | undefined): Input =>
  input.kind === 'timer' ? { ...input, gen: state?.timers[input.timer]?.gen ?? input.gen } : input;

function compared(was: HistoryRow, would: HistoryRow): readonly Pick<Difference, 'what' | 'was' | 'would'>[] {
  const types = (row: HistoryRow) => row.published.map((p) => p.type);
  const verdict = (row: HistoryRow) => (row.reason === undefined ? row.verdict : `${row.verdict}: ${row.reason}`);
  return [
    { what: 'verdict', was: verdict(was), would: verdict(would) } as const,
    { what: 'nodes', was: was.to, would: would.to } as const,
    { what: 'toestand', was: was.toestand, would: would.toestand } as const,
    { what: 'published', was: types(was), would: types(would) } as const,
  ].filter((d) => canonical(d.was) !== canonical(d.would));
}

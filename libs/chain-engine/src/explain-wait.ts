import { dueDate, explain, termState, type CivilDate } from '@kruispunt/term';
import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import type { HistoryRow } from './history.js';
import { nameOf } from './input.js';

/** Why one token stands where it stands. */
export interface WaitExplained {
  readonly token: string;
  readonly node: string;
  /** What moves it on: the event, the families of keys by which it is found, and the last time this instance had one. */
  readonly events: readonly {
    readonly type: string;
    readonly keys: readonly string[];
    readonly lastSeenAt: number | undefined;
  }[];
  readonly term:
    | {
        readonly rule: string;
        readonly state: string;
        readonly due: CivilDate | undefined;
        readonly lines: readonly string[];
      }
    | undefined;
  /** When it wakes by itself, ms since the epoch. */
  readonly wakesAt: number | undefined;
}

/** What an instance waits for, per token: events X by key K, term T due on D, and what it saw last. Values of keys are personal and stay out. */
export function explainWait(
  definition: ChainDefinition,
  state: ChainState,
  rows: readonly HistoryRow[],
): readonly WaitExplained[] {
  const seen = new Map(rows.map((row) => [nameOf(row.input), row.at]));
  return Object.entries(state.tokens).map(([token, { node }]) => {
    const at = definition.nodes[node];
    const term = state.terms[token];
    const wakes = Object.values(state.timers).filter((t) => t.token === token);
    return {
      token,
      node,
      events: (at?.kind === 'wait' ? Object.keys(at.on) : []).map((name) => ({
        type: definition.events[name]?.type ?? name,
        keys: definition.keys.filter((k) => k.from[name] !== undefined).map((k) => k.name),
        lastSeenAt: seen.get(name),
      })),
      term: term && { rule: term.rule, state: termState(term), due: dueDate(term), lines: explain(term) },
      wakesAt: wakes.length === 0 ? undefined : Math.min(...wakes.map((t) => t.dueAt)),
    };
  });
}

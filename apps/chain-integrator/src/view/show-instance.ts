import { nameOf, type ChainDefinition, type ChainState, type HistoryRow, type Mandate } from '@kruispunt/chain-engine';
import { dueDate, explain, termState } from '@kruispunt/term';

/** An instance in a list. */
export interface InstanceSummary {
  readonly id: string;
  readonly chain: string;
  readonly version: number;
  readonly dossier: string;
  readonly gemeente: string | null;
  readonly status: string;
  readonly state: string;
  readonly startedAt: string;
  readonly updatedAt: string;
}

/** What an instance waits for, how its clock stands, and what happened. No payload and no variable: those are of persons. */
export interface InstanceView extends InstanceSummary {
  readonly definition: string;
  readonly waitsFor: readonly { readonly node: string; readonly events: readonly string[] }[];
  readonly terms: readonly {
    readonly rule: string;
    readonly version: string;
    readonly state: string;
    readonly due: string | null;
    readonly explain: readonly string[];
  }[];
  readonly timers: readonly { readonly name: string; readonly signal: string; readonly dueAt: string }[];
  readonly tasks: readonly {
    readonly name: string;
    readonly id: string;
    readonly role: string;
    readonly reason: string;
    readonly dueOn: string | null;
  }[];
  readonly history: readonly HistoryLine[];
}

export interface HistoryLine {
  readonly seq: number;
  readonly at: string;
  readonly input: string;
  readonly eventId: string | null;
  readonly verdict: string;
  readonly reason: string | null;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly state: string;
  readonly published: readonly { readonly id: string; readonly type: string }[];
  /** Who decided, and why; null for what no person did. */
  readonly by: Mandate | null;
  readonly hash: string;
}

export const summaryOf = (s: ChainState): InstanceSummary => ({
  id: s.id,
  chain: s.chain,
  version: s.version,
  dossier: s.dossier,
  gemeente: s.gemeente ?? null,
  status: s.status,
  state: s.toestand,
  startedAt: new Date(s.startedAt).toISOString(),
  updatedAt: new Date(s.updatedAt).toISOString(),
});

/** Everything an operator may see of one instance. */
export function showInstance(
  state: ChainState,
  rows: readonly HistoryRow[],
  definition: ChainDefinition | undefined,
): InstanceView {
  return {
    ...summaryOf(state),
    definition: state.definition,
    waitsFor: Object.values(state.tokens).map(({ node }) => {
      const at = definition?.nodes[node];
      const events =
        at?.kind === 'wait' ? Object.keys(at.on).map((name) => definition?.events[name]?.type ?? name) : [];
      return { node, events };
    }),
    terms: Object.values(state.terms).map((term) => ({
      rule: term.rule,
      version: term.version,
      state: termState(term),
      due: dueDate(term) ?? null,
      explain: explain(term),
    })),
    timers: Object.entries(state.timers).map(([name, { signal, dueAt }]) => ({
      name,
      signal,
      dueAt: new Date(dueAt).toISOString(),
    })),
    tasks: Object.entries(state.tasks).map(([name, t]) => ({
      name,
      id: t.id,
      role: t.role,
      reason: t.reden,
      dueOn: t.dueOn ?? null,
    })),
    history: rows.map(lineOf),
  };
}

const lineOf = ({ seq, at, input, verdict, reason, from, to, toestand, published, hash }: HistoryRow): HistoryLine => ({
  seq,
  at: new Date(at).toISOString(),
  input: nameOf(input),
  eventId: input.kind === 'event' ? input.id : null,
  verdict,
  reason: reason ?? null,
  from,
  to,
  state: toestand,
  published,
  by: input.kind === 'op' ? input.by : null,
  hash,
});

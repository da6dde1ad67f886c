import { termState } from '@kruispunt/term';
import type { ChainState } from './chain-state.js';
import { keysOf } from './correlation.js';
import { Draft } from './draft.js';
import type { Effect } from './effect.js';
import { sealed } from './history.js';
import type { MigrationPlan } from './migration-plan.js';
import type { OpInput } from './op.js';

/** An instance as a plan makes it, or why it cannot. */
export type Planned =
  { readonly kind: 'planned'; readonly state: ChainState } | { readonly kind: 'refused'; readonly because: string };

/**
 * Where an instance stands under the new version. Pure: nothing is written, and nothing is published. Steps of new branches begin with
 * the next event. Throws what the plan's own mapper throws.
 */
export function planned(plan: MigrationPlan, state: ChainState, now: number): Planned {
  if (state.status !== 'OPEN') return refused('afgesloten');
  if (state.definition !== plan.from.hash) return refused(`staat onder versie ${state.version}`);
  if (Object.keys(state.undoing ?? {}).length > 0) return refused('er wordt iets ongedaan gemaakt');
  const lost = (state.undo ?? []).find((step) => !plan.to.nodes[step.undo]);
  if (lost) return refused(`${lost.step} kan niet meer ongedaan gemaakt worden`);
  const vars = plan.vars(state.vars);
  const moved = Object.entries(state.tokens).map(
    ([token, at]) => [token, { ...at, node: plan.places[at.node] ?? '' }] as const,
  );
  const nowhere = moved.find(([, { node }]) => plan.to.nodes[node]?.kind !== 'wait');
  if (nowhere) return refused(`geen plaats voor ${state.tokens[nowhere[0]]?.node ?? nowhere[0]}`);
  const { version, hash } = plan.to;
  const draft = new Draft(
    plan.to,
    { ...state, vars, version, definition: hash, tokens: Object.fromEntries(moved) },
    { kind: 'timer', timer: 'migration', gen: 0 },
    now,
  );
  for (const [token, { node }] of Object.entries(state.tokens)) draft.reclock(token, plan.terms[node] ?? 'keep');
  const { next } = draft.sheet;
  next.dossier = plan.to.dossierOf(next.vars);
  next.gemeente = plan.to.gemeenteOf(next.vars);
  next.keys = keysOf(plan.to, next, false);
  return { kind: 'planned', state: { ...next, updatedAt: state.updatedAt } };
}

const refused = (because: string): Planned => ({ kind: 'refused', because });

/**
 * Puts an instance where a plan, or the undoing of one, says it stands. The row of the history carries the whole state, so that the fold
 * needs no plan; what has to change in the store is the difference of the two.
 */
export function placed(
  before: ChainState,
  input: OpInput & { readonly act: { readonly state: ChainState } },
  now: number,
) {
  const { rev, head, seq } = before;
  const next = { ...input.act.state, rev: rev + 1, seq, updatedAt: now };
  const row = sealed({
    seq: rev + 1,
    ...{ at: now, input, verdict: 'applied', from: nodesOf(before), to: nodesOf(next), toestand: next.toestand },
    ...{ published: [], prev: head },
  });
  const state: ChainState = { ...next, head: row.hash };
  return { state, effects: [...changes(before, state), { kind: 'history', row }], verdict: 'applied' } as const;
}

function changes(before: ChainState, after: ChainState): readonly Effect[] {
  const effects: Effect[] = [];
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  for (const name of Object.keys(before.timers)) if (!after.timers[name]) effects.push({ kind: 'timer-cleared', name });
  for (const [name, timer] of Object.entries(after.timers))
    if (differs(timer, before.timers[name])) effects.push({ kind: 'timer-set', name, timer });
  for (const key of before.keys) if (!after.keys.includes(key)) effects.push({ kind: 'key-removed', key });
  for (const key of after.keys) if (!before.keys.includes(key)) effects.push({ kind: 'key-added', key });
  for (const [name, task] of Object.entries(before.tasks))
    if (!after.tasks[name]) effects.push({ kind: 'task-closed', name, task });
  for (const [name, task] of Object.entries(after.tasks))
    if (!before.tasks[name]) effects.push({ kind: 'task-opened', name, task });
  for (const [token, term] of Object.entries(before.terms))
    if (!after.terms[token] || after.terms[token].anchor !== term.anchor || after.terms[token].rule !== term.rule)
      effects.push({ kind: 'term', token, node: before.tokens[token]?.node ?? '', term, state: 'waived' });
  for (const [token, term] of Object.entries(after.terms))
    if (differs(term, before.terms[token]) || before.tokens[token]?.node !== after.tokens[token]?.node)
      effects.push({ kind: 'term', token, node: after.tokens[token]?.node ?? '', term, state: termState(term) });
  return effects;
}

const nodesOf = ({ tokens }: Pick<ChainState, 'tokens'>): readonly string[] =>
  Object.values(tokens)
    .map((t) => t.node)
    .sort();

import { fold, planned, type HistoryRow, type OpAct } from '@kruispunt/chain-engine';
import type { ChainOrder, OrderItem } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { Facts } from './order-step.js';

type Placing = Extract<OpAct, { verb: 'migrate' | 'unmigrate' }>;

const refused = (reason: string) => problem('conflict', { reason });

/** One instance under the new version. Throws `conflict` with the reason in Dutch: then it stays where it is. */
export function migrated({ args }: ChainOrder, item: OrderItem, { plans, states, now }: Facts): Placing {
  const plan = plans.find((p) => p.name === args['plan']);
  const state = states.get(item.id);
  if (!plan) throw refused('dit plan is niet in deze versie van de software');
  if (!state) throw refused('geen instantie');
  const answer = attempt(() => planned(plan, state, now));
  if (answer.kind === 'refused') throw refused(answer.because);
  return { verb: 'migrate', plan: plan.name, from: state.definition, state: answer.state };
}

/** Exactly as it was before the plan, as long as nothing has happened since: the fold of the history up to there. */
export function unmigrated({ args }: ChainOrder, rows: readonly HistoryRow[], { definitions }: Facts): Placing {
  const since = rows.findLastIndex((row) => !isNote(row));
  const act = actOf(rows[since]);
  if (act?.verb !== 'migrate' || act.plan !== args['plan']) throw refused('er is iets gebeurd sinds de migratie');
  const state = fold(definitions, rows.slice(0, since), act.from);
  if (!state) throw refused('geen geschiedenis voor de migratie');
  return { verb: 'unmigrate', plan: act.plan, from: act.state.definition, state };
}

const actOf = (row: HistoryRow | undefined): OpAct | undefined =>
  row?.input.kind === 'op' ? row.input.act : undefined;

/** What somebody wrote beside it changed nothing. */
const isNote = (row: HistoryRow): boolean => actOf(row)?.verb === 'annotate' || row.verdict === 'ignored';

/** A mapper of a plan is code of an author: what it throws is a reason, and holds nothing up. */
function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    throw refused(`het plan faalt: ${thrown instanceof Error ? thrown.message : 'onbekend'}`);
  }
}

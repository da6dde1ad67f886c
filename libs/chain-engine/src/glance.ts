import { dueDate, termState } from '@kruispunt/term';
import type { ChainState } from './chain-state.js';

/** What changes when somebody intervenes, small enough to keep before and after for each of 200 000. No variable is in it. */
export interface Glance {
  readonly status: ChainState['status'];
  readonly toestand: string;
  readonly tokens: Readonly<Record<string, string>>;
  /** Per token: the rule, how its clock stands, and the last day while there is one. */
  readonly terms: Readonly<Record<string, string>>;
  /** Open tasks, with the role each is for. */
  readonly tasks: Readonly<Record<string, string>>;
}

export const glance = ({ status, toestand, tokens, terms, tasks }: ChainState): Glance => ({
  status,
  toestand,
  tokens: mapped(tokens, (t) => t.node),
  terms: mapped(terms, (t) => [t.rule, termState(t), dueDate(t)].filter((word) => word !== undefined).join(' ')),
  tasks: mapped(tasks, (t) => t.role),
});

const mapped = <T>(record: Readonly<Record<string, T>>, say: (value: T) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, say(value)]));

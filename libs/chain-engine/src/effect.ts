import type { Term } from '@kruispunt/term';
import type { Task, Timer } from './chain-state.js';
import type { HistoryRow } from './history.js';

/** An event to publish. `id` is uuid5(instance, seq): a second publication after a crash carries the same one. */
export interface Publication {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly gemeente: string | undefined;
  readonly dossier: string;
  readonly causation: string | undefined;
}

/** What must be written and told for a transition to have happened. All of it in one transaction, or none. */
export type Effect =
  | { readonly kind: 'publish'; readonly publication: Publication }
  | { readonly kind: 'timer-set'; readonly name: string; readonly timer: Timer }
  | { readonly kind: 'timer-cleared'; readonly name: string }
  | {
      readonly kind: 'term';
      readonly token: string;
      readonly node: string;
      readonly term: Term;
      readonly state: string;
    }
  | { readonly kind: 'task-opened'; readonly name: string; readonly task: Task }
  | { readonly kind: 'task-closed'; readonly name: string; readonly task: Task }
  | { readonly kind: 'key-added' | 'key-removed'; readonly key: string }
  | { readonly kind: 'history'; readonly row: HistoryRow };

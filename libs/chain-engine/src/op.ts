import type { CivilDate } from '@kruispunt/term';
import type { ChainState } from './chain-state.js';

/** Who decided, in which role, why and on what legal ground. Kept in the history of every instance it touched. */
export interface Mandate {
  readonly actor: string;
  readonly organisation: string;
  readonly role: OpRole;
  readonly reason: string;
  readonly basis?: string;
  /** Who approved it, where the chain wants four eyes. */
  readonly second?: string;
}

/** `operate`: keeps things going; `repair`: changes where an instance stands; `law`: touches the legal clock. */
export type OpRole = 'operate' | 'repair' | 'law';

/** Every operator verb (chain-engine.md §1.8) with the role it needs. */
export const opVerbs = {
  retry: 'operate',
  discard: 'operate',
  recorrelate: 'operate',
  annotate: 'operate',
  pause: 'operate',
  resume: 'operate',
  republish: 'operate',
  'reassign-task': 'operate',
  resolve: 'repair',
  edit: 'repair',
  'move-token': 'repair',
  'add-token': 'repair',
  'cancel-branch': 'repair',
  fork: 'repair',
  restart: 'repair',
  compensate: 'repair',
  migrate: 'repair',
  unmigrate: 'repair',
  'extend-term': 'law',
  'suspend-term': 'law',
  'resume-term': 'law',
  'interrupt-term': 'law',
  're-anchor-term': 'law',
  'waive-term': 'law',
  'reproject-term': 'law',
} as const satisfies Readonly<Record<string, OpRole>>;
export type OpVerb = keyof typeof opVerbs;

type TermVerb = Extract<OpVerb, `${string}-term`>;

/** What is done to one term. `ground`: the legal ground as the ledger keeps it. `decree`: its id, when a decree lifts the rule's own limits. */
export interface TermAct {
  readonly verb: TermVerb;
  readonly token: string;
  readonly on: CivilDate;
  readonly ground: string;
  readonly days?: number;
  readonly calendar?: string;
  readonly decree?: string;
}

/** What is asked of one instance. The first line changes nothing in it by itself: that it was done is what is kept. */
export type OpAct =
  | {
      readonly verb: 'retry' | 'discard' | 'recorrelate' | 'annotate' | 'pause' | 'resume' | 'republish' | 'edit';
      readonly about?: Readonly<Record<string, unknown>>;
    }
  | { readonly verb: 'reassign-task'; readonly task: string; readonly role: string }
  | {
      readonly verb: 'resolve';
      readonly token: string;
      readonly to?: string;
      readonly set?: Readonly<Record<string, unknown>>;
      readonly toestand?: string;
      readonly uitkomst?: string;
    }
  | { readonly verb: 'move-token' | 'add-token'; readonly token: string; readonly to: string }
  | { readonly verb: 'cancel-branch'; readonly token: string }
  /** Begins a new instance where another stood after its row `seq`. */
  | {
      readonly verb: 'fork';
      readonly as: string;
      readonly from: { readonly instance: string; readonly seq: number; readonly head: string };
      readonly state: ChainState;
    }
  | { readonly verb: 'restart'; readonly payload: unknown }
  /** Stands under another version from here on, or under the one before again. The whole state: no plan is needed to fold it. */
  | { readonly verb: 'migrate' | 'unmigrate'; readonly plan: string; readonly from: string; readonly state: ChainState }
  /**
   * Undoes what was done since the step `node`. With `then`: by the undo steps of the chain, each with its replies, and on to that node.
   * Without: it is only told that `events` no longer hold.
   */
  | { readonly verb: 'compensate'; readonly node: string; readonly events: readonly string[]; readonly then?: string }
  | TermAct;

/** An operator's decision as an input: it takes the way of every event, and its row in the history tells who and why. */
export interface OpInput {
  readonly kind: 'op';
  readonly id: string;
  readonly by: Mandate;
  readonly act: OpAct;
}

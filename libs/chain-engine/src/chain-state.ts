import type { CivilDate, Term } from '@kruispunt/term';

/** Where a token stands. A chain without parallel branches has one, `main`. */
export interface Token {
  readonly node: string;
  /** Rises at each arrival: what was armed for an earlier visit is recognised as stale. */
  readonly gen: number;
  /** The token it began beside. It lives no longer than that one stands where it stood. */
  readonly parent?: string;
  /** The fork it belongs to, and the element it was made for when there is one token per element. */
  readonly fork?: string;
  readonly element?: string;
  /** At a fork: its branches that are done, in the order they came, and whether its join has been told. */
  readonly done?: readonly string[];
  readonly joined?: boolean;
  /** The task, and the instance of another chain, whose answer it waits for. */
  readonly task?: string;
  readonly child?: string;
}

/** How a step is undone: by the node `undo`, which is told which events the step published. */
export interface UndoStep {
  readonly token: string;
  readonly step: string;
  readonly undo: string;
  readonly events: readonly string[];
}

/** A token that undoes what was done, the newest step first, and then goes to `then`. */
export interface Undoing {
  readonly reden: string;
  readonly step: string;
  readonly then: string;
  /** What is undone now, and what is left, the newest last. */
  readonly now: UndoStep;
  readonly left: readonly UndoStep[];
  readonly withdrawn: readonly string[];
}

/** A moment the instance asked to be woken at. `dueAt` is ms since the epoch. */
export interface Timer {
  readonly gen: number;
  readonly dueAt: number;
  readonly token: string;
  readonly signal: 'NADERT' | 'VERSTREKEN';
}

export interface Task {
  readonly id: string;
  readonly role: string;
  readonly reden: string;
  readonly dueOn?: CivilDate;
  readonly openedAt: number;
  /** The token that waits for its answer; a task without one stands beside the procedure. */
  readonly token?: string;
}

/** An instance of a chain: everything it knows, as JSON. The fold of its history under its pinned definition gives exactly this. */
export interface ChainState {
  readonly id: string;
  readonly chain: string;
  readonly version: number;
  readonly definition: string;
  readonly status: 'OPEN' | 'ENDED';
  /** The legal state, in the words of the law. */
  readonly toestand: string;
  readonly dossier: string;
  readonly gemeente: string | undefined;
  /** Applied and ignored inputs so far: the number of the last history row. */
  readonly rev: number;
  /** Number of the last published event, from which its id was made. */
  readonly seq: number;
  readonly gen: number;
  readonly tokens: Readonly<Record<string, Token>>;
  readonly timers: Readonly<Record<string, Timer>>;
  /** The running terms, by token. */
  readonly terms: Readonly<Record<string, Term>>;
  readonly tasks: Readonly<Record<string, Task>>;
  /** Hashed correlation keys it answers to. */
  readonly keys: readonly string[];
  /** Ids of published events by contract name, for compensation. Bounded: the chain is finite. */
  readonly published: Readonly<Record<string, readonly string[]>>;
  /** Steps that can be undone, the newest last; and the tokens that are undoing some. */
  readonly undo?: readonly UndoStep[];
  readonly undoing?: Readonly<Record<string, Undoing>>;
  /** The instance that started this one as a part of itself. */
  readonly parent?: string;
  readonly vars: unknown;
  readonly startedAt: number;
  readonly updatedAt: number;
  /** Hash of the last history row: the head of the chain of evidence. */
  readonly head: string;
}

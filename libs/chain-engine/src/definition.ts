import type { EventType } from '@kruispunt/contracts';
import type { CivilDate, Term, TermRuleId } from '@kruispunt/term';
import type { Act, Context } from './act.js';
import type { ChainState } from './chain-state.js';

/** The event types a chain speaks of, by their TypeScript name (`ev` of @kruispunt/contracts). */
export type Contracts = Readonly<Record<string, EventType<never> | EventType>>;
export type PayloadOf<E, N extends keyof E> = E[N] extends EventType<infer P> ? P : never;

/** What a handler decides: changed variables, acts, and where the token goes. Without `to` it stays where it is. */
export interface Outcome<V, To extends string = string> {
  readonly set?: Partial<V>;
  readonly acts?: readonly Act[];
  readonly to?: To;
  /** Tokens that begin beside this one, by name, each at its node. */
  readonly branches?: Readonly<Record<string, To>>;
  /** This branch has done what it was for: its join counts it. An undo ends so too. */
  readonly done?: true;
  /** Tokens that are over: what they waited for is let go. A branch that names itself is done; `main` never ends so. */
  readonly over?: readonly string[];
  /** The node that undoes what this did, should it be compensated. */
  readonly undo?: To;
  /** Undoes what this token and its branches did, the newest first, down to the step `since` when given; then goes on at `then`. */
  readonly compensate?: { readonly reden: string; readonly then: To; readonly since?: string };
  /** What this was for cannot be had: the nearest scope that says so compensates and goes to its `onFailure`. */
  readonly fail?: string;
  /** The term of this token as it now stands (suspended, resumed, lengthened): its timers are set again. Only without `to`. */
  readonly term?: Term;
  /** The legal state (toestand) after this, when the node itself does not say it. */
  readonly toestand?: string;
  /** Code of the outcome, told in `keten.stap-voltooid`. */
  readonly uitkomst?: string;
  /** The input does not concern this instance: it is stored with this reason and changes nothing. */
  readonly ignore?: string;
}

/** What an event does at one place. `targets` are all nodes it may lead to: the edges of the chain, as data. */
export interface Handler<V = unknown> {
  readonly targets: readonly string[];
  readonly run: (vars: V, payload: unknown, context: Context) => Outcome<V>;
}

export interface StepNode<V = unknown> {
  readonly kind: 'step';
  readonly toestand?: string;
  readonly targets: readonly string[];
  readonly run: (vars: V, context: Context) => Outcome<V>;
}

/** A place where a token waits: for events, the end of a term, a task, another chain, or its own branches. */
export interface WaitNode<V = unknown> {
  readonly kind: 'wait';
  readonly toestand?: string;
  readonly on: Readonly<Record<string, Handler<V>>>;
  readonly term?: TermClause<V>;
  /** What is asked when a token arrives, before its term starts. */
  readonly enter?: (vars: V, context: Context) => Entry<V>;
  /** Nodes that `enter` names as undo. */
  readonly undo?: readonly string[];
  /** The person whose answer is awaited, by role. */
  readonly task?: { readonly role: string };
  /** The chain whose end is awaited. */
  readonly subchain?: string;
  readonly forks?: readonly Fork<V>[];
  readonly join?: Join<V>;
  /** Where a failure in here leads, after what was done in here is undone. */
  readonly onFailure?: string;
}

/** What happens on arrival; the token stays. */
export type Entry<V> = Pick<Outcome<V>, 'set' | 'acts' | 'undo'>;

/** Branches that begin with the wait. `each`: one per element, as long as it is there: a new element begins one, a lost one ends it. */
export interface Fork<V = unknown> {
  readonly name: string;
  readonly to: string;
  readonly each?: (vars: V) => readonly string[];
}

/** What it takes to go on: `all` branches done, `any`, or so many; or none left that could still come. */
export interface Join<V = unknown> {
  readonly when: 'all' | 'any' | number;
  readonly targets: readonly string[];
  readonly run: (vars: V, context: Context) => Outcome<V>;
}

/** The end of the chain in a legal state. Open tasks are closed, timers and most keys go. */
export interface EndNode {
  readonly kind: 'end';
  readonly toestand: string;
  readonly reden?: string;
}

export type ChainNode<V = unknown> = StepNode<V> | WaitNode<V> | EndNode;

/** The legal clock of a wait: it starts when the token arrives and counts from the day of the fact. */
export interface TermClause<V = unknown> {
  /** The rule, or the rules of which `choose` takes one. */
  readonly rule: TermRuleId | readonly TermRuleId[];
  readonly choose: (vars: V) => TermRuleId;
  readonly version: (vars: V) => string | undefined;
  /** The day of the fact; a branch of many finds its own by the name of its token. */
  readonly anchor: (vars: V, token: string) => CivilDate;
  /** Units of the rule before the last day at which the term is signalled as near. */
  readonly remindBefore: readonly number[];
  readonly targets: readonly string[];
  /** What the lapse means. Never silent: the engine signals VERSTREKEN before it. */
  readonly onLapse: (vars: V, context: Context) => Outcome<V>;
}

/** One family of correlation keys. An instance answers to the keys that `of` reads from its variables, always. */
export interface KeyRule<V = unknown> {
  readonly name: string;
  readonly of: (vars: V, tokens: ChainState['tokens']) => readonly string[];
  readonly from: Readonly<Record<string, (payload: unknown) => readonly string[]>>;
  /**
   * What to do with an event whose key nobody answers to (yet). `park`: keep it until somebody does, and tell a person after
   * the policy age. `offer`: it has been handled elsewhere, but offer it to who comes within the window. `pass`: let it go.
   */
  readonly early: 'park' | 'offer' | 'pass';
  /** `keep`: an ended instance still answers, so that what comes late is stored with it. */
  readonly afterEnd: 'keep' | 'drop';
  /** `many`: several instances may answer to one value. Else, when several do, the event waits for a person. */
  readonly holders?: 'one' | 'many';
}

/** What starts an instance. Its id is uuid5 of the chain and the first key of the event in the family `key`. */
export interface StartRule<V = unknown> {
  readonly event: string;
  readonly key: string;
  readonly toestand: string;
  readonly targets: readonly string[];
  /** The law of the dossier: this version begins a case only when its anchor date lies in here, whenever it was deployed. */
  readonly valid?: {
    readonly on: (payload: unknown) => CivilDate;
    readonly from?: CivilDate;
    readonly until?: CivilDate;
  };
  readonly run: (
    payload: unknown,
    context: Context,
  ) => { readonly vars: V; readonly to: string; readonly acts?: readonly Act[] };
}

/** A chain as data and pure functions. Made by `chain(…)`; instances are pinned to its `hash`. */
export interface ChainDefinition<V = unknown> {
  readonly name: string;
  readonly version: number;
  readonly owner: string;
  /** SHA-256 of the outline (everything but the function bodies); see `outline`. */
  readonly hash: string;
  readonly events: Contracts;
  readonly dossierOf: (vars: V) => string;
  /** The municipality whose territory the instance is in: the `kpgemeentenis` of what it publishes. */
  readonly gemeenteOf: (vars: V) => string | undefined;
  readonly keys: readonly KeyRule<V>[];
  readonly start: StartRule<V>;
  /** Handled wherever the tokens stand; a `to` takes every token away and goes on from there alone. */
  readonly always: Readonly<Record<string, Handler<V>>>;
  readonly nodes: Readonly<Record<string, ChainNode<V>>>;
  /** Where a failure leads that no scope takes, after everything is undone. */
  readonly onFailure?: string;
  /** Earlier versions whose running instances go on under this one by themselves: it only adds. */
  readonly adopts?: readonly number[];
}

/** A definition that still knows its types: what migration plans are checked against. `Place`: the waits a token can stand at. */
export type Chain<V, Place extends string> = ChainDefinition & {
  readonly of?: { readonly vars: V; readonly place: Place };
};

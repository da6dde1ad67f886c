import type { CivilDate, Term } from '@kruispunt/term';

/**
 * What a handler wants done. Acts are values; the engine gives them their ids and turns them into effects. `gemeente` of a publication:
 * the municipality it is for when that is not the instance's own, or null when none may be told.
 */
export type Act =
  | {
      readonly act: 'publish';
      readonly event: string;
      readonly subject: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly gemeente?: string | null;
    }
  | {
      readonly act: 'open-task';
      readonly task: string;
      readonly role: string;
      readonly reden: string;
      readonly dueOn?: CivilDate;
    }
  /** Asks a person for an answer, as `task(…)` does: the token that asks waits for it. */
  | {
      readonly act: 'ask-task';
      readonly task: string;
      readonly role: string;
      readonly formulier?: string;
      readonly dueOn?: CivilDate;
    }
  /** Starts an instance of another chain, as `subchain(…)` does, by the event it starts on; `root` is its root key. */
  | {
      readonly act: 'start-chain';
      readonly chain: string;
      readonly root: string;
      readonly event: string;
      readonly subject: string;
      readonly data: Readonly<Record<string, unknown>>;
    }
  | { readonly act: 'close-task'; readonly task: string }
  /** Effects of `events` (ids published before) no longer hold. */
  | { readonly act: 'compensate'; readonly reden: string; readonly events: readonly string[] };

/** What a handler may know beside its variables and the payload: no clock, no chance, no I/O. */
export interface Context {
  /** Id of the instance. */
  readonly instance: string;
  /** The moment of processing, ms since the epoch, and the civil day it falls on in Brussels. */
  readonly now: number;
  readonly today: CivilDate;
  /** Ids of what this instance has published so far under the contract name `event`. */
  readonly published: (event: string) => readonly string[];
  /** The token that is asked: `main`, or the name of a branch. */
  readonly token: string;
  /** The term that runs for this token, when one does. */
  readonly term: Term | undefined;
  /** The tokens there are now. */
  readonly tokens: readonly string[];
  /** The element this branch was made for. */
  readonly element: string | undefined;
  /** At a fork: which branches are done, in the order they came; a branch of many is `name:element`. */
  readonly done: readonly string[];
  /** The task and the instance of another chain that this token waits for. */
  readonly task: string | undefined;
  readonly child: string | undefined;
  /** While a step is undone: which, and what it published. */
  readonly undoing: { readonly step: string; readonly events: readonly string[] } | undefined;
}

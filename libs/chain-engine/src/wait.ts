import type { KetenAfgeslotenV1, TaakAfgehandeldV1 } from '@kruispunt/contracts';
import type { CivilDate, TermRuleId } from '@kruispunt/term';
import type { Context } from './act.js';
import type { Contracts, Entry, Fork, Handler, Join, Outcome, PayloadOf, WaitNode } from './definition.js';

export type Name<E> = keyof E & string;
export type HandlerOf<V, P, To extends string> = (vars: V, payload: P, context: Context) => Outcome<V, To>;
type Parts<V> = Omit<WaitNode<V>, 'kind' | 'toestand'>;

/**
 * What a token waits for at one place. `K`: events with a key; `T`: nodes that something here leads to; `S`: what this wait also is:
 * a fork that has a join, a task that has an answer, a sub-chain that has an end.
 */
export class WaitBuilder<E extends Contracts, V, K extends string, T extends string, S extends string> {
  /** Only for the types: exactly what `S` says, or it does not compile. */
  declare readonly is?: { readonly put: (is: S) => void; readonly got: S };

  constructor(readonly parts: Parts<V>) {}

  /** An event that may move the token. */
  event<N extends K & Name<E>, const T2 extends readonly string[]>(
    name: N,
    rule: { readonly to: T2 },
    run: HandlerOf<V, PayloadOf<E, N>, T2[number]>,
  ): WaitBuilder<E, V, K, T | T2[number], S> {
    return this.on(name, rule, run);
  }

  /** The legal clock of this wait, and what its lapse means. Where the case decides which rule holds: all of them, and `choose`. */
  term<const R extends TermRuleId | readonly TermRuleId[], const T2 extends readonly string[]>(
    rule: R,
    clock: (R extends readonly (infer Each)[] ? { readonly choose: (vars: V) => Each } : unknown) & {
      readonly from: (vars: V, token: string) => CivilDate;
      readonly version?: (vars: V) => string | undefined;
      readonly remindBefore?: readonly number[];
      readonly to: T2;
    },
    onLapse: (vars: V, context: Context) => Outcome<V, T2[number]>,
  ): WaitBuilder<E, V, K, T | T2[number], S> {
    const { from, version = () => undefined, remindBefore = [], to } = clock;
    const choose = (clock as { choose?: (vars: V) => TermRuleId }).choose ?? (() => rule as TermRuleId);
    return this.with({ term: { rule, choose, anchor: from, version, remindBefore, targets: to, onLapse } });
  }

  /** What is asked when a token arrives, and by which of the nodes `undo` it is withdrawn. */
  asks<const U extends readonly string[] = readonly []>(
    rule: { readonly undo?: U },
    enter: (vars: V, context: Context) => Entry<V> & { readonly undo?: U[number] },
  ): WaitBuilder<E, V, K, T | U[number], S> {
    return this.with({ enter, ...(rule.undo && { undo: rule.undo }) });
  }

  /** A branch that begins with this wait. */
  branch<const N extends string, const T2 extends string>(name: N, to: T2): WaitBuilder<E, V, K, T | T2, S> {
    return this.fork({ name, to });
  }

  /** A branch per element, as long as the element is there: what is added begins one, what goes ends one. */
  forEach<const N extends string, const T2 extends string>(
    name: N,
    each: (vars: V) => readonly string[],
    to: T2,
  ): WaitBuilder<E, V, K, T | T2, S> {
    return this.fork({ name, to, each });
  }

  /** What it takes to go on: `all` branches done, `any` (a race: the others are let go), or so many; or none left that could come. */
  join<const T2 extends readonly string[]>(
    when: Join['when'],
    rule: { readonly to: T2 },
    run: (vars: V, context: Context) => Outcome<V, T2[number]>,
  ): WaitBuilder<E, V, K, T | T2[number], S | 'join'> {
    return this.with({ join: { when, targets: rule.to, run } });
  }

  /** Where a failure of a branch leads, after what was done in here is undone. */
  onFailure<const T2 extends string>(to: T2): WaitBuilder<E, V, K, T | T2, S> {
    return this.with({ onFailure: to });
  }

  /** The answer to this task, in the role that was asked. */
  answered<const T2 extends readonly string[]>(
    rule: { readonly to: T2 },
    run: HandlerOf<V, TaakAfgehandeldV1, T2[number]>,
  ): WaitBuilder<E, V, K, T | T2[number], S | 'answer'> {
    const { task } = this.parts;
    return this.on<TaakAfgehandeldV1, T2, 'answer'>('TaakAfgehandeldV1', rule, (v, e, c) => {
      if (e.taakId !== c.task) return { ignore: 'andere taak' };
      return e.taakrol === task?.role ? run(v, e, c) : { ignore: 'andere rol' };
    });
  }

  /** The end of this sub-chain, in the legal state it came to. */
  ended<const T2 extends readonly string[]>(
    rule: { readonly to: T2 },
    run: HandlerOf<V, KetenAfgeslotenV1, T2[number]>,
  ): WaitBuilder<E, V, K, T | T2[number], S | 'end'> {
    return this.on<KetenAfgeslotenV1, T2, 'end'>('KetenAfgeslotenV1', rule, (v, e, c) =>
      e.procesId === c.child ? run(v, e, c) : { ignore: 'andere deelketen' },
    );
  }

  private on<P, T2 extends readonly string[], S2 extends string = never>(
    name: string,
    rule: { readonly to: T2 },
    run: HandlerOf<V, P, T2[number]>,
  ): WaitBuilder<E, V, K, T | T2[number], S | S2> {
    const handler: Handler<V> = { targets: rule.to, run: run as Handler<V>['run'] };
    return this.with({ on: { ...this.parts.on, [name]: handler } });
  }

  private fork<T2 extends string>(fork: Fork<V>): WaitBuilder<E, V, K, T | T2, S> {
    if (this.parts.forks?.some((f) => f.name === fork.name)) throw new Error(`two branches ${fork.name}`);
    return this.with({ forks: [...(this.parts.forks ?? []), fork] });
  }

  private with<T2 extends string, S2 extends string>(more: Partial<Parts<V>>): WaitBuilder<E, V, K, T2, S2> {
    return new WaitBuilder({ ...this.parts, ...more });
  }
}

import type { KetenAfgeslotenV1, TaakAfgehandeldV1 } from '@kruispunt/contracts';
import type { CivilDate } from '@kruispunt/term';
import type { Act, Context } from './act.js';
import { canonical, sha256 } from './canonical.js';
import type {
  Chain,
  ChainDefinition,
  ChainNode,
  Contracts,
  Handler,
  KeyRule,
  Outcome,
  PayloadOf,
  StartRule,
} from './definition.js';
import { outline } from './outline.js';
import { WaitBuilder, type HandlerOf, type Name } from './wait.js';

type Mapping<E> = { readonly [M in Name<E>]?: (payload: PayloadOf<E, M>) => readonly string[] };
type StartAct = Extract<Act, { act: 'start-chain' }>;

/**
 * Begins the definition of a chain. The types hold its author to five things: an event without a key mapping cannot be waited
 * for, a payload is read as its schema says, a term must exist, a target that is no node keeps `build()` from compiling, and so does a
 * migration plan that forgets a place. `adopts`: earlier versions whose instances go on under this one, because it only adds.
 */
export const chain = <E extends Contracts>(
  name: string,
  about: { readonly version: number; readonly owner: string; readonly events: E; readonly adopts?: readonly number[] },
) => ({
  /** What an instance remembers, its case reference, and the municipality whose territory it is in. */
  state: <V>(of: { readonly dossier: (vars: V) => string; readonly gemeente: (vars: V) => string | undefined }) =>
    new ChainBuilder<E, V, never, never, never, never, never>({
      ...about,
      name,
      ...of,
      keys: [],
      always: {},
      nodes: {},
    }),
});

interface Parts<V> {
  readonly name: string;
  readonly version: number;
  readonly owner: string;
  readonly events: Contracts;
  readonly adopts?: readonly number[];
  readonly dossier: (vars: V) => string;
  readonly gemeente: (vars: V) => string | undefined;
  readonly keys: readonly KeyRule<V>[];
  readonly start?: StartRule<V>;
  readonly always: Readonly<Record<string, Handler<V>>>;
  readonly nodes: Readonly<Record<string, ChainNode<V>>>;
  readonly onFailure?: string;
}

/** `F`: key families; `K`: events with a key; `D`: declared nodes; `W`: nodes that something leads to; `P`: places to wait at. */
export class ChainBuilder<
  E extends Contracts,
  V,
  F extends string,
  K extends string,
  D extends string,
  W extends string,
  P extends string,
> {
  constructor(private readonly parts: Parts<V>) {}

  /** A family of correlation keys: how instances answer to it, and which events carry it. */
  key<const N extends string, M extends Mapping<E>>(
    name: N,
    rule: Pick<KeyRule<V>, 'early' | 'afterEnd' | 'holders'> & {
      readonly of: (vars: V) => readonly string[];
      readonly from: M & Record<Exclude<keyof M, Name<E>>, never>;
    },
  ): ChainBuilder<E, V, F | N, K | (keyof M & Name<E>), D, W, P> {
    return this.with({ keys: [...this.parts.keys, { ...rule, name }] });
  }

  /** The event that makes an instance; its id comes from the first key of the family `key`. `valid`: the dossiers this law is for. */
  start<N extends K & Name<E>, const T extends readonly string[]>(
    event: N,
    rule: {
      readonly key: F;
      readonly toestand: string;
      readonly to: T;
      readonly valid?: {
        readonly on: (payload: PayloadOf<E, N>) => CivilDate;
        readonly from?: CivilDate;
        readonly until?: CivilDate;
      };
    },
    run: (
      payload: PayloadOf<E, N>,
      context: Context,
    ) => { readonly vars: V; readonly to: T[number]; readonly acts?: readonly Act[] },
  ): ChainBuilder<E, V, F, K, D, W | T[number], P> {
    const { key, toestand, to, valid } = rule;
    const start = { event, key, toestand, targets: to, run: run as StartRule<V>['run'] };
    return this.with({ start: { ...start, ...(valid && { valid: valid as NonNullable<StartRule['valid']> }) } });
  }

  /** What an event does wherever the instance stands. */
  always<N extends K & Name<E>, const T extends readonly string[]>(
    event: N,
    rule: { readonly to: T },
    run: HandlerOf<V, PayloadOf<E, N>, T[number]>,
  ): ChainBuilder<E, V, F, K, D, W | T[number], P> {
    return this.with({
      always: { ...this.parts.always, [event]: { targets: rule.to, run: run as Handler<V>['run'] } },
    });
  }

  /** A step that is done at once: it acts, and goes on. */
  step<const N extends string, const T extends readonly string[]>(
    name: N,
    rule: { readonly to: T; readonly toestand?: string },
    run: (vars: V, context: Context) => Outcome<V, T[number]>,
  ): ChainBuilder<E, V, F, K, D | N, W | T[number], P> {
    const { to, ...rest } = rule;
    return this.node(name, { kind: 'step', ...rest, targets: to, run });
  }

  /** A wait for events, and for the end of a term where there is one. */
  wait<const N extends string, T extends string>(
    name: N,
    rule: { readonly toestand?: string },
    define: (wait: WaitBuilder<E, V, K, never, never>) => WaitBuilder<E, V, K, T, never>,
  ): ChainBuilder<E, V, F, K, D | N, W | T, P | N> {
    return this.node(name, { kind: 'wait', ...rule, ...define(new WaitBuilder({ on: {} })).parts });
  }

  /** Branches beside each other until their join; events and a term of the wait itself go on meanwhile, and leaving ends them all. */
  parallel<const N extends string, T extends string>(
    name: N,
    rule: { readonly toestand?: string },
    define: (wait: WaitBuilder<E, V, K, never, never>) => WaitBuilder<E, V, K, T, 'join'>,
  ): ChainBuilder<E, V, F, K, D | N, W | T, P | N> {
    return this.node(name, { kind: 'wait', ...rule, ...define(new WaitBuilder({ on: {} })).parts });
  }

  /** A person with a role is asked (`TaakGevraagd`) and answers (`TaakAfgehandeld`); the task ends when the token leaves. */
  task<const N extends string, T extends string>(
    name: N,
    rule: {
      readonly role: string;
      readonly toestand?: string;
      readonly formulier?: string;
      readonly dueOn?: (vars: V, context: Context) => CivilDate;
    },
    define: (wait: WaitBuilder<E, V, K, never, never>) => WaitBuilder<E, V, K, T, 'answer'>,
  ): ChainBuilder<E, V, F, K, D | N, W | T, P | N> {
    const { role, formulier, dueOn, ...rest } = rule;
    const enter = (vars: V, context: Context) => {
      const due = dueOn && { dueOn: dueOn(vars, context) };
      return { acts: [{ act: 'ask-task' as const, task: name, role, ...(formulier && { formulier }), ...due }] };
    };
    const asked = new WaitBuilder<E, V, K, never, never>({ on: {}, task: { role }, enter });
    const family = answerKey('taak', 'TaakAfgehandeldV1', (e: TaakAfgehandeldV1) => e.taakId, 'task');
    return this.answering(family).node(name, { kind: 'wait', ...rest, ...define(asked).parts });
  }

  /** A chain of its own carries this part, in another organisation perhaps; its end is the reply. `undo` withdraws it. */
  subchain<const N extends string, T extends string, const U extends string = never>(
    name: N,
    rule: { readonly chain: string; readonly toestand?: string; readonly undo?: U },
    begin: (vars: V, context: Context) => Omit<StartAct, 'act' | 'chain' | 'event'> & { readonly event: Name<E> },
    define: (wait: WaitBuilder<E, V, K, never, never>) => WaitBuilder<E, V, K, T, 'end'>,
  ): ChainBuilder<E, V, F, K, D | N, W | T | U, P | N> {
    const { chain: subchain, undo, ...rest } = rule;
    const enter = (vars: V, context: Context) => ({
      acts: [{ act: 'start-chain' as const, chain: subchain, ...begin(vars, context) }],
      ...(undo && { undo }),
    });
    const begun = new WaitBuilder<E, V, K, never, never>({ on: {}, subchain, enter, ...(undo && { undo: [undo] }) });
    const family = answerKey('deelketen', 'KetenAfgeslotenV1', (e: KetenAfgeslotenV1) => e.procesId, 'child');
    return this.answering(family).node(name, { kind: 'wait', ...rest, ...define(begun).parts });
  }

  /** An end in a legal state. */
  end<const N extends string>(
    name: N,
    rule: { readonly toestand: string; readonly reden?: string },
  ): ChainBuilder<E, V, F, K, D | N, W, P> {
    return this.node(name, { kind: 'end', ...rule });
  }

  /** Where a failure leads that no scope takes, after everything is undone. */
  onFailure<const T extends string>(to: T): ChainBuilder<E, V, F, K, D, W | T, P> {
    return this.with({ onFailure: to });
  }

  /** The definition. Does not compile while something leads to a node that is not there. */
  build(..._missing: [Exclude<W, D>] extends [never] ? [] : [missing: Exclude<W, D>]): Chain<V, P> {
    const { dossier, gemeente, start, ...parts } = this.parts;
    if (!start) throw new Error(`${parts.name} does not start`);
    for (const event of parts.keys.flatMap((k) => Object.keys(k.from)))
      if (!parts.events[event]) throw new Error(`${parts.name} answers to ${event}, which it does not name`);
    const bare = { ...parts, start, dossierOf: dossier, gemeenteOf: gemeente } as unknown as Omit<
      ChainDefinition,
      'hash'
    >;
    return { ...bare, hash: sha256(canonical(outline(bare))) };
  }

  private answering(family: KeyRule<V>): this {
    const known = this.parts.keys.some((k) => k.name === family.name);
    return known ? this : (this.with({ keys: [...this.parts.keys, family] }) as unknown as this);
  }

  private node<N extends string, W2 extends string, P2 extends string>(
    name: N,
    node: ChainNode<V>,
  ): ChainBuilder<E, V, F, K, D | N, W2, P2> {
    if (this.parts.nodes[name]) throw new Error(`${this.parts.name} has two nodes ${name}`);
    return this.with({ nodes: { ...this.parts.nodes, [name]: node } });
  }

  private with<F2 extends string, K2 extends string, D2 extends string, W2 extends string, P2 extends string>(
    more: Partial<Parts<V>>,
  ): ChainBuilder<E, V, F2, K2, D2, W2, P2> {
    return new ChainBuilder<E, V, F2, K2, D2, W2, P2>({ ...this.parts, ...more });
  }
}

/** The family that brings an answer to the token that asked: by an id that the engine made, so it can never be early. */
const answerKey = <V, A>(
  name: string,
  event: string,
  id: (answer: A) => string,
  kept: 'task' | 'child',
): KeyRule<V> => ({
  name,
  of: (_, tokens) => Object.values(tokens).flatMap((t) => t[kept] ?? []),
  from: { [event]: (payload) => [id(payload as A)] },
  early: 'pass',
  afterEnd: 'drop',
});

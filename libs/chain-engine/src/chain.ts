import { canonical, sha256 } from './canonical.js';
import type {
  ChainDefinition,
  ChainNode,
  Contracts,
  Handler,
  KeyRule,
  Outcome,
  PayloadOf,
  StartRule,
  TermClause,
} from './definition.js';
import { outline } from './outline.js';
import type { Act, Context } from './act.js';
import type { CivilDate, TermRuleId } from '@kruispunt/term';

type Name<E> = keyof E & string;
type Mapping<E> = { readonly [M in Name<E>]?: (payload: PayloadOf<E, M>) => readonly string[] };
type HandlerOf<E, V, N extends keyof E, To extends string> = (
  vars: V,
  payload: PayloadOf<E, N>,
  context: Context,
) => Outcome<V, To>;

/**
 * Begins the definition of a chain. The types hold its author to four things: an event without a key mapping cannot be waited
 * for, a payload is read as its schema says, a term must exist, and a target that is no node keeps `build()` from compiling.
 */
export const chain = <E extends Contracts>(
  name: string,
  about: { readonly version: number; readonly owner: string; readonly events: E },
) => ({
  /** What an instance remembers, its case reference, and the municipality whose territory it is in. */
  state: <V>(of: { readonly dossier: (vars: V) => string; readonly gemeente: (vars: V) => string | undefined }) =>
    new ChainBuilder<E, V, never, never, never, never>({ ...about, name, ...of, keys: [], always: {}, nodes: {} }),
});

interface Parts<V> {
  readonly name: string;
  readonly version: number;
  readonly owner: string;
  readonly events: Contracts;
  readonly dossier: (vars: V) => string;
  readonly gemeente: (vars: V) => string | undefined;
  readonly keys: readonly KeyRule<V>[];
  readonly start?: StartRule<V>;
  readonly always: Readonly<Record<string, Handler<V>>>;
  readonly nodes: Readonly<Record<string, ChainNode<V>>>;
}

/** `F`: key families; `K`: events with a key; `D`: declared nodes; `W`: nodes that something leads to. */
export class ChainBuilder<
  E extends Contracts,
  V,
  F extends string,
  K extends string,
  D extends string,
  W extends string,
> {
  constructor(private readonly parts: Parts<V>) {}

  /** A family of correlation keys: how instances answer to it, and which events carry it. */
  key<const N extends string, M extends Mapping<E>>(
    name: N,
    rule: Pick<KeyRule<V>, 'of' | 'early' | 'afterEnd'> & {
      readonly from: M & Record<Exclude<keyof M, Name<E>>, never>;
    },
  ): ChainBuilder<E, V, F | N, K | (keyof M & Name<E>), D, W> {
    return this.with({ keys: [...this.parts.keys, { ...rule, name }] });
  }

  /** The event that makes an instance; its id comes from the first key of the family `key`. */
  start<N extends K & Name<E>, const T extends readonly string[]>(
    event: N,
    rule: { readonly key: F; readonly toestand: string; readonly to: T },
    run: (
      payload: PayloadOf<E, N>,
      context: Context,
    ) => { readonly vars: V; readonly to: T[number]; readonly acts?: readonly Act[] },
  ): ChainBuilder<E, V, F, K, D, W | T[number]> {
    const { key, toestand, to } = rule;
    return this.with({ start: { event, key, toestand, targets: to, run: run as StartRule<V>['run'] } });
  }

  /** What an event does wherever the instance stands. */
  always<N extends K & Name<E>, const T extends readonly string[]>(
    event: N,
    rule: { readonly to: T },
    run: HandlerOf<E, V, N, T[number]>,
  ): ChainBuilder<E, V, F, K, D, W | T[number]> {
    return this.with({
      always: { ...this.parts.always, [event]: { targets: rule.to, run: run as Handler<V>['run'] } },
    });
  }

  /** A step that is done at once: it acts, and goes on. */
  step<const N extends string, const T extends readonly string[]>(
    name: N,
    rule: { readonly to: T; readonly toestand?: string },
    run: (vars: V, context: Context) => Outcome<V, T[number]>,
  ): ChainBuilder<E, V, F, K, D | N, W | T[number]> {
    const { to, ...rest } = rule;
    return this.node(name, { kind: 'step', ...rest, targets: to, run });
  }

  /** A wait for events, and for the end of a term where there is one. */
  wait<const N extends string, T extends string>(
    name: N,
    rule: { readonly toestand?: string },
    define: (wait: WaitBuilder<E, V, K, never>) => WaitBuilder<E, V, K, T>,
  ): ChainBuilder<E, V, F, K, D | N, W | T> {
    const { on, clause } = define(new WaitBuilder<E, V, K, never>({}));
    return this.node(name, { kind: 'wait', ...rule, on, ...(clause === undefined ? {} : { term: clause }) });
  }

  /** An end in a legal state. */
  end<const N extends string>(
    name: N,
    rule: { readonly toestand: string; readonly reden?: string },
  ): ChainBuilder<E, V, F, K, D | N, W> {
    return this.node(name, { kind: 'end', ...rule });
  }

  /** The definition. Does not compile while something leads to a node that is not there. */
  build(..._missing: [Exclude<W, D>] extends [never] ? [] : [missing: Exclude<W, D>]): ChainDefinition {
    const { dossier, gemeente, start, ...parts } = this.parts;
    if (!start) throw new Error(`${parts.name} does not start`);
    const bare = { ...parts, start, dossierOf: dossier, gemeenteOf: gemeente } as unknown as Omit<
      ChainDefinition,
      'hash'
    >;
    return { ...bare, hash: sha256(canonical(outline(bare))) };
  }

  private node<N extends string, W2 extends string>(name: N, node: ChainNode<V>): ChainBuilder<E, V, F, K, D | N, W2> {
    if (this.parts.nodes[name]) throw new Error(`${this.parts.name} has two nodes ${name}`);
    return this.with({ nodes: { ...this.parts.nodes, [name]: node } });
  }

  private with<F2 extends string, K2 extends string, D2 extends string, W2 extends string>(
    more: Partial<Parts<V>>,
  ): ChainBuilder<E, V, F2, K2, D2, W2> {
    return new ChainBuilder<E, V, F2, K2, D2, W2>({ ...this.parts, ...more });
  }
}

class WaitBuilder<E extends Contracts, V, K extends string, T extends string> {
  constructor(
    readonly on: Readonly<Record<string, Handler<V>>>,
    readonly clause?: TermClause<V>,
  ) {}

  event<N extends K & Name<E>, const T2 extends readonly string[]>(
    name: N,
    rule: { readonly to: T2 },
    run: HandlerOf<E, V, N, T2[number]>,
  ): WaitBuilder<E, V, K, T | T2[number]> {
    return new WaitBuilder({ ...this.on, [name]: { targets: rule.to, run: run as Handler<V>['run'] } }, this.clause);
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
  ): WaitBuilder<E, V, K, T | T2[number]> {
    const { from, version = () => undefined, remindBefore = [], to } = clock;
    const choose = (clock as { choose?: (vars: V) => TermRuleId }).choose ?? (() => rule as TermRuleId);
    return new WaitBuilder(this.on, { rule, choose, anchor: from, version, remindBefore, targets: to, onLapse });
  }
}

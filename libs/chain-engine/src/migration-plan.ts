import { canonical, sha256 } from './canonical.js';
import type { Chain, ChainDefinition, WaitNode } from './definition.js';

/** What becomes of a running term: it goes on, starts anew under the new clause, or ends. */
export type TermPolicy = 'keep' | 'restart' | 'drop';

/** How running instances of one version go on under another. Made by `migrationPlan(…)`. */
export interface MigrationPlan {
  readonly name: string;
  readonly from: ChainDefinition;
  readonly to: ChainDefinition;
  readonly places: Readonly<Record<string, string>>;
  readonly vars: (vars: unknown) => unknown;
  readonly terms: Readonly<Record<string, TermPolicy>>;
  readonly drops: Readonly<Record<string, readonly string[]>>;
  /** SHA-256 of all of this but the mapper. */
  readonly hash: string;
}

type Any = Chain<unknown, string>;
type PlaceOf<C extends Any> = NonNullable<C['of']>['place'];
type VarsOf<C extends Any> = NonNullable<C['of']>['vars'];
type Mapper<F extends Any, T extends Any> = { readonly vars: (vars: VarsOf<F>) => VarsOf<T> };

/**
 * A plan from one version to the next. `places` names for each place of the old version where its tokens stand in the new one: a place that
 * is forgotten, or that is not there, does not compile. `vars` may be left out only where the old variables fit the new type.
 */
export const migrationPlan = <const N extends string, F extends Any, T extends Any>(
  name: N,
  plan: {
    readonly from: F;
    readonly to: T;
    readonly places: { readonly [P in PlaceOf<F>]: PlaceOf<T> };
    /** Per old place; `keep` where nothing is said. */
    readonly terms?: { readonly [P in PlaceOf<F>]?: TermPolicy };
    /** Events that an old place waited for and the new one, on purpose, does not. */
    readonly drops?: { readonly [P in PlaceOf<F>]?: readonly string[] };
  } & (VarsOf<F> extends VarsOf<T> ? Partial<Mapper<F, T>> : Mapper<F, T>),
): MigrationPlan => {
  const { from, to, places, terms = {}, drops = {}, vars = (same: unknown) => same } = plan;
  const said = { name, from: from.hash, to: to.hash, places, terms, drops };
  return {
    ...{ name, from, to, vars, hash: sha256(canonical(said)) },
    ...{ places, terms },
    drops,
  };
};

/** The plan of a version that adopts another: every place stays what it was. */
export const adoption = (from: ChainDefinition, to: ChainDefinition): MigrationPlan => {
  const places = Object.fromEntries(placesOf(from).map(([place]) => [place, place]));
  const said = { name: `${to.name}-${to.version}-adopts-${from.version}`, from: from.hash, to: to.hash, places };
  return { ...said, from, to, terms: {}, drops: {}, vars: (same) => same, hash: sha256(canonical(said)) };
};

/** What of a plan does not hold, in words; empty when it may be tried on what runs. */
export function checkPlan({ from, to, places, terms, drops }: MigrationPlan): readonly string[] {
  const findings: string[] = [];
  if (from.name !== to.name) findings.push(`${from.name} is another chain than ${to.name}`);
  if (from.hash === to.hash) findings.push('both are the same version');
  for (const { name, from: events } of from.keys)
    for (const event of Object.keys(events))
      if (!to.keys.some((k) => k.name === name && k.from[event] !== undefined))
        findings.push(`key ${name}: ${event} no longer carries it`);
  for (const [place, old] of placesOf(from)) {
    const name = places[place] ?? '';
    const next = to.nodes[name];
    if (next?.kind !== 'wait') findings.push(`${place}: ${name || 'nowhere'} is no place of version ${to.version}`);
    else
      findings.push(
        ...differences({ place, old, next, to, policy: terms[place] ?? 'keep', dropped: drops[place] ?? [] }),
      );
  }
  return findings;
}

/** The waits of a definition: where tokens can stand between two inputs. */
export const placesOf = (definition: ChainDefinition): readonly (readonly [string, WaitNode])[] =>
  Object.entries(definition.nodes).flatMap(([name, node]) => (node.kind === 'wait' ? [[name, node] as const] : []));

function differences(at: {
  readonly place: string;
  readonly old: WaitNode;
  readonly next: WaitNode;
  readonly to: ChainDefinition;
  readonly policy: TermPolicy;
  readonly dropped: readonly string[];
}): readonly string[] {
  const { place, old, next, to, policy, dropped } = at;
  const lost = Object.keys(old.on).filter((e) => !next.on[e] && !to.always[e] && !dropped.includes(e));
  const findings = lost.map((event) => `${place}: no longer waits for ${event}; name it in drops or handle it`);
  for (const { name } of old.forks ?? [])
    if (!next.forks?.some((f) => f.name === name)) findings.push(`${place}: branches ${name} have no fork any more`);
  for (const undo of old.undo ?? []) if (!to.nodes[undo]) findings.push(`${place}: its undo ${undo} is gone`);
  if (old.task && !next.task) findings.push(`${place}: nobody takes the answer to its task`);
  if (old.subchain !== next.subchain) findings.push(`${place}: waits for another chain`);
  if (old.term && policy !== 'drop') {
    const rules = [old.term.rule].flat();
    const allowed = next.term ? [next.term.rule].flat() : [];
    if (allowed.length === 0) findings.push(`${place}: its term ends; say drop`);
    else if (policy === 'keep' && !rules.every((r) => allowed.includes(r)))
      findings.push(
        `${place}: a term of ${rules.join(' or ')} cannot go on under ${allowed.join(' or ')}; say restart`,
      );
  }
  return findings;
}

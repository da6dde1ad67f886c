import {
  applyBatch,
  definitionFor,
  firstBroken,
  routesOf,
  transition,
  type ChainDefinition,
  type ChainState,
  type HistoryRow,
  type Input,
  type Item,
} from '@kruispunt/chain-engine';
import { civilDateAt, dueDate } from '@kruispunt/term';
import type { Dice } from '../dice.js';
import type { Integrator } from './integrator.js';
import type { Play } from './play.js';

const idOf = (input: Input): string | undefined => (input.kind === 'timer' ? undefined : input.id);
const text = (value: unknown): string => JSON.stringify(value);

/** A row of a history with the state it was taken in. */
interface Taken {
  readonly row: HistoryRow;
  readonly before: ChainState | undefined;
}

/** The naive interpreter: one input after the other, from nothing. Answers how each row was taken and where it leads. */
function interpret(play: Play, chain: string, rows: readonly HistoryRow[]) {
  const taken: Taken[] = [];
  let state: ChainState | undefined;
  let fault: string | undefined;
  for (const row of rows) {
    taken.push({ row, before: state });
    const definition = definitionFor(play.definitions, state, { chain, input: row.input });
    state = transition(definition, state, row.input, row.at)?.state;
    fault ??= state && standing(definition, state);
  }
  return { taken, state, fault };
}

/** What must hold of an instance after each input. */
function standing({ nodes }: ChainDefinition, { tokens, timers, terms }: ChainState): string | undefined {
  for (const { node, parent, fork, done = [], joined } of Object.values(tokens)) {
    const at = nodes[node];
    const join = at?.kind === 'wait' ? at.join : undefined;
    const enough = join?.when === 'any' ? 1 : join?.when === 'all' ? Infinity : join?.when;
    if (enough !== undefined && done.length >= enough && !joined) return 'a join that was not taken';
    const scope = parent === undefined ? undefined : nodes[tokens[parent]?.node ?? ''];
    const begun = scope?.kind === 'wait' && scope.forks?.some(({ name }) => name === fork);
    if (fork !== undefined && !begun) return 'a branch that outlives its scope';
  }
  for (const { signal, token, dueAt } of Object.values(timers)) {
    const due = terms[token] && dueDate(terms[token]);
    const midnight = civilDateAt(dueAt - 1) === due && civilDateAt(dueAt) !== due;
    if (signal === 'VERSTREKEN' && !midnight) return 'a term that does not end with its last day in Brussels';
  }
  return undefined;
}

/** What must hold at rest (chain-engine.md §2.2); the first promise that does not, in words. */
export function broken(play: Play, world: Integrator, dice: Dice): string | undefined {
  const { database } = world;
  const incident = database.incidents.find(({ error }) => !play.bugs || !/a bug in|behind an open/.test(error));
  if (incident) return `incident: ${incident.error}`;
  return (
    publications(world) ??
    tables(world) ??
    histories(play, world) ??
    received(play, world) ??
    // What one after the other gives was compared above; other cuts are tried where handlers have bugs, and in one other life of three.
    (play.bugs || dice.oneIn(3) ? batches(play, world, dice) : undefined)
  );
}

/** No publication is lost, made up, told with two contents, or told before one that came before it. */
function publications({ told, database }: Integrator): string | undefined {
  const rows = [...database.histories.values()].map((all) => all.flatMap((r) => r.published.map(({ id }) => id)));
  const inHistories = new Set(rows.flat());
  const contents = new Map<string, string>();
  for (const publication of told) {
    const { id } = publication;
    if (!inHistories.has(id)) return 'a publication of nothing that happened';
    const known = contents.get(id);
    if (known !== undefined && known !== text(publication)) return 'one id with two contents';
    contents.set(id, text(publication));
  }
  const order = [...contents.keys()];
  for (const ids of rows) {
    if (ids.some((id) => !contents.has(id))) return 'a publication was lost';
    const own = new Set(ids);
    if (text(order.filter((id) => own.has(id))) !== text(ids)) return 'publications of one instance out of order';
  }
  return undefined;
}

/** The tables say what the states say: no timer, key or task of nobody, and none missing. */
function tables({ database, clock }: Integrator): string | undefined {
  const states = [...database.states.values()];
  const timers = states.flatMap((s) =>
    Object.entries(s.timers).map(([name, t]) => `${s.id}/${name} ${t.gen} ${t.dueAt}`),
  );
  const stored = [...database.timers].map(([name, t]) => `${name} ${t.gen} ${t.dueAt}`);
  if (text(timers.sort()) !== text(stored.sort())) return 'timers that are not those of the instances';
  const keys = states.flatMap((s) => s.keys.map((key) => `${key} ${s.id}`));
  const held = [...database.holders].flatMap(([key, ids]) => [...ids].map((id) => `${key} ${id}`));
  if (text(keys.sort()) !== text(held.sort())) return 'keys that are not those of the instances';
  const tasks = states.flatMap((s) => Object.values(s.tasks).map((t) => t.id));
  if (text(tasks.sort()) !== text([...database.tasks.keys()].sort()))
    return 'tasks that are not those of the instances';
  for (const state of states) {
    const lone = Object.values(state.timers).some((t) => state.tokens[t.token]?.gen !== t.gen);
    if (lone) return 'a timer for a token that has gone on';
    if (state.status === 'ENDED' && Object.keys(state.tokens).length > 0) return 'a token in an ended instance';
    const late = Object.values(state.timers).some((t) => t.dueAt < clock.now - 5 * 86_400_000);
    if (late && !database.blocked.has(state.id)) return 'a timer that never fired';
  }
  return undefined;
}

/** Each history is whole, tells each input once, gives the state when it is interpreted naively, and no term of it lapsed too soon. */
function histories(play: Play, { database, intake }: Integrator): string | undefined {
  const loggedAt = new Map<string, number>();
  for (const event of intake.flat()) if (!loggedAt.has(event.id)) loggedAt.set(event.id, event.at);
  for (const [id, state] of database.states) {
    const rows = database.histories.get(id) ?? [];
    if (firstBroken(rows) !== undefined) return 'a history with a gap';
    const ids = rows.flatMap((r) => idOf(r.input) ?? []);
    if (new Set(ids).size !== ids.length) return 'an input was applied twice';
    const { taken, state: naive, fault } = interpret(play, state.chain, rows);
    if (fault !== undefined) return fault;
    if (text(naive) !== text(state)) return 'a state that is not what one input after the other gives';
    const ends = rows.flatMap((r) => r.published).filter((p) => p.type === 'be.vlaanderen.keten.afgesloten.v1').length;
    if (ends !== (state.status === 'ENDED' ? 1 : 0)) return `${ends} ends`;
    const wrong = lapsedTooSoon(play, taken, loggedAt);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** I6: a timer fires for the visit it was set for, not before its moment, and not over input that was logged before it. */
function lapsedTooSoon(play: Play, taken: readonly Taken[], loggedAt: ReadonlyMap<string, number>): string | undefined {
  for (const [n, { row, before }] of taken.entries()) {
    if (row.input.kind !== 'timer') continue;
    const timer = before?.timers[row.input.timer];
    if (!before || timer?.gen !== row.input.gen) return 'a stale timer fired';
    if (row.at < timer.dueAt) return 'a term lapsed early';
    for (const { row: later } of taken.slice(n + 1)) {
      const { input } = later;
      if (input.kind !== 'event' || (loggedAt.get(input.id) ?? Infinity) >= timer.dueAt) continue;
      const asked = routesOf(play.definitions, input.name, input.payload).flatMap((r) => r.keys.map((k) => k.key));
      if (asked.some((key) => before.keys.includes(key))) return 'a term lapsed while the answer was in the log';
    }
  }
  return undefined;
}

/** Whatever was published is with the instances it concerns, in an incident of theirs, or kept for who has yet to come. */
function received(play: Play, { database, intake }: Integrator): string | undefined {
  const has = new Map<string, Set<string>>();
  const note = (instance: string, id: string | undefined) => {
    if (id !== undefined) has.set(instance, (has.get(instance) ?? new Set()).add(id));
  };
  for (const [id, rows] of database.histories) for (const { input } of rows) note(id, idOf(input));
  for (const { item } of database.incidents) note(item.instance, idOf(item.input));
  for (const event of intake.flat()) {
    for (const { starts, keys } of routesOf(play.definitions, event.name, event.payload)) {
      if (starts.some((id) => !has.get(id)?.has(event.id))) return `${event.name} did not start its instance`;
      for (const { key, early } of keys) {
        const now = [...(database.holders.get(key) ?? [])];
        const kept = database.early.some((e) => e.key === key && e.event.id === event.id);
        const someone = [...has.values()].some((ids) => ids.has(event.id));
        if (early === 'park' && !kept && !someone) return `${event.name} was lost`;
        if (early === 'park' && kept && now.length > 0) return `${event.name} waits although somebody answers`;
      }
    }
  }
  return undefined;
}

/** Metamorphic: the same inputs at the same moments, cut into batches in another way, give the same. */
function batches(play: Play, { database }: Integrator, dice: Dice): string | undefined {
  const states = new Map<string, ChainState>();
  const blocked = new Set<string>();
  const [timers, told] = [new Map<string, string>(), [] as string[]];
  const run = (items: readonly Item[], now: number) => {
    const result = applyBatch(play.definitions, { states, blocked }, items, now);
    for (const [id, { state }] of result.states) states.set(id, state);
    for (const { item } of result.incidents) if (item.input.kind !== 'op') blocked.add(item.instance);
    for (const { instance, name, timer } of result.timers) {
      if (timer) timers.set(`${instance}/${name}`, `${timer.gen}`);
      else timers.delete(`${instance}/${name}`);
    }
    told.push(...result.publications.map(({ publication }) => text(publication)));
  };
  for (let at = 0; at < database.committed.length;) {
    const { now } = database.committed[at]!;
    const items: Item[] = [];
    for (; database.committed[at]?.now === now; at++) items.push(...database.committed[at]!.items);
    for (let from = 0, size = 0; from < items.length; from += size) {
      size = 1 + dice.below(4) * dice.below(8);
      run(items.slice(from, from + size), now);
    }
  }
  for (const [id, state] of database.states)
    if (text(states.get(id)) !== text(state)) return 'another state in other batches';
  const stored = [...database.timers].map(([name, t]) => `${name} ${t.gen}`).sort();
  if (text([...timers].map(([name, gen]) => `${name} ${gen}`).sort()) !== text(stored))
    return 'other timers in other batches';
  return undefined;
}

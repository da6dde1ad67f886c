import type { ChainState, Task, Timer } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import { definitionFor } from './definition-for.js';
import type { Effect, Publication } from './effect.js';
import type { Input } from './input.js';
import type { HistoryRow } from './history.js';
import { transition } from './transition.js';

/** One input for one instance. `chain` says which chain begins when the instance does not exist yet. */
export interface Item {
  readonly instance: string;
  readonly chain: string;
  readonly input: Input;
  /** The number of the incident it waited in, when it is tried again. */
  readonly incident?: number;
}

/**
 * An input that could not be applied: a bug in a definition, or what stands behind one or behind a pause. It waits for a person; the
 * rest goes on. An operator's act that fails is in here too, and blocks nothing.
 */
export interface Incident {
  readonly item: Item;
  /** Error class and message without variable parts: what belongs together has one fingerprint. */
  readonly error: string;
  readonly behind: boolean;
}

/** All that a batch changes, one row per thing: what is armed and cleared inside one batch is not in it at all. */
export interface BatchResult {
  /** Changed instances, with the revision they were read at (0: did not exist). */
  readonly states: ReadonlyMap<string, { readonly state: ChainState; readonly revBefore: number }>;
  readonly publications: readonly { readonly instance: string; readonly publication: Publication }[];
  readonly timers: readonly { readonly instance: string; readonly name: string; readonly timer: Timer | undefined }[];
  readonly keys: readonly { readonly instance: string; readonly key: string; readonly added: boolean }[];
  readonly terms: readonly (Extract<Effect, { kind: 'term' }> & { readonly instance: string })[];
  readonly tasks: readonly {
    readonly instance: string;
    readonly name: string;
    readonly task: Task;
    readonly open: boolean;
  }[];
  readonly history: readonly { readonly instance: string; readonly row: HistoryRow }[];
  readonly incidents: readonly Incident[];
}

/** What is known before the batch: the instances that exist, and those that stand behind an open incident. */
export interface Known {
  readonly states: ReadonlyMap<string, ChainState>;
  readonly blocked: ReadonlySet<string>;
  /** Why an input must wait though nothing failed: its instance, chain, place, participant or partition is paused. */
  readonly holds?: (item: Item, state: ChainState | undefined) => string | undefined;
}

/** What an input waits for that came after one that failed. */
export const behindIncident = 'behind an open incident';

/**
 * Applies a batch of inputs in order. Its outcome is the same as applying them one by one: batch size is a matter of speed and
 * never of law. A failing input becomes an incident and blocks its own instance only.
 */
export function applyBatch(
  definitions: readonly ChainDefinition[],
  known: Known,
  items: readonly Item[],
  now: number,
): BatchResult {
  const states = new Map<string, { state: ChainState; revBefore: number }>();
  const gathered = new Gathered(known.states);
  const blocked = new Set(known.blocked);
  const incidents: Incident[] = [];
  for (const item of items) {
    const { instance } = item;
    const before = states.get(instance)?.state ?? known.states.get(instance);
    const held =
      item.input.kind === 'op' ? undefined : blocked.has(instance) ? behindIncident : known.holds?.(item, before);
    if (held !== undefined) {
      blocked.add(instance);
      incidents.push({ item, error: held, behind: true });
      continue;
    }
    try {
      const step = transition(definitionFor(definitions, before, item), before, item.input, now);
      if (!step) continue;
      states.set(instance, { state: step.state, revBefore: known.states.get(instance)?.rev ?? 0 });
      for (const effect of step.effects) gathered.add(instance, effect);
    } catch (thrown) {
      if (item.input.kind !== 'op') blocked.add(instance);
      incidents.push({ item, error: describe(thrown), behind: false });
    }
  }
  return { states, incidents, ...gathered.rows() };
}

const describe = (thrown: unknown): string =>
  thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'unknown error';

/** Effects of a batch, the last word per thing. */
class Gathered {
  private readonly publications: { instance: string; publication: Publication }[] = [];
  private readonly history: { instance: string; row: HistoryRow }[] = [];
  private readonly timers = new Map<string, BatchResult['timers'][number]>();
  private readonly keys = new Map<string, BatchResult['keys'][number]>();
  private readonly terms = new Map<string, BatchResult['terms'][number]>();
  private readonly tasks = new Map<string, BatchResult['tasks'][number]>();

  constructor(private readonly before: ReadonlyMap<string, ChainState>) {}

  add(instance: string, effect: Effect): void {
    switch (effect.kind) {
      case 'publish':
        this.publications.push({ instance, publication: effect.publication });
        break;
      case 'history':
        this.history.push({ instance, row: effect.row });
        break;
      case 'timer-set':
        this.timers.set(`${instance}/${effect.name}`, { instance, name: effect.name, timer: effect.timer });
        break;
      case 'timer-cleared':
        this.timers.set(`${instance}/${effect.name}`, { instance, name: effect.name, timer: undefined });
        break;
      case 'key-added':
      case 'key-removed':
        this.keys.set(`${instance}/${effect.key}`, { instance, key: effect.key, added: effect.kind === 'key-added' });
        break;
      case 'term':
        this.terms.set(`${instance}/${effect.token}/${effect.term.rule}/${effect.term.anchor}`, {
          ...effect,
          instance,
        });
        break;
      case 'task-opened':
      case 'task-closed':
        this.tasks.set(effect.task.id, {
          instance,
          name: effect.name,
          task: effect.task,
          open: effect.kind === 'task-opened',
        });
        break;
      default:
        effect satisfies never;
    }
  }

  rows(): Omit<BatchResult, 'states' | 'incidents'> {
    const had = (instance: string) => this.before.get(instance);
    return {
      publications: this.publications,
      history: this.history,
      timers: [...this.timers.values()].filter(
        (t) => t.timer !== undefined || had(t.instance)?.timers[t.name] !== undefined,
      ),
      keys: [...this.keys.values()].filter((k) => k.added !== (had(k.instance)?.keys.includes(k.key) ?? false)),
      terms: [...this.terms.values()],
      tasks: [...this.tasks.values()],
    };
  }
}

import {
  explainWait,
  shadow,
  whatIf,
  type ChainDefinition,
  type ChainState,
  type Difference,
  type Glance,
} from '@kruispunt/chain-engine';
import type { Clock } from '@kruispunt/clock';
import type { Database, IncidentGroup, Pause, PostgresChainIncidents, PostgresChainView } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { addDays, civilDateAt, dueAt, startOfDay, toIcs } from '@kruispunt/term';

export interface LookParts {
  readonly database: Database;
  readonly view: PostgresChainView;
  readonly incidents: PostgresChainIncidents;
  readonly definitions: readonly ChainDefinition[];
  readonly clock: Clock;
}

export interface Explained {
  readonly kind: 'ChainExplanation';
  readonly id: string;
  readonly state: string;
  readonly status: string;
  /** Why nothing moves at all: an incident, or a pause. */
  readonly stoppedBy: readonly string[];
  readonly waits: readonly {
    readonly token: string;
    readonly node: string;
    readonly events: readonly {
      readonly type: string;
      readonly keys: readonly string[];
      readonly lastSeenAt: string | null;
    }[];
    readonly term: {
      readonly rule: string;
      readonly state: string;
      readonly due: string | null;
      readonly lines: readonly string[];
    } | null;
    readonly wakesAt: string | null;
  }[];
}

const groupsMax = 200;
const daysMax = 3_660;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const instant = (at: number): string => new Date(at).toISOString();

/** Questions about one instance that change nothing: why does it stand here, what will come, what would another version have done. */
export class LookDesk {
  constructor(private readonly parts: LookParts) {}

  async explain(id: string): Promise<Explained> {
    const { view, incidents, database } = this.parts;
    const state = await this.find(id);
    const open = (await view.openIncidents(groupsMax, id)).filter((i) => !i.behind).map((i) => `incident: ${i.error}`);
    const paused = (await incidents.pauses(database))
      .filter((p) => isOn(p, state))
      .map(({ kind, key }) => `paused: ${kind} ${key}`);
    return {
      kind: 'ChainExplanation',
      id,
      state: state.toestand,
      status: state.status,
      stoppedBy: [...open, ...new Set(paused)],
      waits: explainWait(this.pinned(state), state, await view.history(id)).map((wait) => ({
        ...wait,
        events: wait.events.map((e) => ({
          ...e,
          lastSeenAt: e.lastSeenAt === undefined ? null : instant(e.lastSeenAt),
        })),
        term: wait.term ? { ...wait.term, due: wait.term.due ?? null } : null,
        wakesAt: wait.wakesAt === undefined ? null : instant(wait.wakesAt),
      })),
    };
  }

  /** The virtual clock forward on a copy: what time alone would bring within `days`. */
  async whatIf(id: string, days: string | undefined): Promise<unknown> {
    const count = Number(days ?? '30');
    if (!Number.isInteger(count) || count < 1 || count > daysMax)
      throw problem('invalid-request', { at: 'days', reason: `expected 1 to ${daysMax}` });
    const state = await this.find(id);
    const until = dueAt(addDays(civilDateAt(this.parts.clock.now()), count));
    const { foreseen, state: end } = whatIf(this.pinned(state), state, until);
    return {
      kind: 'ChainForecast',
      id,
      until: instant(until),
      foreseen: foreseen.map((f) => ({ ...f, at: instant(f.at) })),
      end: { state: end.toestand, status: end.status },
    };
  }

  /** The history taken through another version of its chain, or through its own; differences, and no effects. */
  async shadow(
    id: string,
    version: string | undefined,
  ): Promise<{
    readonly kind: 'ChainShadow';
    readonly id: string;
    readonly version: number;
    readonly differences: readonly Difference[];
    readonly end: Glance | null;
  }> {
    const state = await this.find(id);
    const { definitions, view } = this.parts;
    const definition =
      version === undefined
        ? this.pinned(state)
        : definitions.find((d) => d.name === state.chain && String(d.version) === version);
    if (!definition) throw problem('not-found', { reason: `${state.chain} has no version ${version}` });
    const { differences, end } = shadow(definition, await view.history(id));
    return { kind: 'ChainShadow', id, version: definition.version, differences, end: end ?? null };
  }

  /** The running terms of an instance, for somebody's calendar. */
  async ics(id: string): Promise<string> {
    const state = await this.find(id);
    const entries = Object.entries(state.terms).map(([token, term]) => ({
      uid: `${id}/${token}@kruispunt`,
      title: `${term.rule} ${state.dossier}`,
      term,
    }));
    return toIcs(entries, startOfDay(civilDateAt(this.parts.clock.now())));
  }

  groups(): Promise<readonly IncidentGroup[]> {
    return this.parts.incidents.groups(this.parts.database, groupsMax);
  }

  pauses(): Promise<readonly Pause[]> {
    return this.parts.incidents.pauses(this.parts.database);
  }

  private async find(id: string): Promise<ChainState> {
    const state = uuid.test(id) ? await this.parts.view.find(id) : undefined;
    if (!state) throw problem('not-found');
    return state;
  }

  private pinned(state: ChainState): ChainDefinition {
    const found = this.parts.definitions.find((d) => d.hash === state.definition);
    if (!found) throw problem('conflict', { reason: 'this build lacks the definition it is pinned to' });
    return found;
  }
}

const isOn = ({ kind, key }: Pause, state: ChainState): boolean =>
  (kind === 'instance' && key === state.id) ||
  (kind === 'chain' && key === state.chain) ||
  (kind === 'node' && Object.values(state.tokens).some(({ node }) => `${state.chain}/${node}` === key));

import { outline, type ChainDefinition } from '@kruispunt/chain-engine';
import type { OpenIncident, OpenTask, PostgresChainView } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { showInstance, summaryOf, type InstanceSummary, type InstanceView } from './show-instance.js';

const pageDefault = 100;
const pageMax = 500;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const filters = ['chain', 'state', 'dossier', 'limit'] as const;

export interface ChainSummary {
  readonly chain: string;
  readonly version: number;
  readonly owner: string;
  readonly definition: string;
  readonly outline: unknown;
  readonly instances: readonly { readonly status: string; readonly state: string; readonly count: number }[];
}

/** What operators look at. Reads only. */
export class ChainDesk {
  constructor(
    private readonly view: PostgresChainView,
    private readonly definitions: readonly ChainDefinition[],
  ) {}

  async chains(): Promise<readonly ChainSummary[]> {
    const counts = await this.view.counts();
    return this.definitions.map((d) => ({
      chain: d.name,
      version: d.version,
      owner: d.owner,
      definition: d.hash,
      outline: outline(d),
      instances: counts
        .filter((c) => c.chain === d.name)
        .map(({ status, toestand, count }) => ({ status, state: toestand, count })),
    }));
  }

  /** The most recently changed first. Throws `invalid-request` on an unknown filter: an ignored one would show more than was asked for. */
  async instances(wish: Readonly<Record<string, unknown>>): Promise<readonly InstanceSummary[]> {
    const unknown = Object.keys(wish).find(
      (name) => !filters.some((f) => f === name) || typeof wish[name] !== 'string',
    );
    if (unknown !== undefined)
      throw problem('invalid-request', {
        at: unknown.slice(0, 64),
        reason: `known are ${filters.join(', ')}, each once`,
      });
    const { limit, ...query } = wish as Partial<Record<(typeof filters)[number], string>>;
    return (await this.view.list({ ...query, limit: limitOf(limit) })).map(summaryOf);
  }

  /** Throws `not-found`. */
  async instance(id: string): Promise<InstanceView> {
    const state = uuid.test(id) ? await this.view.find(id) : undefined;
    if (!state) throw problem('not-found');
    return showInstance(
      state,
      await this.view.history(id),
      this.definitions.find((d) => d.hash === state.definition),
    );
  }

  tasks(): Promise<readonly OpenTask[]> {
    return this.view.openTasks(pageMax);
  }

  incidents(): Promise<readonly OpenIncident[]> {
    return this.view.openIncidents(pageMax);
  }
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? pageDefault : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > pageMax)
    throw problem('invalid-request', { at: 'limit', reason: `expected 1 to ${pageMax}` });
  return limit;
}

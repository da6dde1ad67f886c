import { checkPlan, planned, type ChainDefinition, type ChainState, type MigrationPlan } from '@kruispunt/chain-engine';
import type { Clock } from '@kruispunt/clock';
import type { Caller } from '@kruispunt/policy';
import type { PostgresChainView } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { OrderDesk } from '../operate/order-desk.js';
import type { OrderView } from '../operate/order-view.js';

/** Instances in one read of a dry run, and failures that are shown by name. */
const pageMax = 500;
const failuresMax = 100;
const nil = '00000000-0000-0000-0000-000000000000';

export interface VersionView {
  readonly chain: string;
  readonly version: number | null;
  readonly definition: string;
  /** Does a new dossier begin under it, subject to the law of its date? */
  readonly newest: boolean;
  readonly valid: { readonly from: string | null; readonly until: string | null };
  readonly adopts: readonly number[];
  readonly open: number;
  readonly ended: number;
}

export interface PlanView {
  readonly plan: string;
  readonly chain: string;
  readonly from: number;
  readonly to: number;
  readonly hash: string;
  readonly places: Readonly<Record<string, string>>;
  readonly terms: Readonly<Record<string, string>>;
  readonly drops: Readonly<Record<string, readonly string[]>>;
  /** What does not hold without looking at anything that runs. */
  readonly findings: readonly string[];
  readonly waiting: number;
}

export interface DryRun {
  readonly plan: string;
  readonly instances: number;
  readonly fit: number;
  readonly places: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly failed: number;
  readonly failures: readonly { readonly instance: string; readonly dossier: string; readonly because: string }[];
  readonly findings: readonly string[];
}

/** Versions of chains and the plans between them: looked at, tried on what runs, started as an order, and undone as one. */
export class MigrationDesk {
  constructor(
    private readonly parts: {
      readonly definitions: readonly ChainDefinition[];
      readonly plans: readonly MigrationPlan[];
      readonly view: PostgresChainView;
      readonly orders: OrderDesk;
      readonly clock: Clock;
    },
  ) {}

  /** Every version this build has, and every one that instances are pinned to. */
  async versions(): Promise<readonly VersionView[]> {
    const counts = await this.parts.view.pinned();
    const count = (definition: string, status: string) =>
      counts.find((c) => c.definition === definition && c.status === status)?.count ?? 0;
    const known = this.parts.definitions.map((d, at, all) => ({
      ...{ chain: d.name, version: d.version, definition: d.hash, adopts: d.adopts ?? [] },
      newest: all.findIndex((other) => other.name === d.name) === at,
      valid: { from: d.start.valid?.from ?? null, until: d.start.valid?.until ?? null },
    }));
    const gone = counts
      .filter((c, at) => counts.findIndex((o) => o.definition === c.definition) === at)
      .filter((c) => !known.some((k) => k.definition === c.definition))
      .map(({ chain, definition }) => ({ chain, version: null, definition, newest: false, adopts: [], valid: never }));
    return [...known, ...gone].map((v) => ({
      ...v,
      open: count(v.definition, 'OPEN'),
      ended: count(v.definition, 'ENDED'),
    }));
  }

  async plans(): Promise<readonly PlanView[]> {
    const counts = await this.parts.view.pinned();
    return this.parts.plans.map((plan) => ({
      ...{ plan: plan.name, chain: plan.from.name, from: plan.from.version, to: plan.to.version, hash: plan.hash },
      ...{ places: plan.places, terms: plan.terms, drops: plan.drops, findings: checkPlan(plan) },
      waiting: counts.find((c) => c.definition === plan.from.hash && c.status === 'OPEN')?.count ?? 0,
    }));
  }

  /** Throws `not-found`. */
  async plan(name: string): Promise<PlanView> {
    const found = (await this.plans()).find((p) => p.plan === name);
    if (!found) throw problem('not-found');
    return found;
  }

  /** What the plan would do to everything it concerns: counted per place, failures by name. Reads only. Throws `not-found`. */
  async dryRun(name: string): Promise<DryRun> {
    const plan = this.find(name);
    const moves = new Map<string, { from: string; to: string; count: number }>();
    const failures: DryRun['failures'][number][] = [];
    let [instances, failed, after] = [0, 0, nil];
    for (let page: readonly ChainState[] = []; instances === 0 || page.length === pageMax;) {
      page = await this.parts.view.pinnedTo({ definition: plan.from.hash, after, limit: pageMax });
      if (page.length === 0) break;
      after = page.at(-1)?.id ?? after;
      for (const state of page) {
        instances += 1;
        const because = this.refusal(plan, state);
        if (because === undefined) count(moves, plan, state);
        else {
          failed += 1;
          if (failures.length < failuresMax) failures.push({ instance: state.id, dossier: state.dossier, because });
        }
      }
    }
    const places = [...moves.values()].sort((a, b) => b.count - a.count || (a.from < b.from ? -1 : 1));
    return { plan: name, instances, fit: instances - failed, places, failed, failures, findings: checkPlan(plan) };
  }

  /** Begins with at most `canary` instances, or with all. Throws `not-found`, `conflict` when the plan does not hold, and what an order throws. */
  start(
    caller: Caller,
    name: string,
    wish: { readonly reason: string; readonly canary: number | undefined; readonly id: string | undefined },
  ): Promise<OrderView> {
    const plan = this.find(name);
    const [finding, ...more] = checkPlan(plan);
    if (finding !== undefined)
      throw problem('conflict', { reason: `the plan does not hold: ${[finding, ...more].join('; ')}` });
    const { reason, canary, id } = wish;
    const scope = {
      kind: 'pinned',
      definition: plan.from.hash,
      ...(canary !== undefined && { limit: canary }),
    } as const;
    return this.parts.orders.ask(caller, {
      ...{ id, verb: 'migrate', scope, args: { plan: name, hash: plan.hash }, reason, basis: undefined, dryRun: false },
    });
  }

  /** Takes back what an order migrated, exactly, where nothing has happened since. Throws `not-found` and what an order throws. */
  async undo(
    caller: Caller,
    order: string,
    wish: { readonly reason: string; readonly id: string | undefined; readonly dryRun: boolean },
  ): Promise<OrderView> {
    const done = await this.parts.orders.show(order);
    if (done.verb !== 'migrate') throw problem('conflict', { reason: 'this order migrated nothing' });
    const { plan } = done.args as { readonly plan: string };
    return this.parts.orders.ask(caller, {
      ...{ verb: 'unmigrate', scope: { kind: 'order', op: order }, args: { plan }, basis: undefined, ...wish },
    });
  }

  private find(name: string): MigrationPlan {
    const plan = this.parts.plans.find((p) => p.name === name);
    if (!plan) throw problem('not-found');
    return plan;
  }

  private refusal(plan: MigrationPlan, state: ChainState): string | undefined {
    try {
      const answer = planned(plan, state, this.parts.clock.now());
      return answer.kind === 'refused' ? answer.because : undefined;
    } catch (thrown) {
      return `het plan faalt: ${thrown instanceof Error ? thrown.message : 'onbekend'}`;
    }
  }
}

const never = { from: null, until: null } as const;

function count(
  moves: Map<string, { from: string; to: string; count: number }>,
  plan: MigrationPlan,
  state: ChainState,
): void {
  for (const { node: from } of Object.values(state.tokens)) {
    const move = moves.get(from) ?? { from, to: plan.places[from] ?? '', count: 0 };
    moves.set(from, { ...move, count: move.count + 1 });
  }
}

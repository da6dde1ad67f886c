import { glance, type ChainDefinition, type Item, type MigrationPlan } from '@kruispunt/chain-engine';
import type { Clock } from '@kruispunt/clock';
import type { SchemaIds } from '@kruispunt/contracts';
import {
  PostgresChainStore,
  PostgresChainView,
  type ChainOrder,
  type Claim,
  type OrderItem,
  type PostgresChainIncidents,
  type PostgresChainOrders,
  type PostgresChainRouting,
  type Tx,
} from '@kruispunt/postgres';
import { asProblem, Problem } from '@kruispunt/problem';
import { expand } from './expand-order.js';
import type { Facts, Step } from './order-step.js';
import type { Run, Steps, Tried } from './run.js';

export interface OrderParts {
  readonly run: Run;
  readonly orders: PostgresChainOrders;
  readonly incidents: PostgresChainIncidents;
  readonly routing: PostgresChainRouting;
  readonly definitions: readonly ChainDefinition[];
  readonly plans: readonly MigrationPlan[];
  readonly schemaIds: SchemaIds;
  readonly partitions: number;
  readonly clock: Clock;
}

/** Items in one transaction, and transactions before the partition's events have their turn again. */
const itemsMax = 500;
const turnsMax = 20;
/** Instances whose waiting inputs go on in one transaction. */
const freedMax = 50;

const needsIncidents = new Set(['retry', 'discard', 'resolve', 'edit']);
const needsHistory = new Set(['fork', 'restart', 'compensate', 'republish', 'unmigrate']);

interface OrderWork extends Tried {
  readonly order: ChainOrder;
  readonly steps: readonly Step[];
  readonly refusals: readonly OrderItem[];
}

/**
 * Operators' orders, carried out by the owner of each partition between two batches of it, in the same transaction as an event: the item,
 * the history, the effects and the outbox commit together. Asked → frozen → (approved) → running → each item settled once → done.
 */
export class Orders {
  private running: readonly ChainOrder[] = [];
  /** Partitions in which something that waited may go on by now. */
  private readonly stirred = new Map<number, number>();
  /** Per partition, orders of which nothing is left there. */
  private readonly settled = new Map<number, Set<string>>();

  constructor(private readonly parts: OrderParts) {}

  /** One look at what is asked. */
  async tick(): Promise<void> {
    this.running = await this.parts.orders.running(this.parts.clock.now());
    const live = new Set(this.running.map((order) => order.id));
    for (const done of this.settled.values()) for (const id of done) if (!live.has(id)) done.delete(id);
  }

  /** Carries out what is asked of one partition. Called between its batches. */
  async serve(claim: Claim, position: number): Promise<void> {
    const { partition, epoch } = claim;
    const done = this.settled.get(partition) ?? new Set<string>();
    this.settled.set(partition, done);
    let turns = 0;
    for (const order of this.running) {
      while (!done.has(order.id) && turns++ < turnsMax) {
        const count = await this.turn(claim, position, order);
        if (count > 0) this.stirred.delete(partition);
        if (count < itemsMax) done.add(order.id);
      }
    }
    if (this.stirred.get(partition) === epoch) return;
    const freed = await this.parts.run.turn(claim, position, this.freeing(partition));
    if (freed === 0) this.stirred.set(partition, epoch);
  }

  /** A fault of the database in the data itself is narrowed down to the one item, which then has failed; the rest goes on. */
  private async turn(claim: Claim, position: number, order: ChainOrder): Promise<number> {
    const { run } = this.parts;
    const { partition } = claim;
    try {
      return await run.turn(claim, position, this.stepsOf(order, partition));
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.slug !== 'internal') throw thrown;
    }
    try {
      await run.turn(claim, position, this.stepsOf(order, partition, 1));
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.slug !== 'internal') throw thrown;
      await run.turn(claim, position, this.failing(order, partition));
    }
    return itemsMax;
  }

  private failing(order: ChainOrder, part: number): Steps<Tried, number> {
    const { orders, clock } = this.parts;
    return {
      load: () => Promise.resolve({ items: [] }),
      settle: async (_, __, tx) => {
        const [item] = await orders.todo(tx, part, order.id, 1);
        const failed = item ? [{ ...item, state: 'FAILED' as const, because: 'de databank weigert dit' }] : [];
        await orders.settle(tx, order.id, failed, clock.now());
        return failed.length;
      },
    };
  }

  /** The steps of one turn of an order; a dry run takes the very same, and rolls back. */
  stepsOf(order: ChainOrder, part: number, limit = itemsMax): Steps<OrderWork, number> {
    return {
      load: (tx) => this.load(tx, order, part, limit),
      settle: async (work, done, tx) => {
        const ended = [...work.steps.map((step) => this.ended(order, step, done)), ...work.refusals];
        await this.closeIncidents(tx, part, order, work.steps, ended);
        await this.pause(tx, part, order, work.steps);
        await this.parts.orders.settle(tx, order.id, ended, this.parts.clock.now());
        return ended.length;
      },
    };
  }

  private async load(tx: Pick<Tx, 'query'>, order: ChainOrder, part: number, limit: number): Promise<OrderWork> {
    const items = await this.parts.orders.todo(tx, part, order.id, limit);
    const facts = await this.facts(tx, order, part, items);
    const steps: Step[] = [];
    const refusals: OrderItem[] = [];
    for (const item of items) {
      try {
        steps.push(expand(order, item, facts));
      } catch (thrown) {
        if (!(thrown instanceof Problem)) throw thrown;
        refusals.push({
          ...item,
          state: 'REFUSED',
          because: String(thrown.fields['reason'] ?? asProblem(thrown).slug),
        });
      }
    }
    return {
      order,
      steps,
      refusals,
      items: steps.flatMap((s) => s.items),
      unblocked: steps.flatMap((s) => s.unblocked ?? []),
      records: steps.flatMap((s) => s.records ?? []),
    };
  }

  private async facts(
    tx: Pick<Tx, 'query'>,
    order: ChainOrder,
    part: number,
    items: readonly OrderItem[],
  ): Promise<Facts> {
    const { incidents, routing, definitions, plans, schemaIds, partitions, clock } = this.parts;
    const ids = items.map((item) => item.id);
    const waiting = needsIncidents.has(order.verb) ? await incidents.open(tx, part, ids) : [];
    const view = new PostgresChainView(tx);
    const histories = new Map<string, Awaited<ReturnType<PostgresChainView['history']>>>();
    if (needsHistory.has(order.verb)) for (const id of ids) histories.set(id, await view.history(id, part));
    return {
      part,
      partitions,
      definitions,
      plans,
      schemaIds,
      histories,
      now: clock.now(),
      states: order.verb === 'migrate' ? (await new PostgresChainStore().load(tx, part, ids)).states : new Map(),
      waiting: Map.groupBy(waiting, (w) => w.instance),
      parked: order.verb === 'recorrelate' ? await routing.parked(tx, String(order.args['event'])) : undefined,
    };
  }

  private ended(
    order: ChainOrder,
    step: Step,
    { known, result }: Parameters<Steps<OrderWork, number>['settle']>[1],
  ): OrderItem {
    const { item, closes, shows = item.id } = step;
    const [before, after] = [known.states.get(item.id), result.states.get(shows)?.state ?? known.states.get(shows)];
    const told = { ...item, before: before ? glance(before) : null, after: after ? glance(after) : null };
    const fault = result.incidents.find(
      (i) => i.item.instance === shows && (i.item.input.kind === 'op' || (closes !== undefined && !i.behind)),
    );
    if (fault) return { ...told, state: 'FAILED', because: fault.error };
    const row = result.history.find(
      (h) =>
        h.instance === shows &&
        h.row.input.kind === 'op' &&
        h.row.input.id === order.id &&
        isFor(h.row.input.act, item),
    );
    return row?.row.verdict === 'ignored'
      ? { ...told, state: 'REFUSED', because: row.row.reason ?? null }
      : { ...told, state: 'DONE', because: null };
  }

  private async closeIncidents(
    tx: Pick<Tx, 'query'>,
    part: number,
    { id }: ChainOrder,
    steps: readonly Step[],
    ended: readonly OrderItem[],
  ): Promise<void> {
    const at = this.parts.clock.now();
    const through = steps.filter((_, i) => ended[i]?.state === 'DONE').flatMap((s) => s.closes ?? []);
    for (const [outcome, group] of Map.groupBy(through, (c) => c.outcome))
      await this.parts.incidents.close(tx, part, { numbers: group.map((c) => c.n), outcome, op: id, at });
  }

  private async pause(tx: Pick<Tx, 'query'>, part: number, { id }: ChainOrder, steps: readonly Step[]): Promise<void> {
    const at = this.parts.clock.now();
    for (const { pauses } of steps) {
      if (pauses?.ends === true) await this.parts.incidents.resume(tx, { part, ...pauses });
      else if (pauses) await this.parts.incidents.pause(tx, { part, ...pauses, op: id, at });
    }
  }

  /** What stands behind nothing any more goes on, in order. */
  private freeing(part: number): Steps<Tried, number> {
    const { incidents, clock } = this.parts;
    return {
      load: async (tx) => {
        const free = await incidents.free(tx, part, freedMax);
        const items = free.map(({ instance, chain, input, n }): Item => ({ instance, chain, input, incident: n }));
        return { items, unblocked: items.map((item) => item.instance) };
      },
      settle: async ({ items }, { result }, tx) => {
        const stopped = new Set(result.incidents.map((i) => i.item.incident));
        const numbers = items.flatMap((i) => (i.incident === undefined || stopped.has(i.incident) ? [] : [i.incident]));
        await incidents.close(tx, part, { numbers, outcome: 'applied', op: null, at: clock.now() });
        return numbers.length;
      },
    };
  }
}

/** An order may touch several terms of one instance: each row is of its own token. */
const isFor = (act: object, { target }: OrderItem): boolean =>
  target === '' || ('token' in act && act.token === target);

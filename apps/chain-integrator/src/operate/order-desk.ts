import { AssertionError } from 'node:assert';
import { createHash, randomUUID } from 'node:crypto';
import type { AuditTrail } from '@kruispunt/audit';
import { canonical, opVerbs, type Mandate } from '@kruispunt/chain-engine';
import type { Clock, Timers } from '@kruispunt/clock';
import { hasScope, type Caller, type Scope } from '@kruispunt/policy';
import type { ChainOrder, Database, PostgresChainOrders } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { Orders } from '../run/orders.js';
import type { Run } from '../run/run.js';
import { soloMax } from './four-eyes.js';
import { orderView, type OrderView } from './order-view.js';
import type { OrderWish } from './read-order.js';

export interface DeskParts {
  readonly database: Database;
  readonly store: PostgresChainOrders;
  readonly orders: Orders;
  readonly run: Run;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly partitions: number;
  readonly needsSecond: (chains: readonly string[], verb: string) => boolean;
}

/** Shown of an order: the first of what it touches. */
const sampleMax = 20;
/** Shown in a report. */
const reportMax = 10_000;
/** How long an answer waits for a small order to be carried out. */
const waitMs = 10_000;
const lookMs = 50;

/** An order as it is written: what the wish was, with who asks and how many things it found. */
type Asked = Omit<ChainOrder, 'second' | 'decided' | 'done'>;

type Identified = OrderWish & { readonly id: string };

/** Where operators ask: previewed, reasoned, audited, and carried out by others (the owners of the partitions). */
export class OrderDesk {
  constructor(private readonly parts: DeskParts) {}

  get partitions(): number {
    return this.parts.partitions;
  }

  /**
   * Takes an order, or shows what it would do. Slugs: `forbidden` (the verb's role), `not-found` (nothing in scope), `conflict` (the id is
   * another order's), `audit-unavailable`.
   */
  async ask(caller: Caller, given: OrderWish, decree = false): Promise<OrderView> {
    requireScope(caller, `kruispunt.${opVerbs[given.verb]}`);
    const id = given.id ?? randomUUID();
    const wish = { ...given, id, args: decree ? { ...given.args, decree: id } : given.args };
    const { audit, clock, database, store } = this.parts;
    const known = await store.find(id);
    if (known) return this.show(this.same(known, wish).id);
    if (wish.dryRun) return this.rehearse(caller, wish, decree);
    await audit.append([this.line(caller, decree ? 'chain.decree' : `chain.${wish.verb}`, wish.reason, clock.now())]);
    const order = await database.transaction(async (tx) => {
      await store.reserve(tx, id);
      const other = await store.find(id, tx);
      return other ? this.same(other, wish) : this.write(tx, caller, wish, decree);
    });
    return this.carriedOut(order.id, order.items);
  }

  /** A second person's word, bound to the digest that was seen. Slugs: `not-found`, `conflict`, `plan-changed`, `audit-unavailable`. */
  async decide(
    caller: Caller,
    id: string,
    word: { readonly state: 'RUNNING' | 'REJECTED'; readonly digest: string; readonly reason: string },
  ): Promise<OrderView> {
    const order = await this.find(id);
    if (order.mandate.actor === caller.subject && word.state === 'RUNNING')
      throw problem('conflict', { reason: 'who asked for an order does not approve it' });
    const { audit, store, clock } = this.parts;
    const at = clock.now();
    await audit.append([
      this.line(caller, word.state === 'RUNNING' ? 'chain.approve' : 'chain.reject', word.reason, at, order),
    ]);
    if (!(await store.decide(id, { ...word, by: caller.subject, at })))
      throw problem('plan-changed', { reason: 'decided already, or another digest' });
    return this.carriedOut(id, order.items);
  }

  /** Throws `not-found`. */
  async show(id: string): Promise<OrderView> {
    const { store, database } = this.parts;
    const order = await this.find(id);
    return orderView(order, await store.counts(id), await store.items(database, id, sampleMax));
  }

  /** An order with every thing it touched, up to a page that can be read. Throws `not-found`. */
  async report(id: string): Promise<OrderView> {
    const { store, database } = this.parts;
    const order = await this.find(id);
    return orderView(order, await store.counts(id), await store.items(database, id, reportMax));
  }

  async list(limit: number): Promise<readonly ChainOrder[]> {
    return this.parts.store.list(limit);
  }

  private async find(id: string): Promise<ChainOrder> {
    const order = /^[0-9a-f-]{36}$/.test(id) ? await this.parts.store.find(id) : undefined;
    if (!order) throw problem('not-found');
    return order;
  }

  /** The same id once more is the same order, never a second one. Throws `conflict` when it is another's. */
  private same(known: ChainOrder, { verb, args, scope, id }: Identified): ChainOrder {
    if (canonical([known.verb, known.args, known.scope]) !== canonical([verb, args, scope]))
      throw problem('conflict', { reason: 'this id belongs to another order', id });
    return known;
  }

  private async write(
    tx: Parameters<Parameters<Database['transaction']>[0]>[0],
    caller: Caller,
    wish: Identified,
    decree: boolean,
  ): Promise<Asked> {
    const { store, clock, needsSecond } = this.parts;
    const { id, verb, scope, args } = wish;
    const items = await store.freeze(tx, id, scope);
    if (items === 0) throw problem('not-found', { reason: 'nothing in scope' });
    const two = decree || items > soloMax || needsSecond(await store.chains(tx, id), verb);
    const asked: Asked = {
      id,
      verb,
      args,
      scope,
      mandate: mandateOf(caller, wish),
      digest: createHash('sha256')
        .update(canonical([verb, args, scope, items]))
        .digest('hex'),
      state: two ? 'PROPOSED' : 'RUNNING',
      items,
      asked: new Date(clock.now()),
    };
    await store.put(tx, asked);
    return asked;
  }

  /** The same steps as the owners take, up to the commit; then all of it is rolled back. */
  private async rehearse(caller: Caller, wish: Identified, decree: boolean): Promise<OrderView> {
    const { database, orders, run, store, partitions } = this.parts;
    try {
      await database.transaction(
        async (tx) => {
          const asked = await this.write(tx, caller, wish, decree);
          const order: ChainOrder = { ...asked, second: null, decided: null, done: null };
          const inside = { query: tx.query.bind(tx), publish: () => undefined };
          let tried = 0;
          for (let part = 0; part < partitions && tried < sampleMax; part += 1)
            tried += (await run.steps(inside, part, orders.stepsOf(order, part, sampleMax - tried))).settled;
          const sample = (await store.items(tx, order.id, sampleMax, 'DONE')).concat(
            await store.items(tx, order.id, sampleMax, 'REFUSED'),
            await store.items(tx, order.id, sampleMax, 'FAILED'),
          );
          throw new RolledBack({ ...orderView(order, {}, sample), dryRun: true });
        },
        { enable_seqscan: 'off', lock_timeout: '2000' },
      );
    } catch (thrown) {
      if (thrown instanceof RolledBack) return thrown.view;
      if (thrown instanceof AssertionError)
        throw problem('conflict', { reason: 'changed while it was looked at; ask again' });
      throw thrown;
    }
    throw problem('internal', { reason: 'a dry run was committed' });
  }

  private async carriedOut(id: string, items: number): Promise<OrderView> {
    const { timers } = this.parts;
    for (let waited = 0; ; waited += lookMs) {
      const view = await this.show(id);
      if (view.state !== 'RUNNING' || items > soloMax || waited >= waitMs) return view;
      await timers.sleep(lookMs);
    }
  }

  private line(caller: Caller, action: string, reason: string, at: number, order?: ChainOrder) {
    return {
      kind: 'operator',
      at,
      action,
      reason,
      organisation: caller.organisation,
      application: 'chain-integrator',
      user: caller.subject,
      ...(order && { digest: order.digest }),
    } as const;
  }
}

const mandateOf = (caller: Caller, { verb, reason, basis }: OrderWish): Mandate => ({
  actor: caller.subject,
  organisation: caller.organisation,
  role: opVerbs[verb],
  reason,
  ...(basis === undefined ? {} : { basis }),
});

function requireScope(caller: Caller, scope: Scope): void {
  if (!hasScope(caller, scope)) throw problem('forbidden', { scope });
}

/** Carries what a dry run saw out of the transaction that must not be kept. */
class RolledBack extends Error {
  constructor(readonly view: OrderView) {
    super('rolled back');
  }
}

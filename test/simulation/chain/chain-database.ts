import {
  applyBatch,
  type BatchResult,
  type ChainDefinition,
  type ChainState,
  type HistoryRow,
  type Input,
  type Item,
  type Known,
  type Publication,
  type Timer,
} from '@kruispunt/chain-engine';
import type { Event } from './play.js';

/** A record of the inner topic: an input for one instance. */
export interface Inner {
  readonly instance: string;
  readonly chain: string;
  readonly input: Event | Extract<Input, { kind: 'op' }>;
}

export interface Early {
  readonly key: string;
  readonly chain: string;
  readonly event: Event;
  readonly kind: 'park' | 'offer';
  /** The instance that the event started: it needs no offer of it. */
  readonly started: string | undefined;
}

export type Outgoing = Inner | Publication;

/** Where a claim stands; another one with a higher epoch takes everything from it. */
export interface Held {
  readonly role: string;
  readonly epoch: number;
  position: number;
  /** Up to which outbox row the log has everything, as far as this claim knows. */
  published: number;
}

interface Owner {
  epoch: number;
  next: number;
  pseq: number;
  pub: number;
  readonly outbox: { readonly pseq: number; readonly record: Outgoing }[];
}

/** What a transaction has read: as old as its beginning. */
export interface Read extends Known {
  readonly fresh: readonly boolean[];
}

/** Thrown to an owner that was replaced: it writes nothing. */
export class Fenced extends Error {}

/** The tables, each call of `transact` one transaction under the epoch of its claim. */
export class ChainDatabase {
  readonly states = new Map<string, ChainState>();
  readonly histories = new Map<string, HistoryRow[]>();
  readonly timers = new Map<string, Timer & { readonly instance: string; readonly name: string }>();
  readonly tasks = new Map<string, string>();
  readonly holders = new Map<string, Set<string>>();
  readonly incidents: BatchResult['incidents'][number][] = [];
  readonly blocked = new Set<string>();
  readonly routed = new Map<string, number>();
  /** Batches as they were committed, for the interpreter that takes them one by one. */
  readonly committed: { readonly items: readonly Item[]; readonly now: number }[] = [];
  early: Early[] = [];
  private readonly seen = new Set<string>();
  private readonly owners = new Map<string, Owner>();

  constructor(private readonly definitions: readonly ChainDefinition[]) {}

  claim(role: string): Held {
    const owner = this.owner(role);
    owner.epoch += 1;
    return { role, epoch: owner.epoch, position: owner.next, published: owner.pub };
  }

  /** Committed and, as far as this claim knows, not yet in the log. */
  unpublished({ role, published }: Held): Owner['outbox'] {
    return this.owner(role).outbox.filter(({ pseq }) => pseq > published);
  }

  /** What a transaction reads before it writes: which inputs are new, and the instances as they stand. */
  read(held: Held, inbox: readonly string[], instances: readonly string[]): Read {
    if (this.owner(held.role).epoch !== held.epoch) throw new Fenced();
    const fresh = inbox.map((id, at) => !this.seen.has(id) && inbox.indexOf(id) === at);
    const states = new Map(
      instances.flatMap((id) => (this.states.has(id) ? [[id, this.states.get(id)!] as const] : [])),
    );
    return { fresh, states, blocked: new Set(instances.filter((id) => this.blocked.has(id))) };
  }

  /** Fence, position, inbox; then `work`, whose records go to the outbox: all of it or nothing. */
  transact<T>(
    held: Held,
    next: number,
    inbox: readonly string[],
    work: (publish: (records: readonly Outgoing[]) => void) => T,
  ): T {
    const owner = this.owner(held.role);
    if (owner.epoch !== held.epoch) throw new Fenced();
    if (owner.next !== held.position) throw new Error(`${held.role}: stands at ${owner.next}, not at ${held.position}`);
    const result = work((records) => {
      for (const record of records) owner.outbox.push({ pseq: ++owner.pseq, record });
    });
    for (const id of inbox) this.seen.add(id);
    owner.next = next;
    owner.pub = Math.max(owner.pub, held.published);
    held.position = next;
    return result;
  }

  /** Applies inputs and writes what they change. */
  apply(known: Known, items: readonly Item[], now: number): BatchResult {
    const result = applyBatch(this.definitions, known, items, now);
    for (const [id, { state, revBefore }] of result.states) {
      if ((this.states.get(id)?.rev ?? 0) !== revBefore) throw new Error(`${id} was changed by another`);
      this.states.set(id, state);
    }
    this.committed.push({ items, now });
    this.write(result);
    return result;
  }

  private write(result: BatchResult): void {
    for (const { instance, row } of result.history)
      this.histories.set(instance, [...(this.histories.get(instance) ?? []), row]);
    for (const { instance, name, timer } of result.timers) {
      if (timer) this.timers.set(`${instance}/${name}`, { ...timer, instance, name });
      else this.timers.delete(`${instance}/${name}`);
    }
    for (const { instance, key, added } of result.keys) {
      const holders = this.holders.get(key) ?? new Set<string>();
      this.holders.set(key, holders);
      if (added) holders.add(instance);
      else holders.delete(instance);
    }
    for (const { instance, task, open } of result.tasks) {
      if (open) this.tasks.set(task.id, instance);
      else this.tasks.delete(task.id);
    }
    for (const incident of result.incidents) {
      this.incidents.push(incident);
      if (incident.item.input.kind !== 'op') this.blocked.add(incident.item.instance);
    }
  }

  private owner(role: string): Owner {
    const owner = this.owners.get(role) ?? { epoch: 0, next: 0, pseq: 0, pub: 0, outbox: [] };
    this.owners.set(role, owner);
    return owner;
  }
}

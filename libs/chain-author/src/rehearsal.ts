import {
  definitionFor,
  routesOf,
  transition,
  type ChainDefinition,
  type ChainState,
  type HistoryRow,
  type Input,
  type OpInput,
  type Publication,
} from '@kruispunt/chain-engine';

type EventInput = Extract<Input, { kind: 'event' }>;

/**
 * Chains on a stage: the same routing and the same transition as on the real log, in memory, one input per transaction, with a
 * clock that is told. What a chain publishes is read back when time moves on. For authors of chains, and the naive
 * interpreter against which batches are held.
 */
export class Rehearsal {
  readonly states = new Map<string, ChainState>();
  readonly histories = new Map<string, HistoryRow[]>();
  readonly published: Publication[] = [];
  private readonly offered: { readonly key: string; readonly event: EventInput; readonly keep: boolean }[] = [];
  private unread: { readonly parent: string; readonly publication: Publication }[] = [];
  private count = 0;

  constructor(
    private definitions: readonly ChainDefinition[],
    private now: number,
  ) {}

  /** An event arrives now. Its id is made here when none is given. */
  give(name: string, payload: unknown, id = `event-${++this.count}`): this {
    this.route({ kind: 'event', name, id, source: 'urn:rehearsal', payload });
    return this;
  }

  /** From now on these versions are there, the newest first. */
  carry(definitions: readonly ChainDefinition[]): this {
    this.definitions = definitions;
    return this;
  }

  /** An operator's act on one instance, now. */
  operate(instance: string, input: OpInput): this {
    this.apply(instance, this.states.get(instance)?.chain ?? '', input);
    return this;
  }

  /** Lets time go by until `at` (ms since the epoch): reads back what was published, and fires the timers in order of their moment. */
  advanceTo(at: number): this {
    this.readBack();
    for (let due = this.firstDue(at); due !== undefined; due = this.firstDue(at)) {
      this.now = Math.max(this.now, due.dueAt);
      this.apply(due.instance, '', { kind: 'timer', timer: due.name, gen: due.gen });
      this.readBack();
    }
    this.now = Math.max(this.now, at);
    return this;
  }

  private firstDue(at: number) {
    return [...this.states.values()]
      .flatMap((s) =>
        Object.entries(s.timers).map(([name, t]) => ({ instance: s.id, name, gen: t.gen, dueAt: t.dueAt })),
      )
      .filter((t) => t.dueAt <= at)
      .sort((a, b) => a.dueAt - b.dueAt || (a.instance + a.name < b.instance + b.name ? -1 : 1))[0];
  }

  private readBack(): void {
    const names = new Map(
      this.definitions.flatMap((d) => Object.entries(d.events).map(([name, e]) => [e.type, name] as const)),
    );
    while (this.unread.length > 0) {
      const read = this.unread;
      this.unread = [];
      for (const { parent, publication } of read) {
        const { type, id, data } = publication;
        this.route({
          kind: 'event',
          name: names.get(type) ?? type,
          id,
          source: 'urn:rehearsal',
          payload: data,
          parent,
        });
      }
    }
  }

  private route(event: EventInput): void {
    for (const route of routesOf(this.definitions, event.name, event.payload)) {
      const targets = new Set(route.starts);
      for (const { key, holders } of route.keys) {
        const answering = [...this.states.values()].filter((state) => state.keys.includes(key));
        if (holders === 'one' && answering.length > 1)
          throw new Error(`several instances of ${route.chain} answer to ${event.name}, and the key says one`);
        for (const { id } of answering) targets.add(id);
      }
      for (const { key, early } of route.keys) {
        const kept = early === 'offer' || (early === 'park' && targets.size === 0);
        if (kept) this.offered.push({ key, event, keep: early === 'offer' });
      }
      for (const instance of targets) this.apply(instance, route.chain, event);
    }
  }

  private apply(instance: string, chain: string, input: Input): void {
    const before = this.states.get(instance);
    if (
      input.kind === 'event' &&
      this.histories.get(instance)?.some((r) => r.input.kind === 'event' && r.input.id === input.id)
    )
      return;
    const step = transition(definitionFor(this.definitions, before, { chain, input }), before, input, this.now);
    if (!step) return;
    this.states.set(instance, step.state);
    const added: string[] = [];
    for (const effect of step.effects) {
      if (effect.kind === 'publish') this.published.push(effect.publication);
      if (effect.kind === 'publish') this.unread.push({ parent: instance, publication: effect.publication });
      if (effect.kind === 'history')
        this.histories.set(instance, [...(this.histories.get(instance) ?? []), effect.row]);
      if (effect.kind === 'key-added') added.push(effect.key);
    }
    const early = this.offered.filter((o) => added.includes(o.key));
    for (const { event, keep } of early) {
      if (!keep)
        this.offered.splice(
          this.offered.findIndex((o) => o.event === event),
          1,
        );
      this.apply(instance, chain, event);
    }
  }
}

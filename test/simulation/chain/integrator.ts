import { routesOf, type BatchResult, type Input, type Item, type Publication } from '@kruispunt/chain-engine';
import type { Dice } from '../dice.js';
import { ChainDatabase, type Early, type Held, type Inner, type Outgoing } from './chain-database.js';
import type { Event, Play } from './play.js';

export const intakeParts = 2;
export const innerParts = 2;
export const spread = (key: string, parts: number) =>
  [...key].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7) % parts;

/** What one owner knows beside its claim, in memory: gone when it dies. */
export interface Claim extends Held {
  readonly part: number;
  swept: boolean;
  /** All input logged before `passed` has been read; `pending.at` has passed once `pending.end` is reached. */
  passed: number;
  pending: { readonly at: number; readonly end: number } | undefined;
  mustRead: number;
}

/**
 * The integrator around the real routing and the real engine: router and engine per partition, as intake.ts, run.ts, terms.ts, early-delivery.ts and watermark.ts
 * of the app do it. Each `yield` is a point where the owner may wait, die, or be replaced without knowing.
 */
export class Integrator {
  readonly intake: (Event & { readonly at: number })[][] = Array.from({ length: intakeParts }, () => []);
  readonly inner: Inner[][] = Array.from({ length: innerParts }, () => []);
  readonly told: Publication[] = [];
  readonly database: ChainDatabase;
  private readonly names: ReadonlyMap<string, string>;
  private noted: { readonly at: number; readonly ends: readonly number[] } | undefined;

  constructor(
    private readonly play: Play,
    private readonly dice: Dice,
    readonly clock: { now: number },
  ) {
    this.database = new ChainDatabase(play.definitions);
    this.names = new Map(play.definitions.flatMap((d) => Object.entries(d.events).map(([name, e]) => [e.type, name])));
  }

  publish(event: Event, key: string): void {
    this.intake[spread(key, intakeParts)]!.push({ ...event, at: this.clock.now });
  }

  claim(role: string): Claim {
    const held = this.database.claim(role);
    const part = Number(role.slice(-1));
    return Object.assign(held, { part, swept: false, passed: -Infinity, pending: undefined, mustRead: 0 });
  }

  *router(claim: Claim): Generator<void> {
    const { database, dice } = this;
    yield* this.flush(claim);
    yield* this.sweep(claim);
    const log = this.intake[claim.part]!;
    const batch = log.slice(claim.position, claim.position + 1 + dice.below(5));
    if (batch.length === 0) {
      database.routed.set(claim.role, claim.position);
      return;
    }
    yield;
    const inbox = batch.map(({ id }) => `${claim.role} ${id}`);
    const { fresh } = database.read(claim, inbox, []);
    const early = database.transact(claim, claim.position + batch.length, inbox, (publish) => {
      const placed = batch.filter((_, at) => fresh[at]).map((event) => this.place(event));
      publish(placed.flatMap((p) => p.records));
      const kept = placed.flatMap((p) => p.early);
      database.early.push(...kept);
      database.routed.set(claim.role, Math.max(database.routed.get(claim.role) ?? 0, claim.position));
      return kept;
    });
    yield;
    if (early.length > 0) yield* this.bring(early.map(({ key }) => key));
    yield* this.flush(claim);
  }

  *engine(claim: Claim): Generator<void> {
    const { database, dice } = this;
    yield* this.flush(claim);
    yield* this.sweep(claim);
    const log = this.inner[claim.part]!;
    const batch = log.slice(claim.position, claim.position + dice.below(7));
    // Timers are looked up before the transaction: what has moved on meanwhile is told by their generation.
    const due = this.due(claim);
    yield;
    if (batch.length === 0 && due.length === 0) return;
    const inbox = batch.map(({ instance, input }) => `${instance} ${input.id}`);
    const read = database.read(
      claim,
      inbox,
      [...batch, ...due].map(({ instance }) => instance),
    );
    const items = [...batch.filter((_, at) => read.fresh[at]), ...due];
    yield;
    const result = database.transact(claim, claim.position + batch.length, inbox, (publish) => {
      const had = new Set(batch.map(({ input }) => input.id));
      database.early = database.early.filter((e) => e.kind === 'offer' || !had.has(e.event.id));
      const applied = database.apply(read, items, this.clock.now);
      publish(applied.publications.map((p) => p.publication));
      return applied;
    });
    yield;
    yield* this.after(result);
    yield* this.flush(claim);
  }

  /** The first stage of the watermark: the ends of the log, then, once all is routed, the ends of the inner topic. */
  observe(engines: readonly Claim[]): void {
    this.noted ??= { at: this.clock.now, ends: this.intake.map((log) => log.length) };
    const { at, ends } = this.noted;
    if (ends.some((end, part) => (this.database.routed.get(`router-${part}`) ?? 0) < end)) return;
    for (const claim of engines) claim.pending ??= { at, end: this.inner[claim.part]!.length };
    this.noted = undefined;
  }

  /** Timers that may fire: due before everything that was logged until then has been read (I6). */
  private due(claim: Claim): readonly Item[] {
    const { position, pending } = claim;
    if (pending && position >= pending.end) {
      claim.passed = pending.at;
      claim.pending = undefined;
    }
    const until = Math.min(position >= claim.mustRead ? claim.passed : -Infinity, this.clock.now);
    return [...this.database.timers.values()]
      .filter((t) => t.dueAt <= until && spread(t.instance, innerParts) === claim.part)
      .sort((a, b) => a.dueAt - b.dueAt)
      .map(({ instance, name, gen }) => {
        const input: Input = { kind: 'timer', timer: name, gen };
        return { instance, chain: this.database.states.get(instance)?.chain ?? '', input };
      });
  }

  private place(event: Event): { readonly records: readonly Inner[]; readonly early: readonly Early[] } {
    const records: Inner[] = [];
    const early: Early[] = [];
    for (const { chain, starts, keys } of routesOf(this.play.definitions, event.name, event.payload)) {
      const targets = new Set([...starts, ...keys.flatMap(({ key }) => this.holders(key))]);
      for (const instance of targets) records.push({ instance, chain, input: event });
      for (const { key, early: kind } of keys) {
        if (kind === 'offer' || (kind === 'park' && targets.size === 0))
          early.push({ key, chain, event, kind, started: starts[0] });
      }
    }
    return { records, early };
  }

  /** After the commit: whoever parked an event for a key before it was added could not see it; now it is looked for. */
  private *after({ keys }: BatchResult): Generator<void> {
    const added = keys.filter((k) => k.added).map((k) => k.key);
    if (added.length > 0) yield* this.bring(added);
  }

  /** What the last owner may have left between its commit and its second look. */
  private *sweep(claim: Claim): Generator<void> {
    if (claim.swept) return;
    yield* this.bring();
    claim.swept = true;
  }

  private *bring(keys?: readonly string[]): Generator<void> {
    const claimed = this.database.early
      .filter((e) => !keys || keys.includes(e.key))
      .flatMap(({ key, chain, event, started }) =>
        this.holders(key).flatMap((instance) => (instance === started ? [] : [{ instance, chain, input: event }])),
      )
      .filter(({ instance, input }) => {
        const rows = this.database.histories.get(instance) ?? [];
        return !rows.some((r) => r.input.kind === 'event' && r.input.id === input.id);
      });
    yield;
    for (const one of claimed) {
      const part = spread(one.instance, innerParts);
      this.inner[part]!.push(one);
      this.brought(part, this.inner[part]!.length);
    }
  }

  /** Publishes from memory what is committed; the next transaction says how far. */
  private *flush(claim: Claim): Generator<void> {
    for (const { pseq, record } of [...this.database.unpublished(claim)]) {
      this.log(record);
      claim.published = pseq;
      if (this.dice.oneIn(3)) yield;
    }
  }

  log(record: Outgoing): void {
    if ('instance' in record) {
      this.inner[spread(record.instance, innerParts)]!.push(record);
      return;
    }
    this.told.push(record);
    const { type, id, dossier, data: payload } = record;
    const name = this.names.get(type);
    const event: Event | undefined = name
      ? { kind: 'event', name, id, source: 'urn:kruispunt:keten', payload }
      : undefined;
    if (event && routesOf(this.play.definitions, event.name, payload).length > 0) this.publish(event, dossier);
  }

  /** An early event that was brought must be read before any term of its partition lapses. */
  brought: (part: number, end: number) => void = () => undefined;

  private holders(key: string): readonly string[] {
    return [...(this.database.holders.get(key) ?? [])];
  }
}

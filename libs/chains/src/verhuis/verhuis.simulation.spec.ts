import { describe, expect, it } from '@jest/globals';
import {
  applyBatch,
  correlationKey,
  firstBroken,
  fold,
  instanceId,
  routesOf,
  type ChainState,
  type HistoryRow,
  type Input,
  type Item,
  type Publication,
} from '@kruispunt/chain-engine';
import { SeededRandom } from '@kruispunt/clock';
import { startOfDay } from '@kruispunt/term';
import { verhuis } from './verhuis.js';

/**
 * The integrator in a bottle: the real routing and the real engine between a simulated log and a simulated database, under a
 * scheduler that lets any turn wait at any I/O point, and kills it there. What is committed stays; what is not, never was.
 */
type Event = Extract<Input, { kind: 'event' }>;
type Logged = Event & { readonly at: number };
interface Inner {
  readonly instance: string;
  readonly event: Event;
}
interface Early {
  readonly key: string;
  readonly event: Event;
  readonly kind: 'park' | 'offer';
}
type Fault =
  'none' | 'no inbox' | 'no second look' | 'no watermark' | 'publish before commit' | 'no outbox after a crash';

const definition = verhuis({ datarefBase: 'https://bevolking.test/personen' });
const names = new Map(Object.entries(definition.events).map(([name, e]) => [e.type, name]));
const dayMs = 86_400_000;
const [intakeParts, innerParts] = [3, 2];
const spread = (key: string, parts: number) =>
  [...key].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) >>> 0, 7) % parts;

class World {
  now = startOfDay('2026-04-20') + 9 * 3_600_000;
  readonly intake: Logged[][] = Array.from({ length: intakeParts }, () => []);
  readonly inner: Inner[][] = Array.from({ length: innerParts }, () => []);
  readonly told: Publication[] = [];
  readonly states = new Map<string, ChainState>();
  readonly histories = new Map<string, HistoryRow[]>();
  readonly incidents: string[] = [];
  private readonly seen = new Set<string>();
  private early: Early[] = [];
  private readonly next = new Map<string, number>();
  private readonly routed = Array.from({ length: intakeParts }, () => 0);
  private readonly outbox = new Map<string, (Inner | Publication)[]>();
  private readonly swept = new Set<string>();
  private noted: { at: number; ends: number[] } | undefined;
  private readonly pending = new Map<number, { at: number; end: number }>();
  private readonly passed = new Map<number, number>();
  private readonly mustRead = new Map<number, number>();

  constructor(
    private readonly random: SeededRandom,
    private readonly fault: Fault,
  ) {}

  publish(event: Event, key: string): void {
    this.intake[spread(key, intakeParts)]?.push({ ...event, at: this.now });
  }
  /** Changes whenever anything is read, written or told. */
  get progress(): string {
    return JSON.stringify([
      ...this.next,
      this.told.length,
      this.inner.map((i) => i.length),
      [...this.states.values()].map((s) => s.rev),
      [...this.outbox].map(([, o]) => o.length),
    ]);
  }
  position(role: string): number {
    return this.next.get(role) ?? 0;
  }
  /** A killed process: what it knew is gone, and its partition is claimed anew. */
  killed(role: string): void {
    this.swept.delete(role);
    if (!role.startsWith('engine')) return;
    const part = Number(role.slice(-1));
    for (const known of [this.pending, this.passed, this.mustRead]) known.delete(part);
    if (this.fault === 'no outbox after a crash') this.outbox.delete(role);
  }

  *router(part: number): Generator<void> {
    const role = `router-${part}`;
    yield* this.flush(role);
    yield* this.sweep(role);
    const from = this.position(role);
    const batch = (this.intake[part] ?? []).slice(from, from + 1 + Math.floor(this.random.next() * 5));
    if (batch.length === 0) {
      this.routed[part] = from;
      return;
    }
    const wanted = batch.filter((e) => this.fault === 'no inbox' || !this.seen.has(`${part} ${e.id}`));
    const fresh =
      this.fault === 'no inbox' ? wanted : wanted.filter((e, at) => wanted.findIndex((o) => o.id === e.id) === at);
    const records: Inner[] = [];
    const early: Early[] = [];
    for (const event of fresh) {
      for (const { starts, keys } of routesOf([definition], event.name, event.payload)) {
        const targets = new Set([...starts, ...keys.flatMap(({ key }) => this.holders(key))]);
        for (const instance of targets) records.push({ instance, event });
        for (const { key, early: kind } of keys) {
          if (kind === 'offer' || (kind === 'park' && targets.size === 0)) early.push({ key, event, kind });
        }
      }
    }
    yield;
    this.routed[part] = from;
    this.next.set(role, from + batch.length);
    for (const { id } of fresh) this.seen.add(`${part} ${id}`);
    this.outbox.set(role, [...(this.outbox.get(role) ?? []), ...records]);
    this.early.push(...early);
    yield;
    if (this.fault !== 'no second look') yield* this.bring(early.map((e) => e.key));
    yield* this.flush(role);
  }

  *engine(part: number): Generator<void> {
    const role = `engine-${part}`;
    yield* this.flush(role);
    yield* this.sweep(role);
    const from = this.position(role);
    const batch = (this.inner[part] ?? []).slice(from, from + 1 + Math.floor(this.random.next() * 6));
    const seen = (i: Inner) => this.fault !== 'no inbox' && this.seen.has(`${i.instance} ${i.event.id}`);
    const fresh = batch.filter(
      (i, at) =>
        !seen(i) &&
        (this.fault === 'no inbox' ||
          batch.findIndex((o) => o.instance === i.instance && o.event.id === i.event.id) === at),
    );
    if (batch.length > 0)
      yield* this.commit(
        role,
        fresh.map((i) => ({ instance: i.instance, chain: 'verhuis', input: i.event })),
        from + batch.length,
        fresh,
      );
    yield* this.fire(role, part);
  }

  /** The first stage of the watermark: see run/watermark.ts of the app, which this copies. */
  observe(): void {
    this.noted ??= { at: this.now, ends: this.intake.map((log) => log.length) };
    if (this.noted.ends.some((end, part) => (this.routed[part] ?? 0) < end)) return;
    for (let part = 0; part < innerParts; part += 1)
      if (!this.pending.has(part)) this.pending.set(part, { at: this.noted.at, end: this.inner[part]?.length ?? 0 });
    this.noted = undefined;
  }

  private *fire(role: string, part: number): Generator<void> {
    const position = this.position(role);
    const pending = this.pending.get(part);
    if (pending && position >= pending.end) {
      this.passed.set(part, pending.at);
      this.pending.delete(part);
    }
    const until =
      this.fault === 'no watermark'
        ? this.now
        : position >= (this.mustRead.get(part) ?? 0)
          ? (this.passed.get(part) ?? -Infinity)
          : -Infinity;
    const due = [...this.states.values()]
      .filter((s) => spread(s.id, innerParts) === part)
      .flatMap((s) => Object.entries(s.timers).map(([timer, t]) => ({ instance: s.id, timer, ...t })))
      .filter((t) => t.dueAt <= until)
      .sort((a, b) => a.dueAt - b.dueAt);
    if (due.length > 0)
      yield* this.commit(
        role,
        due.map(({ instance, timer, gen }) => ({ instance, chain: 'verhuis', input: { kind: 'timer', timer, gen } })),
        position,
        [],
      );
  }

  private *commit(role: string, items: readonly Item[], next: number, inbox: readonly Inner[]): Generator<void> {
    const result = applyBatch([definition], { states: this.states, blocked: new Set() }, items, this.now);
    const publications = result.publications.map((p) => p.publication);
    if (this.fault === 'publish before commit') this.tell(publications);
    yield;
    for (const [id, { state }] of result.states) this.states.set(id, state);
    for (const { instance, row } of result.history)
      this.histories.set(instance, [...(this.histories.get(instance) ?? []), row]);
    this.incidents.push(...result.incidents.map((i) => i.error));
    for (const i of inbox) this.seen.add(`${i.instance} ${i.event.id}`);
    const had = new Set(inbox.map((i) => i.event.id));
    this.early = this.early.filter((e) => e.kind === 'offer' || !had.has(e.event.id));
    this.next.set(role, next);
    if (this.fault !== 'publish before commit')
      this.outbox.set(role, [...(this.outbox.get(role) ?? []), ...publications]);
    yield;
    const added = result.keys.filter((k) => k.added).map((k) => k.key);
    if (added.length > 0 && this.fault !== 'no second look') yield* this.bring(added);
    yield* this.flush(role);
  }

  /** What the last owner of a partition may have left between its commit and its second look. */
  private *sweep(role: string): Generator<void> {
    if (this.swept.has(role)) return;
    if (this.fault !== 'no second look') yield* this.bring();
    this.swept.add(role);
  }

  private *bring(keys?: readonly string[]): Generator<void> {
    const claimed = this.early
      .filter((e) => !keys || keys.includes(e.key))
      .flatMap((e) => this.holders(e.key).map((instance) => ({ instance, event: e.event })))
      .filter(
        (c) => !this.histories.get(c.instance)?.some((r) => r.input.kind === 'event' && r.input.id === c.event.id),
      );
    yield;
    for (const c of claimed) {
      const part = spread(c.instance, innerParts);
      this.inner[part]?.push(c);
      this.mustRead.set(part, this.inner[part]?.length ?? 0);
    }
  }

  private *flush(role: string): Generator<void> {
    const waiting = this.outbox.get(role) ?? [];
    if (waiting.length === 0) return;
    for (const record of waiting) {
      if ('instance' in record) this.inner[spread(record.instance, innerParts)]?.push(record);
      else this.tell([record]);
    }
    yield;
    this.outbox.set(
      role,
      (this.outbox.get(role) ?? []).filter((r) => !waiting.includes(r)),
    );
  }

  private tell(publications: readonly Publication[]): void {
    for (const p of publications) {
      this.told.push(p);
      const name = names.get(p.type);
      if (name && routesOf([definition], name, p.data).length > 0)
        this.publish(
          { kind: 'event', name, id: p.id, source: 'urn:kruispunt:keten:verhuis', payload: p.data },
          p.dossier,
        );
    }
  }

  private holders(key: string): readonly string[] {
    return [...this.states.values()].filter((s) => s.keys.includes(key)).map((s) => s.id);
  }
}

interface Scripted {
  readonly day: number;
  readonly event: Event;
  readonly dossier: string;
}

const dossiers = ['VH-1', 'VH-2', 'VH-3', 'VH-4'];
const roles = [
  ...Array.from({ length: intakeParts }, (_, part) => `router-${part}`),
  ...Array.from({ length: innerParts }, (_, part) => `engine-${part}`),
];
const pick = <T>(random: SeededRandom, from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
const fact = (name: string, id: string, payload: object): Event => ({ kind: 'event', name, id, source: 's', payload });

/** Moves, of which two are of one person; reports, early and late; silence; and some of it twice. */
function scriptOf(random: SeededRandom): readonly Scripted[] {
  const script = dossiers.flatMap((dossier, at) => {
    const day = Math.floor(random.next() * 3);
    const on = `2026-04-2${day}`;
    const declared = fact('AdreswijzigingAangegevenV1', `d-${dossier}`, {
      dossier,
      subjectPseudoniemen: [`p${at < 2 ? 1 : at}`],
      wijziging: 'ANDERE_GEMEENTE',
      aangiftedatum: on,
      betrekkingsdatum: null,
      nisOud: '24055',
      nisNieuw: '24062',
      adresRef: null,
      domiciliestatus: null,
      tijdstipRegistratie: `${on}T08:00:00.000Z`,
    });
    const reports = Array.from({ length: Math.floor(random.next() * 3) }, (_, n) =>
      fact('WoonstcontroleUitgevoerdV1', `r-${dossier}-${n}`, {
        dossier,
        resultaat: pick(random, ['BEVESTIGD', 'NIET_BEVESTIGD', 'NIET_AANGETROFFEN']),
        controledatum: on,
        pogingen: 1,
        verslagRef: 'v',
        politiezone: 'z',
        tijdstipRegistratie: `${on}T09:00:00.000Z`,
      }),
    );
    const later = reports.map((event) => ({ day: Math.floor(random.next() * 26), event, dossier }));
    return [{ day, event: declared, dossier }, ...later];
  });
  return script.flatMap((s) => (random.next() < 0.3 ? [s, s] : [s]));
}

/** The script day by day under the scheduler, which leaves turns half done or kills them; then rest, when everything is read to its end. */
function simulate(seed: number, fault: Fault = 'none') {
  const random = new SeededRandom(seed);
  const world = new World(random, fault);
  const script = scriptOf(random);
  const turns = new Map<string, Generator<void>>();
  const step = (role: string) => {
    const part = Number(role.slice(-1));
    const turn = turns.get(role) ?? (role.startsWith('router') ? world.router(part) : world.engine(part));
    turns.set(role, turn);
    if (turn.next().done) turns.delete(role);
  };
  for (let day = 0; day <= 30; day += 1) {
    for (const s of script.filter((x) => x.day === day)) world.publish(s.event, s.dossier);
    for (let n = 0; n < 25; n += 1) {
      const role = pick(random, roles);
      if (random.next() < 0.04 && turns.delete(role)) world.killed(role);
      else step(role);
      if (random.next() < 0.1) world.observe();
    }
    world.now += dayMs;
  }
  for (let round = 0, quiet = 0; round < 200 && quiet < 4; round += 1) {
    const before = world.progress;
    world.observe();
    for (const role of roles) for (let n = 0; n < 8; n += 1) step(role);
    quiet = world.progress === before ? quiet + 1 : 0;
  }
  return { world, script };
}

/** What must hold at rest; the first promise that does not, in words. */
function broken({ world, script }: ReturnType<typeof simulate>): string | undefined {
  if (world.incidents.length > 0) return `incident: ${world.incidents[0] ?? ''}`;
  const inHistories = new Map(
    [...world.histories.values()].flat().flatMap((r) => r.published.map((p) => [p.id, p.type] as const)),
  );
  const told = new Set(world.told.map((p) => p.id));
  for (const id of inHistories.keys()) if (!told.has(id)) return 'a publication was lost';
  const contents = new Map(world.told.map((p) => [p.id, JSON.stringify(p)] as const));
  if (world.told.some((p) => contents.get(p.id) !== JSON.stringify(p))) return 'one id with two contents';
  for (const id of told) if (!inHistories.has(id)) return 'a publication of nothing that happened';
  for (const [id, state] of world.states) {
    const rows = world.histories.get(id) ?? [];
    if (firstBroken(rows) !== undefined) return 'a history with a gap';
    if (JSON.stringify(fold(definition, rows)) !== JSON.stringify(state))
      return 'a state that is not the fold of its history';
    const ids = rows.flatMap((r) => (r.input.kind === 'event' ? [r.input.id] : []));
    if (new Set(ids).size !== ids.length) return 'an event was applied twice';
    if (
      rows.flatMap((r) => r.published).filter((p) => /afgesloten|inschrijving-(voltooid|geweigerd)/.test(p.type))
        .length > 2
    )
      return 'two ends';
    const own = script.filter((s) => instanceId('verhuis', s.dossier) === id).map((s) => s.event);
    if (own.some((event) => !ids.includes(event.id))) return 'an event was lost';
    const due = fold(definition, rows.slice(0, 1))?.timers['main/due']?.dueAt ?? Infinity;
    const decided = own.filter((e) =>
      ['BEVESTIGD', 'NIET_BEVESTIGD'].includes((e.payload as { resultaat?: string }).resultaat ?? ''),
    );
    const inTime = decided.some((e) => world.intake.flat().some((logged) => logged.id === e.id && logged.at < due));
    if (inTime && rows.some((r) => r.input.kind === 'timer' && r.input.timer === 'main/due'))
      return 'a term lapsed while the answer was in the log';
    if (Object.values(state.timers).some((t) => t.dueAt < world.now - 5 * dayMs)) return 'a timer that never fired';
  }
  const open = [...world.states.values()].filter(
    (s) => s.status === 'OPEN' && s.keys.includes(correlationKey('verhuis', 'persoon', 'p1')),
  );
  return open.length > 1 ? 'two open moves of one person' : undefined;
}

const seeds = Number(process.env['KRUISPUNT_SEEDS'] ?? 150);
const firstSeed = Number(process.env['KRUISPUNT_FIRST_SEED'] ?? 1);

describe('a move under crashes, duplicates, delays and silence', () => {
  it(`keeps every promise for ${seeds} seeds`, () => {
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const found = broken(simulate(seed));
      if (found !== undefined) throw new Error(`seed ${seed}: ${found}`);
    }
  });

  it.each(['no inbox', 'no second look', 'no watermark', 'publish before commit', 'no outbox after a crash'] as const)(
    'would notice an engine with %s',
    (fault) => {
      const found = Array.from({ length: 400 }, (_, seed) => seed + 1).find(
        (seed) => broken(simulate(seed, fault)) !== undefined,
      );
      expect(found).toBeDefined();
    },
  );
});

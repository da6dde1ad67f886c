import assert from 'node:assert';
import { it } from '@jest/globals';
import { SeededRandom } from '@kruispunt/clock';
import type { Answer } from './answer.js';
import type { Circuit } from './circuit.js';
import type { Attempt, Outcome } from './attempt.js';
import { Desk, type DeskChange } from './desk.js';
import type { DeskLimits } from './desk-limits.js';
import type { Ladder } from './ladder.js';
import type { Gap, HeldLane, Hold } from './lane.js';
import { nextAttempt } from './next-attempt.js';
import type { OrderPolicy } from './subscription.js';
import { Track, type LedgerItem, type Stretch } from './track.js';

// A whole delivery process under virtual time: one log, some subscriptions, receivers that are dead, slow, flaky or poisoned, a
// database that sees only committed changes, and crashes that forget everything else. One number decides all of it.

const partitions = [0, 1];
const ladder: Ladder = { firstMs: 100, factor: 4, capMs: 5_000, retriesMax: 3, jitter: 0.2, overloadMs: 50 };
const limits: DeskLimits = {
  inFlightMax: 4,
  batchMax: 1,
  batchBytesMax: 100,
  queuedMax: 12,
  queuedBytesMax: 1_000,
  heldMax: 40,
  blockedMax: 6,
};
const none = new Uint8Array();

interface Row {
  next: number;
  behind: boolean;
  matched: number;
  delivered: number;
  suppressed: number;
  holds: Map<string, { failures: number; hold: Hold | undefined; gap: readonly Gap[] }>;
  passed: Stretch[];
  held: Map<number, LedgerItem>;
  parked: Map<number, LedgerItem>;
}

interface Receiver {
  mode: 'well' | 'dead' | 'flaky';
  latencyMs: number;
  readonly got: LedgerItem[][];
  /** Ids it was told are missing. */
  readonly told: Set<string>;
}

type Reader = { next: number };
type Task = { at: number; order: number; run: () => void };

class World {
  readonly random: SeededRandom;
  now = 0;
  readonly log: LedgerItem[][] = partitions.map(() => []);
  readonly partitionNext = partitions.map(() => 0);
  /** Retention took everything below. */
  readonly first = partitions.map(() => 0);
  readonly rows: Row[][];
  readonly receivers: Receiver[];
  readonly circuits: (Circuit | undefined)[];
  desks: Desk<LedgerItem, string>[] = [];
  tracks: Track<string>[][] = [];
  readers: Reader[] = [];
  private tasks: Task[] = [];
  private order = 0;
  private life = 0;

  constructor(
    readonly seed: number,
    readonly subscriptions: number,
    readonly policy: OrderPolicy,
  ) {
    this.random = new SeededRandom(seed);
    const row = (): Row => ({
      next: 0,
      behind: true,
      matched: 0,
      delivered: 0,
      suppressed: 0,
      holds: new Map(),
      held: new Map(),
      parked: new Map(),
      passed: [],
    });
    const each = <T>(make: () => T) => Array.from({ length: subscriptions }, make);
    this.rows = each(() => partitions.map(row));
    this.receivers = each(() => ({
      mode: 'well',
      latencyMs: 1 + this.chance(200),
      got: partitions.map(() => []),
      told: new Set(),
    }));
    this.circuits = each(() => undefined);
    this.start();
  }

  chance(below: number): number {
    return Math.floor(this.random.next() * below);
  }

  later(ms: number, run: () => void): void {
    const life = this.life;
    this.tasks.push({ at: this.now + ms, order: this.order++, run: () => life === this.life && run() });
  }

  /** The process starts, from what the database holds and from nothing else. */
  start(): void {
    this.life += 1;
    this.readers = partitions.map((p) => ({ next: this.partitionNext[p]! }));
    this.tracks = [];
    this.desks = this.rows.map((rows, s) => {
      const desk = new Desk<LedgerItem, string>({
        ladder,
        limits: { ...limits, batchMax: [1, 3, 8][this.seed % 7 > 2 ? s % 3 : 0]! },
        orderPolicy: this.policy,
        random: this.random,
        circuit: this.circuits[s],
      });
      this.tracks[s] = rows.map((row, p) => {
        const next = row.behind ? row.next : Math.max(row.next, this.partitionNext[p]!);
        const track = new Track<string>('t', p, next, row.behind);
        const lanes: HeldLane[] = [...row.holds].map(([key, { failures, hold, gap }]) => ({
          key,
          failures,
          hold,
          gap,
          events: [...row.held.values()].filter((e) => e.key === key).sort((a, b) => a.offset - b.offset),
        }));
        desk.add(track, lanes);
        return track;
      });
      return desk;
    });
    this.later(0, () => this.read());
    this.later(50, () => this.flush());
  }

  read(): void {
    for (const p of partitions) {
      const end = Math.min(this.log[p]!.length, this.readers[p]!.next + 20);
      for (const [s, tracks] of this.tracks.entries()) {
        const track = tracks[p]!;
        if (track.live) this.feed(s, track, this.readers[p]!.next, end);
      }
      this.readers[p]!.next = end;
      for (const [s, tracks] of this.tracks.entries()) {
        const track = tracks[p]!;
        if (track.live || this.desks[s]!.still) continue;
        track.pass(this.first[p]!);
        this.feed(s, track, track.frontier, Math.min(this.log[p]!.length, track.frontier + 8));
        if (track.frontier >= this.readers[p]!.next) track.join(this.readers[p]!);
      }
    }
    this.pump();
    this.later(40, () => this.read());
  }

  feed(s: number, track: Track<string>, from: number, to: number): void {
    const desk = this.desks[s]!;
    for (let offset = from; offset < to; offset++) {
      const event = this.log[track.partition]![offset]!;
      if (!matches(s, event)) continue;
      const parked = { reason: none, record: 'untold', now: this.now };
      const taken = event.eventId.endsWith('0')
        ? desk.suppress(track, event, 'rule')
        : event.eventId.endsWith('01')
          ? desk.parkUntold(track, { ...event, bytes: 30, event }, parked)
          : desk.offer(track, { ...event, bytes: 30, event });
      if (taken === 'taken') continue;
      if (track.live) track.leave();
      track.advance(offset);
      return;
    }
    if (!track.live) track.advance(to);
  }

  pump(): void {
    for (const [s, desk] of this.desks.entries()) {
      for (let going = desk.nextRequest(this.now); going.length > 0; going = desk.nextRequest(this.now))
        this.attempt(s, desk, going);
      assert(desk.inFlight <= limits.inFlightMax, 'more in flight than allowed');
      const { queued, held } = desk.backlog;
      assert(
        queued <= limits.queuedMax && held <= limits.heldMax + limits.queuedMax + limits.inFlightMax,
        `unbounded: ${queued} ${held}`,
      );
    }
  }

  /** One request: its events share the way, the loss and the time; a bad one of a batch is found by itself. */
  attempt(s: number, desk: Desk<LedgerItem, string>, attempts: readonly Attempt<LedgerItem, string>[]): void {
    const receiver = this.receivers[s]!;
    const keys = new Set(attempts.map(({ key, track }) => `${track.partition}/${key}`));
    assert(keys.size === attempts.length || keys.size === 1, 'a batch is of distinct keys, or of one');
    this.later(this.chance(receiver.latencyMs), () => {
      // Seen and processed, and then the answer got lost: a duplicate to come.
      const lost = receiver.mode === 'flaky' && this.chance(4) === 0;
      const half = this.chance(2) === 0;
      let stopped = false;
      const outcomes = attempts.map((attempt, i): Outcome<string> => {
        const event = this.log[attempt.track.partition]![attempt.offset]!;
        assert(event.eventId === attempt.eventId);
        if (stopped && keys.size === 1) return { kind: 'postponed', afterMs: 0 };
        const answer = answerOf(receiver.mode, event, () => half);
        if ((answer.kind === 'status' && answer.status === 200) || lost) {
          receiver.got[attempt.track.partition]!.push(event);
          for (const id of attempt.gap) receiver.told.add(id);
        }
        const outcome = this.outcomeOf(
          lost ? { kind: 'failed', failure: 'timeout' } : answer,
          attempt.attempt,
          i === 0,
        );
        stopped ||= outcome.kind !== 'delivered';
        return outcome;
      });
      attempts.forEach((attempt, i) => desk.settle(attempt, outcomes[i]!, this.now));
      this.pump();
    });
  }

  outcomeOf(answer: Answer, attempt: number, first: boolean): Outcome<string> {
    const next = nextAttempt(answer, { attempt, chance: this.random.next() }, ladder);
    assert(next.kind !== 'ended');
    if (next.kind === 'delivered') return next;
    if (next.kind === 'parked') return { kind: 'parked', reason: none, record: next.error.class };
    if (this.chance(50) === 0) return { kind: 'postponed', afterMs: 20 };
    return { ...next, trouble: next.trouble && first, reason: none };
  }

  flush(): void {
    for (const p of partitions) {
      for (const [s, tracks] of this.tracks.entries()) {
        const change = this.desks[s]!.takeChange(tracks[p]!, this.now);
        if (change) apply(this.rows[s]![p]!, change);
      }
      this.partitionNext[p] = this.readers[p]!.next;
    }
    for (const [s, desk] of this.desks.entries()) this.circuits[s] = desk.circuit;
    this.conserved();
    this.later(20 + this.chance(100), () => this.flush());
  }

  conserved(): void {
    for (const row of this.rows.flat()) {
      const sum = row.delivered + row.suppressed + row.held.size + row.parked.size;
      assert(row.matched === sum, `seed ${this.seed}: matched ${row.matched}, accounted ${sum}`);
    }
  }

  run(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      this.tasks.sort((a, b) => a.at - b.at || a.order - b.order);
      const task = this.tasks[0];
      if (!task || task.at > until) break;
      this.tasks.shift();
      this.now = task.at;
      task.run();
    }
    this.now = until;
  }

  publish(count: number): void {
    for (let i = 0; i < count; i++) {
      const log = this.log[this.chance(partitions.length)]!;
      log.push({ offset: log.length, key: `k${this.chance(6)}`, eventId: `e${this.order++}` });
    }
  }
}

const matches = (s: number, event: LedgerItem) => s === 0 || event.key !== `k${s}`;

const answerOf = (mode: Receiver['mode'], event: LedgerItem, half: () => boolean): Answer => {
  if (mode === 'dead') return { kind: 'failed', failure: 'refused' };
  if (event.eventId.endsWith('13')) return { kind: 'status', status: 400 };
  return mode === 'flaky' && half() ? { kind: 'status', status: 503 } : { kind: 'status', status: 200 };
};

function apply(row: Row, { ledger, holds }: DeskChange<string>): void {
  row.next = ledger.next;
  row.behind = ledger.behind;
  row.matched += ledger.matched;
  row.delivered += ledger.delivered;
  for (const n of ledger.suppressed.values()) row.suppressed += n;
  for (const item of ledger.held) row.held.set(item.offset, item);
  for (const item of ledger.heldGone) assert(row.held.delete(item.offset), 'an exception ends once');
  for (const item of ledger.parked) row.parked.set(item.offset, item);
  row.passed.push(...ledger.passed);
  for (const { key, failures, hold, gap } of holds.written) row.holds.set(key, { failures, hold, gap });
  for (const key of holds.gone) row.holds.delete(key);
}

/** One life of the world: trouble, crashes, then peace; checks I1, I3, I4 and I5. */
function live(seed: number): void {
  const world = new World(seed, 3, seed % 3 === 0 ? 'release' : 'hold');
  for (let round = 0; round < 12; round++) {
    world.publish(world.chance(60));
    const receiver = world.receivers[world.chance(world.receivers.length)]!;
    receiver.mode = (['well', 'dead', 'flaky'] as const)[world.chance(3)]!;
    receiver.latencyMs = 1 + world.chance(300);
    const desk = world.desks[world.chance(3)]!;
    if (world.chance(6) === 0) desk.pause(true, world.now);
    world.run(world.chance(1_500));
    desk.pause(false, world.now);
    if (world.chance(3) === 0) world.start();
    const p = world.chance(partitions.length);
    if (world.chance(4) === 0) world.first[p] = world.chance(world.partitionNext[p]! + 1);
  }
  for (const receiver of world.receivers) Object.assign(receiver, { mode: 'well', latencyMs: 5 });
  // A person takes each parked event, as often as needed: its key goes on.
  for (let i = 0; i < 60; i++) {
    world.run(6_000);
    for (const [s, tracks] of world.tracks.entries()) {
      for (const track of tracks)
        for (const key of world.rows[s]![track.partition]!.holds.keys()) world.desks[s]!.release(track, key, world.now);
    }
  }
  world.conserved();
  world.rows.forEach((rows, s) => rows.forEach((row, p) => settled(world, s, p, row)));
}

function settled(world: World, s: number, p: number, row: Row): void {
  const where = `seed ${world.seed}, subscription ${s}, partition ${p}`;
  const gone = (offset: number) => row.passed.some(({ from, to }) => from <= offset && offset < to);
  const matching = world.log[p]!.filter((e) => matches(s, e) && !gone(e.offset));
  const due = matching.filter((e) => !e.eventId.endsWith('0'));
  const got = world.receivers[s]!.got[p]!;
  assert.strictEqual(row.matched, matching.length, `${where}: matched`);
  assert.strictEqual(row.held.size, 0, `${where}: still held`);
  assert(![...row.holds.values()].some(({ hold }) => hold), `${where}: a hold without end`);
  const delivered = new Set(got.map((e) => e.offset));
  for (const event of due)
    assert(delivered.has(event.offset) || row.parked.has(event.offset), `${where}: lost ${event.offset}`);
  for (const parked of world.policy === 'release' ? row.parked.values() : []) {
    const after = got.some((e) => e.key === parked.key && e.offset > parked.offset);
    assert(!after || world.receivers[s]!.told.has(parked.eventId), `${where}: a gap not declared: ${parked.eventId}`);
  }
  for (const key of new Set(due.map((e) => e.key))) {
    const first = [...new Set(got.filter((e) => e.key === key).map((e) => e.offset))];
    assert.deepStrictEqual(
      first,
      [...first].sort((a, b) => a - b),
      `${where}: order of ${key}`,
    );
  }
}

it('loses nothing, keeps the order per key and conserves every count, whatever receivers and crashes do', () => {
  const from = Number(process.env['KP_SIMULATION_SEED'] ?? 1);
  const seeds = Number(process.env['KP_SIMULATION_SEEDS'] ?? 60);
  for (let seed = from; seed < from + seeds; seed++) {
    try {
      live(seed);
    } catch (failure) {
      throw new Error(`seed ${seed} (KP_SIMULATION_SEED=${seed} KP_SIMULATION_SEEDS=1)`, { cause: failure });
    }
  }
});

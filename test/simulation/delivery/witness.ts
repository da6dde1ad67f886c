import assert from 'node:assert';
import { failingKeysMax, type Attempt, type Outcome, type Track } from '@kruispunt/delivery';
import type { Change, Database } from './database.js';
import type { Schedule } from '../schedule.js';
import type { Line } from './partition.js';
import type { ReplayWitness } from './replay-witness.js';
import { concerns, ladder, limits, places, refreshMs, windowMax, type Logged, type Party } from './scene.js';
import type { Leaving } from './leaving.js';

interface Named {
  readonly subscription: Pick<Party['subscription'], 'id'>;
}

/** What became of one event for one subscription, as seen from outside. */
interface Fate {
  got: boolean;
  suppressed: boolean;
  /** A person let its key go on without it. */
  discarded: boolean;
  /** The receiver was told that it is missing. */
  declared: boolean;
  failures: number;
  /** The epoch under which its outcome was committed. */
  settledIn: number;
}

/** What the witness remembers of a line: which keys failed since the last delivery. */
interface Sight {
  readonly failing: Set<string>;
  opened: boolean;
  deliveredAt: number;
  /** When an event last failed in this line. */
  readonly failedAt: Map<Track<string>, Map<number, number>>;
}

const newFate = (): Fate => ({
  got: false,
  suppressed: false,
  discarded: false,
  declared: false,
  failures: 0,
  settledIn: Infinity,
});

/** How much later than the last look at the protocols bytes may leave. */
const staleMs = refreshMs + 60;
/** The first subscription has every event this soon after it was published or the last upheaval of processes was over (I11). */
const lagMaxMs = 3_000;

/** Sees everything from outside, and checks at each step what must hold at each step. Throws at the first thing that does not. */
export class Witness {
  clock!: Schedule;
  replay!: ReplayWitness;
  /** Since when the protocol is withdrawn; undefined while it is in force. */
  withdrawnAt: number | undefined;
  wasWithdrawn = false;
  /** When processes last came, went, stalled or changed partitions. */
  upheavalAt = 0;
  /** A stalled process woke up at this moment with the picture of before. */
  wokeAt = -Infinity;
  private readonly fates = new Map<string, Fate>();
  private readonly lanes = new Map<string, Logged[]>();
  private readonly matching = new Map<string, Logged[]>();
  private readonly checked = new Map<string, number>();
  private readonly ends = new Map<string, number>();
  private readonly sights = new Map<Line, Sight>();
  database!: Database;

  constructor(private readonly parties: readonly Party[]) {}

  private get now(): number {
    return this.clock.now;
  }

  fate({ subscription }: Named, { place, offset }: Pick<Logged, 'place' | 'offset'>): Fate {
    const name = `${subscription.id} ${place} ${offset}`;
    const fate = this.fates.get(name) ?? newFate();
    this.fates.set(name, fate);
    return fate;
  }

  /** All that concerns a subscription in a place, in log order. */
  of({ subscription }: Named, place: string): readonly Logged[] {
    return this.matching.get(`${subscription.id} ${place}`) ?? [];
  }

  published(event: Logged): void {
    this.ends.set(event.place, event.offset + 1);
    for (const party of this.parties) {
      if (concerns(party, event) === 'no') continue;
      for (const [map, name] of [
        [this.lanes, `${party.subscription.id} ${event.place} ${event.key}`],
        [this.matching, `${party.subscription.id} ${event.place}`],
      ] as const) {
        const list = map.get(name) ?? [];
        if (list.length === 0) map.set(name, list);
        list.push(event);
      }
    }
  }

  /** I14: what a desk keeps in memory is bounded. */
  bounded({ desk, party }: Line): void {
    const { queued, held } = desk.backlog;
    const { inFlightMax } = party.subscription;
    assert(desk.inFlight <= inFlightMax, 'more on their way at once than allowed');
    assert(queued <= limits.queuedMax, `${queued} events queued in memory`);
    // Partitions that come together in one process bring what each of them held.
    const heldMax = (limits.heldMax + limits.queuedMax + inFlightMax * party.batchMax) * places.length;
    assert(held <= heldMax, `${held} exceptions`);
  }

  taken({ party }: Line, track: Track<string>): void {
    assert(track.blocked <= limits.blockedMax, `${party.subscription.id}: ${track.blocked} outcomes wait for a commit`);
  }

  started(process: string, line: Line, { track, key, attempt, offset, eventId }: Attempt<Logged, string>): void {
    const { desk, party } = line;
    if (desk.circuit.kind !== 'closed')
      assert(desk.inFlight === 1, `${process}: more than one probe while the circuit is open`);
    const fate = this.fateAt(party, `${track.topic}/${track.partition}`, offset);
    assert(
      attempt <= 1 + fate.failures,
      `attempt ${attempt} of ${eventId} after ${fate.failures} failures: the ladder was not reset for ${key}`,
    );
    const sight = this.sights.get(line);
    const failedAt = sight?.failedAt.get(track)?.get(offset) ?? -Infinity;
    const pause = this.now - failedAt;
    // A delivery says that the receiver is back: then nobody waits. A probe asks the one that waits longest, whatever its own pause.
    if (!sight || sight.deliveredAt >= failedAt || desk.circuit.kind !== 'closed') return;
    const least = ladder.firstMs * (1 - ladder.jitter) - 1;
    assert(pause >= least, `${party.subscription.id}: ${eventId} tried again after ${pause} ms`);
  }

  /** I3: what was committed as done is not sent again by whoever came after that commit. */
  sends(party: Party, event: Logged, epoch: number): void {
    const { settledIn } = this.fate(party, event);
    assert(settledIn > epoch, `${party.subscription.id}: ${event.id} is sent again after its outcome was committed`);
  }

  settled(
    process: string,
    line: Line,
    { attempt, outcome, before }: { attempt: Attempt<Logged, string>; outcome: Outcome<string>; before: string },
  ): void {
    const { track, offset, key, eventId } = attempt;
    const sight = this.sights.get(line) ?? {
      failing: new Set(),
      opened: false,
      deliveredAt: -Infinity,
      failedAt: new Map(),
    };
    this.sights.set(line, sight);
    const fate = this.fateAt(line.party, `${track.topic}/${track.partition}`, offset);
    if (![...line.tracks.values()].some((own) => own === track)) return;
    if (outcome.kind === 'delivered') {
      sight.failing.clear();
      sight.deliveredAt = this.now;
    }
    if (outcome.kind === 'parked' && /^(timeout|refused|503|429)$/.test(outcome.record))
      assert(fate.failures >= ladder.retriesMax, `${eventId} parked after ${fate.failures} failures`);
    if (outcome.kind !== 'later') return;
    sight.failedAt.set(track, (sight.failedAt.get(track) ?? new Map<number, number>()).set(offset, this.now));
    if (before !== 'probing') fate.failures += 1;
    if (sight.opened && before === 'closed') sight.failing.clear();
    sight.opened = line.desk.circuit.kind !== 'closed';
    if (!outcome.trouble) return;
    sight.failing.add(`${track.topic}/${track.partition}/${key}`);
    if (sight.failing.size >= failingKeysMax)
      assert(
        line.desk.circuit.kind !== 'closed',
        `${process}: ${sight.failing.size} keys failed in a row and the circuit is closed`,
      );
  }

  suppressed(party: Party, event: Logged, rule: string): void {
    const rightly = rule === 'duplicate' ? event.first !== undefined : rule === 'P@1:withdrawn' && this.wasWithdrawn;
    assert(rightly, `${party.subscription.id}: ${event.id} suppressed by ${rule} without cause`);
    this.fate(party, event).suppressed = true;
  }

  /** I16: bytes leave only under a protocol that is in force, as of the last look. */
  leaves(party: Party, event: Logged, { replay }: Leaving & { readonly from: string }): void {
    const needs = party.subscription.protocol !== undefined;
    const since = Math.max(this.withdrawnAt ?? Infinity, this.wokeAt);
    if (needs && this.withdrawnAt !== undefined && this.now - since > staleMs)
      assert.fail(
        `${party.subscription.id}: ${event.id} left ${this.now - since} ms after its protocol was withdrawn (${replay ?? 'live'})`,
      );
    assert(concerns(party, event) === 'yes', `${party.subscription.id}: ${event.id} left and does not match`);
  }

  /** I4: in log order per key; and a gap is told. */
  got(party: Party, event: Logged, { replay, gap }: Leaving): void {
    const fate = this.fate(party, event);
    // A reader that is further behind than the window reaches has forgotten what it saw.
    const remembered = event.first !== undefined && (this.ends.get(event.place) ?? 0) - event.first <= windowMax;
    assert(
      !remembered || replay !== undefined,
      `${party.subscription.id}: ${event.id} was delivered from its second place`,
    );
    const { id, orderPolicy } = party.subscription;
    const released = orderPolicy === 'release';
    const lane = this.lanes.get(`${id} ${event.place} ${event.key}`) ?? [];
    if (replay === undefined && !fate.got) {
      for (const earlier of lane) {
        if (earlier.offset >= event.offset) break;
        const was = this.fate(party, earlier);
        if (gap.includes(earlier.id)) was.declared = true;
        const settled = was.got || was.suppressed || (was.declared && (was.discarded || released));
        assert(settled, `${id} (${orderPolicy}): ${event.id} of ${event.key} arrived before ${earlier.id}`);
      }
    }
    if (!fate.got && party === this.parties[0]) {
      const lag = this.now - Math.max(event.loggedAt, this.upheavalAt);
      assert(lag <= lagMaxMs, `${id} had to wait ${lag} ms for ${event.id} while others were in trouble`);
    }
    fate.got = true;
  }

  /** I5 and I1 at every commit: each matched event below the position is in exactly one place, and none was passed without an outcome. */
  committed(place: string, epoch: number, changes: readonly Change[]): void {
    for (const party of this.parties) {
      const { id, types } = party.subscription;
      if (!types.includes(`proef.${place.slice(0, place.indexOf('/'))}`)) continue;
      if (this.database.states.get(id) === 'ended') continue;
      const row = this.database.row(id, place);
      const sum = row.delivered + row.suppressed + row.held.size + row.parked.size;
      assert(row.matched === sum, `${id} ${place}: matched ${row.matched}, accounted ${sum}`);
      const upTo = this.database.positionOf(id, place);
      const matching = this.of(party, place);
      let n = this.checked.get(`${id} ${place}`) ?? 0;
      for (; n < matching.length && matching[n]!.offset < upTo; n++) this.passed(party, matching[n]!, epoch);
      this.checked.set(`${id} ${place}`, n);
      for (const { sub, change } of changes) {
        if (sub !== id) continue;
        for (const { offset } of change.ledger.heldGone) this.passed(party, this.at(party, place, offset), epoch);
        for (const { key, hold } of change.holds.written)
          if (hold?.state === 'parked') this.hasParked(party, place, key);
      }
      assert(row.matched === n, `${id} ${place}: matched ${row.matched} of ${n} below ${upTo}`);
    }
  }

  /** An event whose exception ended, or which the position has passed. */
  passed(party: Party, event: Logged, epoch: number): void {
    const { id } = party.subscription;
    const row = this.database.row(id, event.place);
    if (row.held.has(event.offset) || row.parked.has(event.offset)) return;
    const fate = this.fate(party, event);
    assert(fate.got || fate.suppressed, `${id} ${event.place}: the position passed ${event.id}, which has no outcome`);
    fate.settledIn = Math.min(fate.settledIn, epoch);
  }

  /** Whoever holds a key shows a person what to decide about: without it the hold would have no end. */
  private hasParked({ subscription: { id } }: Party, place: string, key: string): void {
    const parked = [...this.database.row(id, place).parked.values()];
    assert(
      parked.some((p) => p.key === key && !p.discarded),
      `${id} ${place}: ${key} is held for a parked event that nobody can see`,
    );
  }

  private at(party: Party, place: string, offset: number): Logged {
    return this.of(party, place).find((e) => e.offset === offset)!;
  }

  private fateAt(party: Party, place: string, offset: number): Fate {
    return this.fate(party, { place, offset });
  }
}

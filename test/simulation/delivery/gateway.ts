import { Track, type Attempt, type Outcome } from '@kruispunt/delivery';
import type { Life, Work } from '../schedule.js';
import { catchUp, isBehind } from './catch-up.js';
import { attempt as attemptAtDoor, type Picture } from './door.js';
import { outcomeOf } from './outcome.js';
import { Line, Partition } from './partition.js';
import { partitionOf, refreshMs, topicOf, windowMax, type Logged } from './scene.js';
import { settle } from './settle.js';
import type { Steps } from './leaving.js';
import { io, type Stage } from './stage.js';

const none = new Uint8Array();
const readersMax = 2;
const turnsMax = 8;
const drainMs = 120;

/**
 * One delivery process, as delivery-run.ts of the gateway runs it, around the real desks: claimed partitions are read live, those behind
 * read for themselves, attempts run per lane, outcomes gather and are committed. It can die or stall between any two of its steps.
 */
export class Gateway {
  readonly life: Life = { alive: true, stalledUntil: 0 };
  readonly partitions = new Map<string, Partition>();
  readonly lines = new Map<string, Line>();
  readonly picture: Picture = { withdrawn: false };
  private catching = 0;

  constructor(
    readonly stage: Stage,
    readonly name: string,
  ) {
    this.refresh();
    this.every(60, () => this.wake());
    this.every(80, () => this.flush());
    this.every(refreshMs, () => this.refresh());
  }

  private get now(): number {
    return this.stage.schedule.now;
  }

  start(work: Work): void {
    this.stage.schedule.start(work, this.life);
  }

  private every(ms: number, run: () => void): void {
    const again = (): void => {
      run();
      this.stage.schedule.after(ms, again, this.life);
    };
    this.stage.schedule.after(this.stage.dice.below(ms), again, this.life);
  }

  /** Takes a partition over: epoch raised, window read again, positions loaded. */
  *claim(place: string): Work {
    const { database, log } = this.stage;
    yield io(this.stage);
    const known = this.partitions.get(place);
    if (known) this.drop(known);
    const { epoch, next } = database.claim(place);
    const partition = new Partition(place, epoch, { next, end: log.get(place)!.length });
    yield io(this.stage);
    for (const event of log.get(place)!.slice(Math.max(0, partition.next - windowMax), partition.next))
      partition.window.seenBefore(event.envelope.source, event.id, event.offset);
    this.refresh();
    this.partitions.set(place, partition);
    this.load(partition);
    this.start(this.read(partition));
  }

  private load(partition: Partition): void {
    const { database, parties, dice } = this.stage;
    const { place } = partition;
    for (const stored of database.load(place)) {
      const party = parties.find(({ subscription }) => subscription.id === stored.sub)!;
      const line = this.lines.get(stored.sub) ?? new Line(party, dice, stored.circuit);
      if (!this.lines.has(stored.sub)) line.desk.pause(database.states.get(stored.sub) !== 'active', this.now);
      this.lines.set(stored.sub, line);
      const next = stored.behind ? stored.next : Math.max(stored.next, partition.next);
      const track = new Track<string>(topicOf(place), partitionOf(place), next, stored.behind);
      line.desk.add(track, stored.lanes);
      line.tracks.set(partition, track);
      partition.lines.add(line);
      partition.touched.add(line);
      if (!stored.behind && !line.desk.still) track.join(partition);
    }
  }

  /** The partition goes; a line without partitions goes too. */
  drop(partition: Partition): void {
    if (this.partitions.get(partition.place) === partition) this.partitions.delete(partition.place);
    for (const line of partition.lines) {
      const track = line.tracks.get(partition);
      if (track) line.desk.remove(track);
      line.tracks.delete(partition);
      if (line.tracks.size === 0) this.lines.delete(line.party.subscription.id);
    }
    partition.lines.clear();
    partition.touched.clear();
    partition.lost = true;
  }

  /** On revoke: no new attempts; those on their way may end for a while; what is settled is committed; the partition goes. */
  *release(place: string): Work {
    const partition = this.partitions.get(place);
    if (!partition) return;
    partition.releasing = true;
    for (const until = this.now + drainMs; partition.attempts > 0 && this.now < until;) yield 10;
    while (partition.committing) yield 5;
    if (!partition.lost) yield* settle(this.stage, partition);
    if (!partition.lost) yield* settle(this.stage, partition);
    this.drop(partition);
  }

  private *read(partition: Partition): Work {
    const { dice, log } = this.stage;
    while (!partition.lost) {
      const from = partition.next;
      const to = Math.min(log.get(partition.place)!.length, from + 1 + dice.below(20));
      if (to > from) {
        partition.reading = true;
        yield io(this.stage);
        this.handOut(partition, from, to);
        partition.reading = false;
        for (const line of partition.touched) this.pump(line);
      }
      yield 40 + dice.below(80);
    }
  }

  /** One live batch: for those that read live. Who has no room reads on for itself. */
  private handOut(partition: Partition, from: number, to: number): void {
    for (const event of this.stage.log.get(partition.place)!.slice(from, to)) {
      const duplicate = this.isDuplicate(partition, event);
      for (const line of partition.lines) {
        const track = line.tracks.get(partition);
        if (!track?.live) continue;
        partition.touched.add(line);
        if (this.feed(line, track, event, duplicate) === 'taken') continue;
        track.leave();
        track.advance(event.offset);
      }
    }
    partition.next = to;
  }

  isDuplicate(partition: Partition, event: Logged): boolean {
    const { source, id } = event.envelope;
    const first = partition.window.seenBefore(source, id, event.offset);
    return first !== undefined && this.stage.log.get(partition.place)![first]?.id === id;
  }

  /** Hands one event in when it concerns the subscription, as line.ts of the gateway does. */
  feed({ desk, party }: Line, track: Track<string>, event: Logged, duplicate: boolean): 'taken' | 'full' {
    const { offset, key, id: eventId } = event;
    if (track.isPast(offset)) return 'taken';
    const match = party.matcher.match(event, party.registered.has(key));
    if (match.kind === 'no') return 'taken';
    if (duplicate) {
      const taken = desk.suppress(track, { offset, key, eventId }, 'duplicate');
      if (taken === 'taken') this.stage.witness.suppressed(party, event, 'duplicate');
      return taken;
    }
    const offer = { offset, key, eventId, bytes: 30, event };
    if (match.kind === 'yes') return desk.offer(track, offer);
    return desk.parkUntold(track, offer, { reason: none, record: 'cannot-tell', now: this.now });
  }

  /** Starts every request that may leave now. */
  pump(line: Line): void {
    const { desk } = line;
    for (let request = desk.nextRequest(this.now); request.length > 0; request = desk.nextRequest(this.now)) {
      for (const attempt of request) this.stage.witness.started(this.name, line, attempt);
      this.start(this.request(line, request));
    }
    this.stage.witness.bounded(line);
  }

  /** One request: of its events each has its own outcome; what stands behind one of its own key that did not go stays. */
  private *request(line: Line, attempts: readonly Attempt<Logged, string>[]): Work {
    const failed: Attempt<Logged, string>[] = [];
    for (const attempt of attempts) {
      const partition = [...line.tracks].find(([, track]) => track === attempt.track)?.[0];
      if (!partition || partition.releasing) {
        line.desk.settle(attempt, { kind: 'postponed', afterMs: drainMs }, this.now);
        continue;
      }
      if (failed.some(({ track, key }) => track === attempt.track && key === attempt.key)) continue;
      partition.attempts += 1;
      const outcome = yield* this.outcome(line, partition, attempt);
      partition.attempts -= 1;
      if (outcome.kind !== 'delivered' && outcome.kind !== 'suppressed') failed.push(attempt);
      const before = line.desk.circuit.kind;
      line.desk.settle(attempt, outcome, this.now);
      for (const where of line.tracks.keys()) where.touched.add(line);
      this.stage.witness.settled(this.name, line, { attempt, outcome, before });
    }
    this.pump(line);
  }

  private *outcome(
    { party }: Line,
    { place, epoch }: Partition,
    attempt: Attempt<Logged, string>,
  ): Steps<Outcome<string>> {
    const event = this.stage.log.get(place)![attempt.offset]!;
    this.stage.witness.sends(party, event, epoch);
    const leaving = { attempt: attempt.attempt, gap: attempt.gap, replay: undefined };
    const attempted = yield* attemptAtDoor(this.stage, this, { party, event }, leaving);
    return outcomeOf(this.stage, party, { event, attempt: attempt.attempt, attempted });
  }

  private wake(): void {
    for (const line of this.lines.values()) this.pump(line);
    for (const partition of [...this.partitions.values()].toSorted((a, b) => a.servedAt - b.servedAt)) {
      if (partition.catching || partition.releasing || this.catching >= readersMax || !isBehind(partition)) continue;
      this.start(this.serve(partition));
    }
  }

  private *serve(partition: Partition): Work {
    partition.catching = true;
    partition.servedAt = this.now;
    this.catching += 1;
    for (let turn = 0, more = true; more && turn < turnsMax && !partition.releasing && !partition.lost; turn++)
      more = yield* catchUp(this, partition);
    partition.catching = false;
    this.catching -= 1;
  }

  private flush(): void {
    for (const partition of this.partitions.values()) {
      const { touched, pending, next, committed } = partition;
      const moved = pending !== undefined || touched.size > 0 || next !== committed;
      if (moved && !partition.releasing && !partition.committing) this.start(settle(this.stage, partition));
    }
    for (const [sub, { desk }] of this.lines) this.stage.database.circuits.set(sub, desk.circuit);
  }

  /** What changed outside: protocols, subscriptions, keys that a person or a replay let go. */
  private refresh(): void {
    const { database } = this.stage;
    this.picture.withdrawn = database.withdrawn;
    for (const [sub, line] of this.lines) {
      line.desk.pause(database.states.get(sub) !== 'active', this.now);
      for (const partition of line.tracks.keys()) partition.touched.add(line);
    }
    for (const partition of this.partitions.values()) {
      if (partition.lost) {
        this.drop(partition);
        continue;
      }
      const released = database.takeReleased(partition.place, partition.epoch);
      if (released === 'fenced') {
        partition.lost = true;
        continue;
      }
      for (const { sub, key, gap } of released) {
        const line = this.lines.get(sub);
        const track = line?.tracks.get(partition);
        if (!line || !track) continue;
        line.desk.release(track, key, this.now, gap);
        partition.touched.add(line);
        this.pump(line);
      }
    }
  }
}

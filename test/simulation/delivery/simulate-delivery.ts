import assert from 'node:assert';
import type { PlanRequest } from '@kruispunt/delivery';
import { Dice } from '../dice.js';
import { Schedule } from '../schedule.js';
import { Database } from './database.js';
import { candidatesOf } from './find-candidates.js';
import { Group } from './group.js';
import { ReplayTables } from './replay-tables.js';
import { eventAt, keys, partiesOf, places, startAt, topicOf, type Logged, type Mode, type Party } from './scene.js';
import type { AuditLine } from './leaving.js';
import type { Stage } from './stage.js';
import { ReplayWitness } from './replay-witness.js';
import { Witness } from './witness.js';

const modes: readonly Mode[] = ['well', 'dead', 'slow', 'flaky', 'busy'];

/** A whole life of the delivery: trouble, then peace, then rest. One number decides all of it. */
class World {
  readonly stage: Stage;
  private readonly log = new Map<string, Logged[]>(places.map((place) => [place, []]));
  private readonly group: Group;
  private readonly witness: Witness;

  constructor(private readonly dice: Dice) {
    const parties = partiesOf(dice);
    const topics = new Map(
      parties.map(({ subscription: { id, types } }) => [id, new Set(types.map((type) => type.replace('proef.', '')))]),
    );
    const witness = new Witness(parties);
    const database = new Database(topics, (place, epoch, changes) => witness.committed(place, epoch, changes));
    const audit: AuditLine[] = [];
    const replays = new ReplayTables(database);
    witness.database = database;
    witness.replay = new ReplayWitness(database, audit);
    const schedule = new Schedule();
    witness.clock = schedule;
    this.witness = witness;
    this.stage = { schedule, dice, parties, log: this.log, database, replays, audit, witness };
    this.group = new Group(this.stage);
    for (let n = 0; n < 2; n++) this.group.join();
    const tend = (): void => {
      this.group.tend();
      schedule.after(500, tend);
    };
    tend();
  }

  private publish(count: number): void {
    const { dice, log } = this;
    for (let n = 0; n < count; n++) {
      const place = dice.pick(places);
      const event = eventAt(dice, place, log.get(place)!, this.stage.schedule.now);
      log.get(place)!.push(event);
      this.witness.published(event);
    }
  }

  /** Something happens: to receivers, to the law, to processes, or by an operator. */
  private trouble(): void {
    const { dice, stage, group } = this;
    const { database } = stage;
    const [, ...others] = stage.parties;
    const party = dice.pick(others);
    const { id } = party.subscription;
    switch (dice.below(12)) {
      case 0:
        return group.kill(dice.pick(group.members.filter((m) => m.life.alive)) ?? group.join());
      case 1:
        return group.stall(dice.pick(group.members), 100 + dice.below(1_500));
      case 2:
        return group.rebalance();
      case 3:
        return this.law(!database.withdrawn);
      case 4:
        return void (database.states.get(id) === 'active' && database.states.set(id, 'paused'));
      case 5:
        return void (database.states.get(id) === 'paused' && database.states.set(id, 'active'));
      case 6:
        party.receiver.poison = !party.receiver.poison;
        return;
      case 7:
        return this.discard(party);
      case 8:
      case 9:
        return this.replay(party);
      case 10:
        party.receiver.over = dice.oneIn(12);
        return;
      default:
        party.receiver.mode = dice.pick(modes);
    }
  }

  private law(withdrawn: boolean): void {
    this.stage.database.withdrawn = withdrawn;
    this.witness.withdrawnAt = withdrawn ? this.stage.schedule.now : undefined;
    this.witness.wasWithdrawn ||= withdrawn;
  }

  /** A person lets the key of one parked event go on without it. */
  private discard({ subscription: { id } }: Party, all = false): void {
    for (const place of places) {
      for (const { offset, discarded } of this.stage.database.row(id, place).parked.values()) {
        if (discarded || !(all || this.dice.oneIn(3))) continue;
        this.witness.fate({ subscription: { id } }, { place, offset }).discarded = true;
        this.stage.database.leave(id, { place, offset }, this.stage.schedule.now);
      }
    }
  }

  /** An operator plans, and somebody else approves, and it runs; or one that paused goes on. */
  private replay(party: Party): void {
    const { dice, stage } = this;
    for (const run of stage.replays.runs)
      if (run.state === 'paused')
        Object.assign(run, {
          state: 'running',
          progress: { ...run.progress, last: '' },
          epoch: run.epoch + 1,
          leaseUntil: 0,
          contested: true,
        });
    const request: PlanRequest = {
      subscription: party.subscription.id,
      intent: dice.pick(['failed', 'failed', 'missing', 'all']),
      order: dice.pick(['preserve', 'independent']),
      reason: 'proef',
      ...(dice.oneIn(4) ? { key: dice.pick(keys) } : {}),
      ...(dice.oneIn(4) ? { from: startAt + dice.below(stage.schedule.now + 1) } : {}),
      ...(dice.oneIn(6) ? { limit: 1 + dice.below(5) } : {}),
    };
    const plan = () =>
      stage.replays.plan(request, candidatesOf(stage, party, request), {
        ramp: dice.pick([[], [1], [1, 3], [2, 4, 8]]),
        auditFrom: stage.audit.length,
      });
    const run = plan();
    this.witness.replay.planned(run);
    assert(run.digest === plan().digest, 'the same request on the same log gives another digest');
    const duplicates = run.items.some((i) => i.state === 'queued' && i.before === 'delivered');
    const personal = run.items.some((i) => i.state === 'queued' && topicOf(i.event.place) === 'person');
    assert(run.causes.length > 0 === (duplicates || personal), 'a plan that needs a second person asks for none');
    stage.replays.start(run);
  }

  live(): void {
    const { dice, stage } = this;
    for (let round = 0; round < 10; round++) {
      this.publish(dice.below(30));
      for (let n = dice.below(3); n >= 0; n--) this.trouble();
      stage.schedule.runUntil(stage.schedule.now + dice.below(1_300));
    }
    this.peace();
    for (const party of stage.parties) this.settled(party);
  }

  /** All are well, the law is back, and a person takes each parked event, as often as needed. */
  private peace(): void {
    const { stage } = this;
    this.law(false);
    for (const { receiver, subscription } of stage.parties) {
      Object.assign(receiver, { mode: 'well', over: false });
      if (stage.database.states.get(subscription.id) === 'paused') stage.database.states.set(subscription.id, 'active');
    }
    stage.schedule.runUntil(stage.schedule.now + 1_500);
    for (let round = 0, quiet = 0; round < 120 && quiet < 3; round++) {
      for (const party of stage.parties) this.discard(party, true);
      stage.schedule.runUntil(stage.schedule.now + 500);
      quiet = stage.parties.some((party) => this.isWaiting(party)) ? 0 : quiet + 1;
    }
  }

  private isWaiting({ subscription: { id } }: Party): boolean {
    const { database } = this.stage;
    if (database.states.get(id) === 'ended') return false;
    return places.some((place) => {
      const row = database.row(id, place);
      const parked = [...row.parked.values()].some((p) => !p.discarded);
      return (
        row.held.size > 0 ||
        [...row.keys.values()].some(({ hold }) => hold) ||
        parked ||
        database.positionOf(id, place) < this.log.get(place)!.length
      );
    });
  }

  /** I1, I5: at rest every event that concerns a subscription was received, parked where one can see it, or suppressed with a reason. */
  private settled(party: Party): void {
    const { database } = this.stage;
    const { id } = party.subscription;
    if (database.states.get(id) === 'ended') return;
    for (const place of places) {
      const matching = this.witness.of(party, place);
      if (matching.length === 0) continue;
      const row = database.row(id, place);
      assert(
        row.held.size === 0 && ![...row.keys.values()].some(({ hold }) => hold),
        `${id} ${place}: ${row.held.size} still held, or a hold without end`,
      );
      assert(row.matched === matching.length, `${id} ${place}: matched ${row.matched} of ${matching.length}`);
      for (const event of matching) {
        const { got, suppressed } = this.witness.fate(party, event);
        assert(got || suppressed || row.parked.has(event.offset), `${id} ${place}: lost ${event.id}`);
      }
    }
  }
}

/** One seed of the delivery and its replays. Throws at the first promise that is not kept. */
export function simulateDelivery(seed: number): void {
  new World(new Dice(seed)).live();
}

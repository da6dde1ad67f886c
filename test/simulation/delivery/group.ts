import { Gateway } from './gateway.js';
import { workOnReplays } from './replay-runner.js';
import { places } from './scene.js';
import type { Stage } from './stage.js';

const sessionMs = 300;

/** Who owns which partition, as a consumer group sees it: late, and without asking a process that does not answer. */
export class Group {
  readonly members: Gateway[] = [];
  private readonly owners = new Map<string, Gateway>();
  private born = 0;

  constructor(private readonly stage: Stage) {}

  /** A process comes. */
  join(): Gateway {
    const gateway = new Gateway(this.stage, `p${this.born++}`);
    this.members.push(gateway);
    gateway.start(workOnReplays(this.stage, gateway));
    this.rebalance();
    return gateway;
  }

  /** SIGKILL: what it had in memory is gone; another takes its place, at once or when the session has expired. */
  kill(gateway: Gateway): void {
    gateway.life.alive = false;
    this.stage.witness.upheavalAt = this.stage.schedule.now + sessionMs;
    this.stage.schedule.after(this.stage.dice.oneIn(2) ? 20 : sessionMs, () => {
      this.leave(gateway);
      this.join();
    });
  }

  /** SIGSTOP: its partitions go to others when the session has expired; when it wakes it knows nothing of that. */
  stall(gateway: Gateway, ms: number): void {
    const { schedule, witness } = this.stage;
    gateway.life.stalledUntil = schedule.now + ms;
    witness.upheavalAt = schedule.now + ms + sessionMs;
    witness.wokeAt = Math.max(witness.wokeAt, schedule.now + ms);
    if (ms < sessionMs) return;
    schedule.after(sessionMs, () => {
      if (gateway.life.alive) this.leave(gateway);
      if (this.members.length === 0) this.join();
      else this.rebalance();
    });
    // Some time after it woke the group tells it; until then it works on as if nothing had been.
    schedule.after(ms + 30 + this.stage.dice.below(200), () => {
      if (!gateway.life.alive || this.members.includes(gateway)) return;
      for (const place of [...gateway.partitions.keys()]) gateway.start(gateway.release(place));
      this.members.push(gateway);
      this.stage.schedule.after(300, () => this.rebalance());
    });
  }

  /** Hands the partitions out anew. */
  rebalance(): void {
    const { dice, schedule, witness } = this.stage;
    witness.upheavalAt = Math.max(witness.upheavalAt, schedule.now + 400);
    for (const place of places) {
      const before = this.owners.get(place);
      const after = dice.pick(this.members);
      if (before === after) continue;
      this.owners.set(place, after);
      const claim = () => {
        if (this.owners.get(place) === after) after.start(after.claim(place));
      };
      const answers = before?.life.alive && before.life.stalledUntil <= schedule.now && this.members.includes(before);
      if (answers)
        before.start(
          (function* () {
            yield* before.release(place);
            claim();
          })(),
        );
      else claim();
      // It may have died while it let go.
      if (answers) schedule.after(sessionMs + 200, () => !before.life.alive && claim());
    }
  }

  /** Partitions that their owner has lost, or never got, are claimed again. */
  tend(): void {
    for (const [place, gateway] of this.owners) {
      const partition = gateway.partitions.get(place);
      if (partition && !partition.lost) continue;
      if (!gateway.life.alive || gateway.life.stalledUntil > this.stage.schedule.now) continue;
      gateway.start(gateway.claim(place));
    }
  }

  private leave(gateway: Gateway): void {
    const at = this.members.indexOf(gateway);
    if (at >= 0) this.members.splice(at, 1);
    for (const [place, owner] of this.owners) if (owner === gateway) this.owners.delete(place);
  }
}

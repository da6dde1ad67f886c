import assert from 'node:assert';
import type { Input } from '@kruispunt/chain-engine';
import { Dice } from '../dice.js';
import { Fenced } from './chain-database.js';
import { broken } from './chain-witness.js';
import { innerParts, intakeParts, Integrator, spread, type Claim } from './integrator.js';
import type { Play } from './play.js';
import { randomPlay } from './random-play.js';
import { realPlay } from './real-play.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const roles = [
  ...Array.from({ length: intakeParts }, (_, part) => `router-${part}`),
  ...Array.from({ length: innerParts }, (_, part) => `engine-${part}`),
];

/** An owner at work: its claim and the turn it is in the middle of. */
interface Owner {
  readonly claim: Claim;
  turn: Generator<void> | undefined;
}

/** The scheduler: any owner may wait, die or be replaced at any point of its turn; the clock goes by days, and sometimes astray. */
class World {
  readonly clock: { now: number };
  readonly integrator: Integrator;
  private readonly owners = new Map<string, Owner>();
  private zombies: Owner[] = [];
  private ops = 0;
  /** In some lives no process ever dies or stalls: then nobody comes later and tidies up. */
  private readonly steady: boolean;

  constructor(
    private readonly play: Play,
    private readonly dice: Dice,
  ) {
    this.steady = dice.oneIn(3);
    this.clock = { now: play.startAt + 9 * hourMs };
    this.integrator = new Integrator(play, dice, this.clock);
    this.integrator.brought = (part, end) => {
      const claim = this.owners.get(`engine-${part}`)?.claim;
      if (claim) claim.mustRead = Math.max(claim.mustRead, end);
    };
  }

  run(): void {
    const { play, dice, clock } = this;
    for (let day = 0; day <= play.days; day++) {
      clock.now = play.startAt + day * dayMs + dice.below(20) * hourMs;
      const today = play.script.filter((s) => s.day === day);
      const busy = today.length > 0 || dice.oneIn(3);
      for (const { event, dossier } of today) {
        this.integrator.publish(event, dossier);
        for (let n = dice.below(6); n > 0; n--) this.step(dice.pick(roles));
      }
      if (busy) for (let n = 0; n < 14; n++) this.happen();
      else for (let n = 0; n < 5; n++) this.happen();
    }
    this.rest();
  }

  private happen(): void {
    const { dice, clock } = this;
    const role = dice.pick(roles);
    switch (dice.below(24)) {
      case 0:
        return void (this.steady || this.owners.delete(role));
      case 1:
        return this.steady ? undefined : this.stall(role);
      case 2:
      case 3:
        return this.wake();
      case 4:
      case 5:
        return this.integrator.observe(this.engines());
      case 6:
        return this.operate();
      case 7:
        // The clock of a machine is put right, or wrong.
        clock.now += (dice.below(5) - 2) * hourMs;
        return;
      default:
        return this.step(role);
    }
  }

  /** SIGSTOP: another takes the role; this one goes on some time later, with what it knew. */
  private stall(role: string): void {
    const owner = this.owners.get(role);
    if (!owner) return;
    this.owners.delete(role);
    this.zombies.push(owner);
  }

  private wake(): void {
    if (this.zombies.length === 0) return;
    const zombie = this.dice.pick(this.zombies);
    for (let n = this.dice.below(6); n >= 0; n--) {
      if (this.advance(zombie)) continue;
      this.zombies = this.zombies.filter((z) => z !== zombie);
      return;
    }
  }

  private engines(): readonly Claim[] {
    return [...this.owners.values()].flatMap(({ claim }) => (claim.role.startsWith('engine') ? [claim] : []));
  }

  /** An operator notes something on an instance; its act comes twice, as any record may. */
  private operate(): void {
    const { dice, integrator } = this;
    const ids = [...integrator.database.states.keys()];
    if (ids.length === 0) return;
    const instance = dice.pick(ids);
    const by = { actor: 'an', organisation: 'OVO002949', role: 'operate', reason: 'proef' } as const;
    const input: Extract<Input, { kind: 'op' }> = { kind: 'op', id: `op-${this.ops++}`, by, act: { verb: 'annotate' } };
    const chain = integrator.database.states.get(instance)!.chain;
    for (let n = dice.below(2); n >= 0; n--)
      integrator.inner[spread(instance, innerParts)]!.push({ instance, chain, input });
  }

  private step(role: string): void {
    const owner = this.owners.get(role) ?? { claim: this.integrator.claim(role), turn: undefined };
    this.owners.set(role, owner);
    if (!this.advance(owner)) this.owners.delete(role);
  }

  /** One step of a turn; false when the owner finds out that it was replaced. */
  private advance(owner: Owner): boolean {
    const { claim } = owner;
    owner.turn ??= claim.role.startsWith('router') ? this.integrator.router(claim) : this.integrator.engine(claim);
    try {
      if (owner.turn.next().done) owner.turn = undefined;
      return true;
    } catch (thrown) {
      if (!(thrown instanceof Fenced)) throw thrown;
      return false;
    }
  }

  /** Nothing more comes: everything is read to its end, and the zombies find out. */
  private rest(): void {
    for (let round = 0, quiet = 0; round < 200 && quiet < 4; round++) {
      const before = this.progress;
      if (this.zombies.length > 0 && this.dice.oneIn(2)) this.wake();
      this.integrator.observe(this.engines());
      for (const role of roles) for (let n = 0; n < 8; n++) this.step(role);
      quiet = this.progress === before ? quiet + 1 : 0;
    }
  }

  /** Changes whenever anything is read, written or told. */
  private get progress(): string {
    const { database, inner, told } = this.integrator;
    const positions = [...this.owners.values()].map(({ claim }) => `${claim.position} ${claim.published}`);
    return JSON.stringify([positions, told.length, inner.map((log) => log.length), database.committed.length]);
  }
}

/** One seed of the integrator: real chains for an even one, a generated chain for an odd one. Throws at the first promise that is not kept. */
export function simulateChain(seed: number): void {
  const dice = new Dice(seed);
  const play = seed % 2 === 0 ? realPlay(dice) : randomPlay(dice);
  const world = new World(play, dice);
  world.run();
  const wrong = broken(play, world.integrator, dice);
  assert(wrong === undefined, wrong);
}

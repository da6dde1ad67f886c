import { Clock, Random, Timers } from './clock.js';

/** A clock that stands still until it is told to move; sleepers wake in order of time, then of arrival. */
export class VirtualClock extends Clock implements Timers {
  private readonly sleepers: { at: number; order: number; wake: () => void }[] = [];
  private order = 0;

  constructor(private nowMs = 0) {
    super();
  }

  now(): number {
    return this.nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.sleepers.push({ at: this.nowMs + ms, order: this.order++, wake });
    });
  }

  /** Moves forward by `ms` and wakes who slept until then. */
  async advance(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    for (;;) {
      const next = this.sleepers.filter((s) => s.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.sleepers.splice(this.sleepers.indexOf(next), 1);
      this.nowMs = Math.max(this.nowMs, next.at);
      next.wake();
      await Promise.resolve();
    }
    this.nowMs = until;
  }
}

/** Chance from a seed (mulberry32): the same seed gives the same numbers on every machine. */
export class SeededRandom extends Random {
  private state: number;
  constructor(seed: number) {
    super();
    this.state = seed >>> 0;
  }
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  uuid(): string {
    const hex = Array.from({ length: 32 }, () => Math.floor(this.next() * 16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

import { randomUUID } from 'node:crypto';
import { Clock, Random, Timers } from './clock.js';

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}

export class SystemTimers extends Timers {
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

export class SystemRandom extends Random {
  next(): number {
    return Math.random();
  }
  uuid(): string {
    return randomUUID();
  }
}

/** The system's clock plus an offset that may grow: the proving ground's "three weeks later". Never goes back. */
export class MovableClock extends Clock {
  private offsetMs = 0;
  now(): number {
    return Date.now() + this.offsetMs;
  }
  /** Moves the clock forward by `ms` (0 or more) in total; a smaller offset than the present one is ignored. */
  moveTo(offsetMs: number): void {
    this.offsetMs = Math.max(this.offsetMs, offsetMs);
  }
  get offset(): number {
    return this.offsetMs;
  }
}

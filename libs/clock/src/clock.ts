/** Where time and chance come in. Abstract classes, so that they serve as injection tokens too. All instants are ms since the Unix epoch. */
export abstract class Clock {
  /** This instant, in ms since the epoch. */
  abstract now(): number;
}

export abstract class Timers {
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export abstract class Random {
  /** A number in [0, 1). */
  abstract next(): number;
  /** A fresh version-4 or version-7 UUID. */
  abstract uuid(): string;
}

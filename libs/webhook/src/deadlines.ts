interface Running {
  /** On the clock of `performance.now()`. */
  readonly at: number;
  readonly expire: () => void;
}

/**
 * Many deadlines of one length behind one timer: they end in the order they began. A timer and a signal for each request would cost
 * more than the rest of the request does. Keeps no process alive.
 */
export class Deadlines {
  private readonly running = new Set<Running>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly ms: number) {}

  /** Calls `expire` once when the time is up, unless what it answers is called before. */
  start(expire: () => void): () => void {
    const one = { at: performance.now() + this.ms, expire };
    this.running.add(one);
    if (this.timer === undefined) this.wait(this.ms);
    return () => this.running.delete(one);
  }

  private wait(ms: number): void {
    this.timer = setTimeout(() => this.run(), ms).unref();
  }

  private run(): void {
    this.timer = undefined;
    const now = performance.now();
    for (const one of this.running) {
      if (one.at > now) return this.wait(Math.ceil(one.at - now));
      this.running.delete(one);
      one.expire();
    }
  }
}

import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** What a receiver said. Its body is counted and thrown away. */
export interface Heard {
  readonly status: number;
  readonly headers: Headers;
}

/** The time was up before the last byte. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
  readonly code = 'KP_DEADLINE_PASSED';
}

/** Why a connection is broken off whose answer is longer than anyone needs. */
const enough = new Error('enough was read');

/**
 * One request and its answer, straight from the connection: no stream, no signal, no timer of its own. States: waiting for a connection →
 * sent → heard (the status is known) → over. Once over, a request that still waits is never sent, and one under way is broken off.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  private readonly result = Promise.withResolvers<Heard>();
  private controller: Controller | undefined;
  private heard: Heard | undefined;
  private bytes = 0;
  private over: Error | undefined;

  constructor(private readonly bodyBytesMax: number) {}

  /** What was heard, when the answer has ended or is long enough. Throws what the connection threw, and `DeadlinePassed`. */
  get answer(): Promise<Heard> {
    return this.result.promise;
  }

  /** The deadline has passed: whatever comes now changes nothing. */
  expire(): void {
    const passed = new DeadlinePassed();
    this.result.reject(passed);
    this.stop(passed);
  }

  onRequestStart(controller: Controller): void {
    this.controller = controller;
    if (this.over) controller.abort(this.over);
  }

  onResponseStart(_controller: Controller, status: number, headers: Headers): void {
    // An informational answer comes before the one that counts.
    if (status >= 200) this.heard = { status, headers };
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes <= this.bodyBytesMax || !this.heard) return;
    this.result.resolve(this.heard);
    this.stop(enough);
  }

  onResponseEnd(): void {
    this.over = enough;
    if (this.heard) this.result.resolve(this.heard);
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.over ??= error;
    // The status was said; what became of its body changes nothing.
    if (this.heard) this.result.resolve(this.heard);
    else this.result.reject(error);
  }

  private stop(because: Error): void {
    if (this.over) return;
    this.over = because;
    this.controller?.abort(because);
  }
}

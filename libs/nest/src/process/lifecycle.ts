import { attr, type Log } from '@kruispunt/telemetry';

/** How long requests and batches that were under way may take to finish, in ms; after it they are cut off (operators.md §9). */
const finishMsMax = 25_000;

/** How long one closing hook may take, in ms: less than what remains of the 30 s an orchestrator waits before it kills. */
const hookMsMax = 3_000;

type Close = () => Promise<unknown> | void;

/**
 * The life of one process: starting → running → stopping → stopped. `stopping` is aborted first, so that long polls and loops end
 * early; then requests and batches finish; then what was opened closes, the last one opened first.
 */
export class Lifecycle {
  private readonly abort = new AbortController();
  private readonly hooks: { readonly name: string; readonly close: Close }[] = [];
  private clean = true;
  started = false;

  constructor(private readonly log: Log) {}

  /** Aborted as soon as the process is asked to stop. */
  get stopping(): AbortSignal {
    return this.abort.signal;
  }

  /** Closes `close` when all work has finished; hooks run one by one, in reverse order of registration. */
  onClose(name: string, close: Close): void {
    this.hooks.push({ name, close });
  }

  /** Closes `resource` in its turn, and gives it back: `const database = lifecycle.owns('postgres', openDatabase(url))`. */
  owns<R extends { close(): Promise<unknown> | void }>(name: string, resource: R): R {
    this.onClose(name, () => resource.close());
    return resource;
  }

  /** Runs the whole ending: `finish` lets work under way end, `cutOff` does not. True when all ended in time and without a fault. */
  async end(work?: { readonly finish: () => Promise<unknown>; readonly cutOff: () => void }): Promise<boolean> {
    this.abort.abort(new Error('the process is stopping'));
    if (work) await this.within('requests', finishMsMax, work.finish, work.cutOff);
    for (const { name, close } of this.hooks.toReversed()) await this.within(name, hookMsMax, close);
    return this.clean;
  }

  private async within(name: string, ms: number, work: () => unknown, cutOff?: () => void): Promise<void> {
    const late = Symbol('late');
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise((resolve) => {
      timer = setTimeout(resolve, ms, late);
    });
    try {
      if ((await Promise.race([work(), deadline])) !== late) return;
      this.clean = false;
      this.log.error('closing timed out', { [attr.hook]: name, [attr.waitMs]: ms });
      cutOff?.();
    } catch (cause) {
      this.clean = false;
      this.log.error('closing failed', { [attr.hook]: name, [attr.cause]: cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

import type { Clock } from '@kruispunt/clock';
import { DuplicateWindow } from '@kruispunt/delivery';
import type { LogAdmin, TopicPartition } from '@kruispunt/kafka';
import type { CachedReader } from '../deliver/cached-reader.js';
import { windowStart } from '../match/window-start.js';

interface Filled {
  readonly window: DuplicateWindow;
  next: number;
}

/** Duplicate windows of partitions that are pulled from, whoever owns them: filled from the log as far as pages have come. */
export class Windows {
  private readonly byPartition = new Map<string, Promise<Filled>>();

  constructor(
    private readonly reader: CachedReader,
    private readonly admin: LogAdmin,
    private readonly options: { readonly idsMax: number; readonly clock: Clock },
  ) {}

  /** The window of this partition, filled up to `to`. */
  async of({ topic, partition, to }: TopicPartition & { readonly to: number }): Promise<DuplicateWindow> {
    const name = `${topic}/${partition}`;
    const before = this.byPartition.get(name) ?? this.begin({ topic, partition, to });
    const filled = before.then((state) => this.fill(state, { topic, partition }, to));
    this.byPartition.set(name, filled);
    filled.catch(() => this.byPartition.delete(name));
    return (await filled).window;
  }

  private async begin(at: TopicPartition & { readonly to: number }): Promise<Filled> {
    const { idsMax, clock } = this.options;
    return {
      window: new DuplicateWindow(idsMax),
      next: await windowStart(this.admin, at, { idsMax, now: clock.now() }),
    };
  }

  private async fill(state: Filled, at: TopicPartition, to: number): Promise<Filled> {
    while (state.next < to) {
      const batch = await this.reader.stretch(at, state.next);
      const next = 'passedBy' in batch ? batch.passedBy : batch.next;
      if (next <= state.next) break;
      for (const { headers, offset } of 'passedBy' in batch ? [] : batch.entries) {
        if (offset >= state.next && offset < to)
          state.window.seenBefore(headers['ce_source'] ?? '', headers['ce_id'] ?? '', offset);
      }
      state.next = Math.min(next, to);
    }
    return state;
  }
}

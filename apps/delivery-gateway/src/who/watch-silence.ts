import type { Clock, Timers } from '@kruispunt/clock';
import { bookOf } from '@kruispunt/policy';
import type { PostgresActivity, PostgresProtocolStore, PostgresSubscriptionStore } from '@kruispunt/postgres';
import { attr, type Log, type Metrics } from '@kruispunt/telemetry';
import { silentFilters, type Silence } from './silent-filters.js';

export interface SilenceParts {
  readonly activity: PostgresActivity;
  readonly protocols: PostgresProtocolStore;
  readonly subscriptions: PostgresSubscriptionStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly silentMs: number;
  readonly everyMs: number;
}

const subscriptionsMax = 10_000;

/** Looks which subscriptions went silent, and keeps what it saw: for the metric, the flow, and whoever asks about one. */
export class SilenceWatch {
  private seen: ReadonlyMap<string, readonly Silence[]> = new Map();

  constructor(private readonly parts: SilenceParts) {}

  of(subscription: string): readonly Silence[] {
    return this.seen.get(subscription) ?? [];
  }

  /** How many subscriptions have an alarm. */
  count(): number {
    return this.seen.size;
  }

  async look(): Promise<void> {
    const { activity, protocols, subscriptions, clock, log, metrics, silentMs } = this.parts;
    const now = clock.now();
    const movedAt = new Map((await activity.observe(now)).map((one) => [one.subscription, one.movedAt]));
    const all = await subscriptions.list(undefined, subscriptionsMax);
    const found = silentFilters(all, { book: bookOf(await protocols.list()), movedAt, now, silentMs });
    metrics.clear('silentSubscriptions');
    for (const [subscription, alarms] of found) {
      for (const { kind } of alarms) metrics.set('silentSubscriptions', { subscription, reason: kind }, 1);
      if (this.seen.has(subscription)) continue;
      log.error('subscription went silent', {
        [attr.subscriptionId]: subscription,
        [attr.reason]: alarms.map(({ kind }) => kind).join(' '),
      });
    }
    this.seen = found;
  }

  async work(stopping: AbortSignal): Promise<void> {
    const { timers, log, everyMs } = this.parts;
    while (!stopping.aborted) {
      await this.look().catch((cause: unknown) => log.warn('silence not watched', { [attr.cause]: cause }));
      await timers.sleep(everyMs, stopping).catch(() => undefined);
    }
  }
}

import type { Clock } from '@kruispunt/clock';
import { EventLog, type LogPosition, type LogRecord } from '@kruispunt/event';

/** How long a failed append keeps the gateway out of the load balancer, ms; then it may try again, because only a write can tell. */
const restMs = 10_000;

/** The event log, remembering whether it takes writes. */
export class WatchedLog extends EventLog {
  private failedAt: number | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
  ) {
    super();
  }

  async append(records: readonly LogRecord[]): Promise<LogPosition[]> {
    try {
      const positions = await this.log.append(records);
      this.failedAt = undefined;
      return positions;
    } catch (thrown) {
      this.failedAt = this.clock.now();
      throw thrown;
    }
  }

  /** True unless the last append failed a moment ago. */
  get takesWrites(): boolean {
    return this.failedAt === undefined || this.clock.now() - this.failedAt > restMs;
  }
}

import { attr } from '@kruispunt/telemetry';
import type { DeliveryAttempt, Line } from './line.js';
import type { Lines } from './lines.js';
import { outcomeOf, type OutcomeParts } from './outcome-of.js';
import type { OwnedPartitions } from './owned-partitions.js';
import { settle, type SettleParts } from './settle.js';

export interface PumpParts extends OutcomeParts, SettleParts {
  readonly pace: { readonly flushOutcomes: number; readonly drainMs: number };
}

const faultPauseMs = 1_000;

/** Starts what the desks let go, and gives them what came of it. */
export class Pump {
  constructor(
    private readonly parts: PumpParts,
    private readonly partitions: OwnedPartitions,
    private readonly lines: Lines,
  ) {}

  /** Starts every attempt that may leave now; none when the process is stopping. */
  run(line: Line): void {
    if (this.parts.stopping.aborted) return;
    const now = this.parts.clock.now();
    for (let attempt = line.desk.next(now); attempt; attempt = line.desk.next(now)) void this.attempt(line, attempt);
  }

  /** It may have something to do, and to commit wherever it stands. */
  touch(line: Line): void {
    this.lines.awake.add(line);
    for (const partition of this.partitions.of(line)) partition.touched.add(line);
  }

  private async attempt(line: Line, attempt: DeliveryAttempt): Promise<void> {
    const { clock, log, pace } = this.parts;
    const partition = this.partitions.find(attempt.track.topic, attempt.track.partition);
    if (!partition || partition.releasing)
      return line.desk.settle(attempt, { kind: 'postponed', afterMs: pace.drainMs }, clock.now());
    partition.attempts += 1;
    const outcome = await outcomeOf(this.parts, line.subscription, attempt).catch((cause: unknown) => {
      log.warn('delivery postponed', {
        [attr.subscriptionId]: line.subscription.id,
        [attr.eventId]: attempt.eventId,
        [attr.cause]: cause,
      });
      return { kind: 'postponed', afterMs: faultPauseMs } as const;
    });
    partition.attempts -= 1;
    partition.outcomes += 1;
    const before = line.desk.circuit.kind;
    line.desk.settle(attempt, outcome, clock.now());
    this.touch(line);
    this.tell(line, attempt, { parked: outcome.kind === 'parked' ? outcome.record.error.class : undefined, before });
    if (partition.outcomes >= pace.flushOutcomes) void settle(this.parts, partition);
    this.run(line);
  }

  private tell(
    line: Line,
    { eventId, attempt }: DeliveryAttempt,
    { parked, before }: { readonly parked: string | undefined; readonly before: string },
  ): void {
    const id = { [attr.subscriptionId]: line.subscription.id };
    if (parked !== undefined)
      this.parts.log.warn('delivery parked', {
        ...id,
        [attr.eventId]: eventId,
        [attr.attempt]: attempt,
        [attr.reason]: parked,
      });
    const { kind } = line.desk.circuit;
    if (before !== kind && (before === 'closed' || kind === 'closed'))
      this.parts.log.info('circuit changed', { ...id, [attr.state]: kind });
  }
}

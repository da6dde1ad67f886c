import { attr } from '@kruispunt/telemetry';
import type { DeliveryAttempt, Line } from './line.js';
import type { Lines } from './lines.js';
import { outcomesOf, type LiveOutcome, type OutcomeParts } from './outcome-of.js';
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
    for (let going = line.desk.nextRequest(now); going.length > 0; going = line.desk.nextRequest(now))
      void this.attempt(line, going);
  }

  /** It may have something to do, and to commit wherever it stands. */
  touch(line: Line): void {
    this.lines.awake.add(line);
    for (const partition of this.partitions.of(line)) partition.touched.add(line);
  }

  /** One request: its events settle together, in their order. */
  private async attempt(line: Line, going: readonly DeliveryAttempt[]): Promise<void> {
    const { pace } = this.parts;
    const partitions = going.map(({ track }) => this.partitions.find(track.topic, track.partition));
    const there = partitions.filter((partition) => partition !== undefined && !partition.releasing);
    if (there.length < going.length)
      return this.settleAll(line, going, () => ({ kind: 'postponed', afterMs: pace.drainMs }));
    for (const partition of there) partition!.attempts += 1;
    const outcomes = await this.outcomes(line, going);
    for (const partition of there) {
      partition!.attempts -= 1;
      partition!.outcomes += 1;
    }
    const before = line.desk.circuit.kind;
    this.settleAll(line, going, (i) => outcomes[i]!);
    this.touch(line);
    for (const [i, { eventId, attempt }] of going.entries()) this.tellParked(line, { eventId, attempt }, outcomes[i]!);
    this.tellCircuit(line, before);
    for (const partition of new Set(there))
      if (partition!.outcomes >= pace.flushOutcomes) void settle(this.parts, partition!);
    this.run(line);
  }

  private outcomes(line: Line, going: readonly DeliveryAttempt[]): Promise<readonly LiveOutcome[]> {
    return outcomesOf(this.parts, line.subscription, going).catch((cause: unknown) => {
      this.parts.log.warn('delivery postponed', {
        [attr.subscriptionId]: line.subscription.id,
        [attr.eventId]: going[0]?.eventId,
        [attr.cause]: cause,
      });
      return going.map(() => ({ kind: 'postponed', afterMs: faultPauseMs }) as const);
    });
  }

  private settleAll(line: Line, going: readonly DeliveryAttempt[], outcome: (i: number) => LiveOutcome): void {
    const now = this.parts.clock.now();
    for (const [i, attempt] of going.entries()) line.desk.settle(attempt, outcome(i), now);
  }

  private tellParked(
    line: Line,
    { eventId, attempt }: Pick<DeliveryAttempt, 'eventId' | 'attempt'>,
    outcome: LiveOutcome,
  ): void {
    if (outcome.kind !== 'parked') return;
    this.parts.log.warn('delivery parked', {
      [attr.subscriptionId]: line.subscription.id,
      [attr.eventId]: eventId,
      [attr.attempt]: attempt,
      [attr.reason]: outcome.record.error.class,
    });
  }

  private tellCircuit(line: Line, before: string): void {
    const { kind } = line.desk.circuit;
    if (before !== kind && (before === 'closed' || kind === 'closed'))
      this.parts.log.info('circuit changed', { [attr.subscriptionId]: line.subscription.id, [attr.state]: kind });
  }
}

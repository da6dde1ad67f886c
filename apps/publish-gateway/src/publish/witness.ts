import type { AuditEntry, AuditTrail } from '@kruispunt/audit';
import type { Clock } from '@kruispunt/clock';
import type { Caller } from '@kruispunt/policy';
import { attr, type Log, type Metrics } from '@kruispunt/telemetry';
import type { Accepted, Refusal } from './accept.js';

export interface WitnessParts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly audit: AuditTrail;
  readonly clock: Clock;
}

/**
 * Tells what became of a request: one line for what the log took, one per refusal with its slug, the organisation and the rule, never a
 * payload, a subject or a place in it. What policy refused stands in the audit trail too (security.md S7).
 */
export class Witness {
  constructor(private readonly parts: WitnessParts) {}

  tell(caller: Caller, { mode, verdicts }: Accepted, durationMs: number): void {
    const { log, metrics } = this.parts;
    const refusals = verdicts.filter((verdict) => verdict.kind === 'refused');
    for (const verdict of verdicts)
      if (verdict.kind === 'accepted') metrics.add('eventsAccepted', { type: verdict.receipt.type });
    for (const refusal of refusals) this.tellRefusal(caller, refusal, mode === 'batch');
    metrics.observe('acceptDuration', { mode }, durationMs / 1_000);
    const count = verdicts.length - refusals.length;
    if (count > 0)
      log.info('events accepted', {
        [attr.organisation]: caller.organisation,
        [attr.count]: count,
        [attr.durationMs]: durationMs,
      });
    void this.record(caller, refusals);
  }

  // A single refusal is thrown, so the problem filter counts it; those inside a batch are counted here.
  private tellRefusal(caller: Caller, { because, event, rule }: Refusal, count: boolean): void {
    if (count) this.parts.metrics.add('eventsRefused', { reason: because.slug });
    const fields = {
      [attr.problem]: because.slug,
      [attr.organisation]: caller.organisation,
      [attr.eventType]: event?.type,
      [attr.rule]: rule,
    };
    this.parts.log[because.entry.level]('event refused', fields);
  }

  // Not waited for: nothing left the house, so the answer does not hang on the audit trail (unlike a delivery, I9).
  private async record(caller: Caller, refusals: readonly Refusal[]): Promise<void> {
    const entries = refusals.filter(({ rule }) => rule !== undefined).map((refusal) => this.entryOf(caller, refusal));
    try {
      await this.parts.audit.append(entries);
    } catch (cause) {
      this.parts.log.error('refusal not audited', {
        [attr.organisation]: caller.organisation,
        [attr.count]: entries.length,
        [attr.cause]: cause,
      });
    }
  }

  private entryOf({ organisation, subject }: Caller, { because, rule, event }: Refusal): AuditEntry {
    return {
      kind: 'refusal',
      at: this.parts.clock.now(),
      action: 'publish',
      organisation,
      application: 'publish-gateway',
      user: subject,
      outcome: because.slug,
      status: because.status,
      ...(rule !== undefined && { rule, reason: rule }),
      ...(event !== undefined && { event }),
    };
  }
}

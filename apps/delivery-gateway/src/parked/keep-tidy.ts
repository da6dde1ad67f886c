import type { Timers } from '@kruispunt/clock';
import { eraseDiscarded, type PostgresReplayEvidence, type PostgresReplayPlanStore } from '@kruispunt/postgres';
import { attr, type Log } from '@kruispunt/telemetry';
import type { OperatorParts } from '../operate/perform.js';

const roundMs = 3_600_000;
const batchMax = 1_000;
/** A report that is fetched slower than this is asked for again. */
const evidenceLifeMs = 24 * roundMs;
/** Erases what was discarded and can no longer be restored, each batch with its audit lines before the commit. Answers how many events. */
export async function eraseDue({ acts, audit, clock }: OperatorParts): Promise<number> {
  for (let erased = 0; ;) {
    const batch = await acts.run(
      async (tx) => {
        const groups = await eraseDiscarded(tx, clock.now(), batchMax);
        await audit.append(
          groups.map(({ subscription, events }) => ({
            kind: 'operator' as const,
            at: clock.now(),
            action: 'parked.erase',
            organisation: 'kruispunt',
            application: 'delivery-gateway',
            subscription,
            reason: `${events} events, discarded longer ago than can be undone`,
          })),
        );
        return groups.reduce((sum, { events }) => sum + events, 0);
      },
      { dryRun: false },
    );
    erased += batch;
    if (batch < batchMax) return erased;
  }
}

interface TidyParts extends OperatorParts {
  readonly plans: PostgresReplayPlanStore;
  readonly evidence: PostgresReplayEvidence;
  readonly timers: Timers;
  readonly log: Log;
}

/** Every hour until `stopping`, in any number of processes: erases what is due, removes plans and verifications whose process died over them. */
export async function keepTidy(parts: TidyParts, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      await parts.plans.dropAbandoned(parts.clock.now() - roundMs);
      await parts.evidence.dropAbandoned(parts.clock.now() - evidenceLifeMs);
      const erased = await eraseDue(parts);
      if (erased > 0) parts.log.info('discarded events erased', { [attr.count]: erased });
    } catch (cause) {
      parts.log.warn('discarded events not erased yet', { [attr.cause]: cause });
    }
    await parts.timers.sleep(roundMs, stopping).catch(() => undefined);
  }
}

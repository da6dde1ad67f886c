import type { Clock } from '@kruispunt/clock';
import type { LogAdmin } from '@kruispunt/kafka';
import type { FlowRow, PostgresFlow } from '@kruispunt/postgres';
import type { CachedReader } from '../deliver/cached-reader.js';

/** One subscription now. `backlog`: records between its position and the end of the log, whoever they are for; `lagS`: age of the oldest of them. */
export interface SubscriptionFlow extends Omit<FlowRow, 'positions'> {
  readonly backlog: number;
  readonly lagS: number;
}

export interface FlowView {
  readonly at: string;
  readonly subscriptions: readonly SubscriptionFlow[];
  /** Sums over all; `difference` must be 0 (I5). */
  readonly total: {
    readonly matched: number;
    readonly delivered: number;
    readonly suppressed: number;
    readonly held: number;
    readonly parked: number;
    readonly difference: number;
    readonly backlog: number;
  };
}

export interface FlowParts {
  readonly flow: PostgresFlow;
  readonly admin: LogAdmin;
  readonly reader: CachedReader;
  readonly clock: Clock;
}

/** How delivery flows: every number from the stores and the log. */
export async function measureFlow({ flow, admin, reader, clock }: FlowParts): Promise<FlowView> {
  const rows = await flow.list(1_000);
  const topics = [...new Set(rows.flatMap((row) => row.positions.map(({ topic }) => topic)))];
  const ends = new Map(
    (
      await Promise.all(
        topics.map(async (topic) =>
          (await admin.offsets(topic)).map(({ partition, next }) => [`${topic}/${partition}`, next] as const),
        ),
      )
    ).flat(),
  );
  const now = clock.now();
  const ageOf = async (topic: string, partition: number, offset: number): Promise<number> => {
    const batch = await reader.stretch({ topic, partition }, offset).catch(() => undefined);
    const entry = batch && !('passedBy' in batch) ? batch.entries.find((e) => e.offset >= offset) : undefined;
    return entry ? Math.max(0, now - entry.timestamp) / 1_000 : 0;
  };
  const subscriptions = await Promise.all(
    rows.map(async ({ positions, ...row }): Promise<SubscriptionFlow> => {
      const behind = positions
        .map((p) => ({ ...p, records: Math.max(0, (ends.get(`${p.topic}/${p.partition}`) ?? 0) - p.next) }))
        .filter((p) => p.records > 0);
      const ages = await Promise.all(behind.slice(0, 20).map((p) => ageOf(p.topic, p.partition, p.next)));
      return { ...row, backlog: behind.reduce((sum, p) => sum + p.records, 0), lagS: Math.max(0, ...ages) };
    }),
  );
  const sum = (pick: (s: SubscriptionFlow) => number) => subscriptions.reduce((total, s) => total + pick(s), 0);
  return {
    at: new Date(now).toISOString(),
    subscriptions,
    total: {
      matched: sum((s) => s.matched),
      delivered: sum((s) => s.delivered),
      suppressed: sum((s) => s.suppressed),
      held: sum((s) => s.held),
      parked: sum((s) => s.parked),
      difference: sum((s) => Math.abs(s.difference)),
      backlog: sum((s) => s.backlog),
    },
  };
}

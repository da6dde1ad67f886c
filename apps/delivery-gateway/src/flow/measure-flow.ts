import type { Clock } from '@kruispunt/clock';
import type { LogAdmin } from '@kruispunt/kafka';
import type { FlowRow, PostgresFlow } from '@kruispunt/postgres';
import type { CachedReader } from '../deliver/cached-reader.js';
import type { Silence } from '../who/silent-filters.js';
import type { SilenceWatch } from '../who/watch-silence.js';

/** One subscription now. `backlog`: records between its position and the end of the log, whoever they are for; `lagS`: age of the oldest of them. */
export interface SubscriptionFlow extends Omit<FlowRow, 'positions' | 'heldSince'> {
  readonly backlog: number;
  readonly lagS: number;
  /** Age of the oldest event that may still be delivered: unread, or held behind its key. */
  readonly oldestUndeliveredS: number;
  /** Why it may have gone silent; empty: it has not. */
  readonly alarms: readonly Silence[];
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
    readonly discarded: number;
    readonly difference: number;
    readonly backlog: number;
    readonly oldestUndeliveredS: number;
    /** Subscriptions with an alarm. */
    readonly silent: number;
  };
  /** How many subscriptions stand so towards their receiver. */
  readonly circuits: Readonly<Record<string, number>>;
}

export interface FlowParts {
  readonly flow: PostgresFlow;
  readonly admin: LogAdmin;
  readonly reader: CachedReader;
  readonly clock: Clock;
  readonly silence: Pick<SilenceWatch, 'of' | 'count'>;
}

/** How delivery flows: every number from the stores and the log. */
export async function measureFlow({ flow, admin, reader, clock, silence }: FlowParts): Promise<FlowView> {
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
    rows.map(async ({ positions, heldSince, ...row }): Promise<SubscriptionFlow> => {
      const behind = positions
        .map((p) => ({ ...p, records: Math.max(0, (ends.get(`${p.topic}/${p.partition}`) ?? 0) - p.next) }))
        .filter((p) => p.records > 0);
      const ages = await Promise.all(behind.slice(0, 20).map((p) => ageOf(p.topic, p.partition, p.next)));
      const lagS = Math.max(0, ...ages);
      const heldS = heldSince === null ? 0 : Math.max(0, now - heldSince) / 1_000;
      const backlog = behind.reduce((sum, p) => sum + p.records, 0);
      const alarms = silence.of(row.id);
      return { ...row, backlog, lagS, oldestUndeliveredS: Math.max(lagS, heldS), alarms };
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
      discarded: sum((s) => s.discarded),
      difference: sum((s) => s.difference),
      backlog: sum((s) => s.backlog),
      oldestUndeliveredS: Math.max(0, ...subscriptions.map((s) => s.oldestUndeliveredS)),
      silent: silence.count(),
    },
    circuits: circuitsOf(subscriptions),
  };
}

function circuitsOf(subscriptions: readonly SubscriptionFlow[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { closed: 0, probing: 0, open: 0 };
  for (const { circuit } of subscriptions) counts[circuit.kind] = (counts[circuit.kind] ?? 0) + 1;
  return counts;
}

import type { Clock, Timers } from '@kruispunt/clock';
import { ev, type SchemaIds } from '@kruispunt/contracts';
import { toRecord, type LogRecord } from '@kruispunt/event';
import type { Stretch } from '@kruispunt/delivery';
import type {
  GapWarning,
  PartitionStore,
  PositionChange,
  PostgresGapStore,
  PostgresPositionStore,
  Queryable,
} from '@kruispunt/postgres';
import { Problem } from '@kruispunt/problem';
import { attr, type Log } from '@kruispunt/telemetry';
import { announceGap } from './announce-gap.js';
import type { Line } from './line.js';
import type { Partition } from './partition.js';

export interface SettleParts {
  readonly store: PartitionStore;
  readonly positions: PostgresPositionStore;
  readonly gaps: PostgresGapStore;
  readonly schemaIds: SchemaIds;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

const retryMs = 500;

/**
 * Moves the positions: everything that was settled since the last time, of all subscriptions in one partition, in one transaction under
 * the partition's epoch. No row per delivered event. One commit at a time per partition; what was taken is tried until it is committed or
 * the partition is lost.
 */
export function settle(parts: SettleParts, partition: Partition): Promise<void> {
  partition.committing ??= commit(parts, partition).finally(() => (partition.committing = undefined));
  return partition.committing;
}

async function commit(parts: SettleParts, partition: Partition): Promise<void> {
  const taken = (partition.pending ??= take(partition, parts.clock.now()));
  if (taken.changes.length === 0 && taken.warnings.length === 0 && taken.next === partition.committed) {
    partition.pending = undefined;
    return;
  }
  try {
    await write(parts, partition, taken);
    partition.committed = taken.next;
    partition.pending = undefined;
    await parts.store
      .publishOutbox(partition.claim)
      .catch((cause: unknown) => tell(parts, partition, 'parked events not announced yet', cause));
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.entry.retry === 'later' && thrown.slug !== 'internal') {
      tell(parts, partition, 'positions not committed yet', thrown);
      await parts.timers.sleep(retryMs);
      return;
    }
    partition.lost = thrown;
    tell(parts, partition, 'partition lost', thrown);
  }
}

const tell = (
  { log }: SettleParts,
  { topic, partition, claim }: Partition,
  what: 'parked events not announced yet' | 'positions not committed yet' | 'partition lost',
  cause: unknown,
): void =>
  log.warn(what, { [attr.topic]: topic, [attr.partition]: partition, [attr.epoch]: claim.epoch, [attr.cause]: cause });

interface Taken {
  readonly id: string;
  readonly next: number;
  readonly changes: readonly PositionChange[];
  /** Subscriptions that retention is about to pass by. */
  readonly warnings: readonly GapWarning[];
}

const at = ({ topic, partition }: Partition) => ({ topic, partition });

function take(partition: Partition, now: number): Taken {
  const changes: PositionChange[] = [];
  for (const line of partition.touched) {
    const track = line.tracks.get(partition);
    const change = track && line.desk.takeChange(track, now);
    if (change) changes.push({ subscription: line.subscription.id, change });
    if (!track || (track.live && track.open === 0)) partition.touched.delete(line);
  }
  partition.outcomes = 0;
  return {
    id: `settle ${partition.claim.epoch} ${partition.takes++}`,
    next: partition.next,
    changes,
    warnings: partition.warnings.splice(0),
  };
}

/** What retention took from a subscription, announced on the bus in the transaction that moves its position past it. */
function gaps(
  { schemaIds, clock }: SettleParts,
  partition: Partition,
  changes: readonly PositionChange[],
): readonly LogRecord[] {
  const passed = changes.filter(({ change }) => change.ledger.passed.length > 0);
  if (passed.length === 0) return [];
  const owners = new Map([...partition.lines].map((line) => [line.subscription.id, line.subscription]));
  return passed.flatMap(({ subscription, change }) => {
    const owner = owners.get(subscription);
    const announce = (stretch: Stretch) =>
      owner ? [announceGap(schemaIds, owner, { ...stretch, ...at(partition), now: clock.now() })] : [];
    return change.ledger.passed.flatMap(announce);
  });
}

async function write(parts: SettleParts, partition: Partition, { id, next, changes, warnings }: Taken): Promise<void> {
  const { claim, committed: from } = partition;
  const warn = async (tx: Queryable) => {
    const fresh = await parts.gaps.warn(tx, claim, warnings);
    return fresh.map((gap) =>
      announceGap(parts.schemaIds, gap.owner, { ...gap, ...at(partition), now: parts.clock.now() }),
    );
  };
  try {
    // A repetition after a lost answer is told by the position that has moved; where it has not, by the id.
    await parts.store.transact(claim, { from, next, eventIds: next === from ? [id] : [] }, async (tx) => {
      if (tx.freshAt[0] === false) return;
      await parts.positions.write(tx, claim.topic, claim.partition, changes);
      tx.publish([
        ...announcements(parts, partition, changes),
        ...gaps(parts, partition, changes),
        ...(await warn(tx)),
      ]);
    });
  } catch (thrown) {
    // The answer of an earlier commit was lost, and it was this one: the store stands where we wanted it.
    if (thrown instanceof Problem && thrown.slug === 'conflict' && thrown.fields['next'] === next && next !== from)
      return;
    throw thrown;
  }
}

/** What the owner of a subscription is told of each parked event, on the bus itself; never of an announcement that was parked. */
function announcements(
  { schemaIds, clock }: SettleParts,
  { topic, partition, lines }: Partition,
  changes: readonly PositionChange[],
): LogRecord[] {
  const type = ev.AfleveringGeparkeerdV1;
  const owners = new Map<string, Line>([...lines].map((line) => [line.subscription.id, line]));
  return changes.flatMap(({ subscription, change }) =>
    change.ledger.parked.flatMap((item) => {
      const { record, eventId, offset, attempts } = item;
      const owner = owners.get(subscription);
      if (record.type === type.type || !owner) return [];
      const at = new Date(clock.now()).toISOString();
      const data = {
        abonnement: subscription,
        afnemer: owner.subscription.org,
        eventId,
        eventSource: record.source,
        eventType: record.type,
        topic,
        partitie: partition,
        offset,
        reden: record.error.class,
        httpStatus: record.error.status ?? null,
        pogingen: attempts,
        eerstePoging: null,
        laatstePoging: attempts > 0 ? new Date(record.at).toISOString() : null,
        heraflevering: null,
        tijdstipRegistratie: at,
      };
      const id = `${subscription}:${topic}:${partition}:${offset}:${record.at}`;
      return [
        toRecord(
          {
            specversion: '1.0',
            id,
            source: 'urn:kruispunt:dienst:delivery-gateway',
            type: type.type,
            subject: `urn:kruispunt:abonnement:${subscription}`,
            time: at,
            data,
          },
          type,
          schemaIds,
        ),
      ];
    }),
  );
}

import { hostname } from 'node:os';
import type { Clock, Timers } from '@kruispunt/clock';
import { catalogus, ev } from '@kruispunt/contracts';
import {
  runPartitions,
  type KafkaDriver,
  type LogBatch,
  type PartitionRun,
  type RunnerTrouble,
} from '@kruispunt/kafka';
import {
  dropDayPartitionsBefore,
  ensureDayPartitions,
  indexDays,
  migrate,
  PostgresQuarantine,
  utcDay,
  type Claim,
  type Database,
  type PartitionStore,
  type PostgresEventIndex,
} from '@kruispunt/postgres';
import { asProblem } from '@kruispunt/problem';
import { attr, type Log } from '@kruispunt/telemetry';
import { indexBatch } from './index-batch.js';
import { strays } from './strays.js';

export interface IndexParts {
  readonly driver: KafkaDriver;
  readonly database: Database;
  readonly store: PartitionStore;
  readonly index: PostgresEventIndex;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly groupId: string;
  readonly daysKept: number;
  readonly stopping: AbortSignal;
  /** Which topics; those of the catalogue when absent. */
  readonly topics?: readonly string[];
}

const consumer = 'event-index';
const table = 'event_index';
const dayMs = 86_400_000;
const retryMs = 2_000;
// One transaction per event would cost more than accepting it (measured: 8 ms of CPU at 35 events/s), so the broker gathers; the index
// still follows within a second. Small stretches: filling shares its process with accepting, which must not stand behind a backlog.
const reading = { maxBytes: 131_072, minBytes: 65_536, maxWaitMs: 500 };

/** Every topic of the catalogue but the audit trail, which has its own way to be searched. The internal copies of events are not in it. */
export const indexedTopics = [...new Set(catalogus.map(({ topic }) => topic))].filter(
  (topic) => topic !== ev.AuditGeregistreerdV1.topic,
);

/**
 * Fills the event index from the log for as long as the process lives: database prepared → joined → filling. What is not there yet
 * (Postgres, a topic) is waited for, because publishing goes on without it. Close it by `close()`.
 */
export class IndexRun {
  private run: PartitionRun<Claim> | undefined;
  private readonly daysReady = new Set<string>();
  private readonly started: Promise<void>;

  constructor(private readonly parts: IndexParts) {
    this.started = this.start();
  }

  async close(): Promise<void> {
    await this.started;
    await this.run?.close();
  }

  private async start(): Promise<void> {
    const { stopping, timers, log } = this.parts;
    while (!stopping.aborted && this.run === undefined) {
      try {
        await migrate(this.parts.database);
        this.run = await this.join();
      } catch (thrown) {
        log.warn('event index waited', {
          [attr.problem]: asProblem(thrown).slug,
          [attr.waitMs]: retryMs,
          [attr.cause]: thrown,
        });
        await timers.sleep(retryMs, stopping).catch(() => undefined);
      }
    }
  }

  private join(): Promise<PartitionRun<Claim>> {
    const { driver, store, groupId, topics = indexedTopics } = this.parts;
    const owner = `${hostname()}:${process.pid}`;
    const handle = (claim: Claim, batch: LogBatch) => this.fill(claim, batch);
    return runPartitions({
      driver,
      store,
      topics,
      owner,
      consumer,
      groupId,
      handle,
      ...reading,
      onTrouble: (t) => this.tell(t),
    });
  }

  private async fill(claim: Claim, batch: LogBatch): Promise<void> {
    const { clock, daysKept, database, store, index } = this.parts;
    const rows = indexBatch(batch.entries);
    const apart = strays(batch.entries, rows).map((record) => ({ ...record, consumer }));
    await new PostgresQuarantine(database).put(apart);
    const now = clock.now();
    const dayOf = indexDays(now, daysKept);
    await this.prepareDays(
      rows.map(({ loggedAt }) => dayOf(loggedAt)),
      now,
    );
    await store.transact(claim, { from: batch.from, next: batch.next }, (tx) => index.add(tx, rows, dayOf));
  }

  /** Makes the partitions the rows need; and once a day forgets those that are older than what is kept. */
  private async prepareDays(days: readonly string[], now: number): Promise<void> {
    const today = utcDay(now);
    for (const day of new Set([...days, today])) {
      if (this.daysReady.has(day)) continue;
      await ensureDayPartitions(this.parts.database, table, { from: day, days: 1 });
      if (day === today)
        await dropDayPartitionsBefore(this.parts.database, table, utcDay(now - this.parts.daysKept * dayMs));
      this.daysReady.add(day);
    }
  }

  private tell(trouble: RunnerTrouble): void {
    const cause = 'cause' in trouble ? trouble.cause : undefined;
    const place =
      'partition' in trouble
        ? { [attr.topic]: trouble.partition.topic, [attr.partition]: trouble.partition.partition }
        : {};
    this.parts.log.warn('event index delayed', {
      [attr.consumer]: consumer,
      [attr.reason]: trouble.kind,
      [attr.cause]: cause,
      ...place,
    });
  }
}

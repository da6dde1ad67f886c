import type { Clock, Timers } from '@kruispunt/clock';
import type { SchemaIds } from '@kruispunt/contracts';
import type { EventLog } from '@kruispunt/event';
import type { LogAdmin } from '@kruispunt/kafka';
import { civilDate } from '@kruispunt/policy';
import { PostgresRepertorium, PostgresRepertoriumOutbox, type Database, type PostgresFlow } from '@kruispunt/postgres';
import { attr, type Log } from '@kruispunt/telemetry';
import { announceIn } from './announce.js';

export interface KeepParts {
  readonly database: Database;
  readonly flow: PostgresFlow;
  readonly admin: LogAdmin;
  readonly eventLog: EventLog;
  readonly schemaIds: SchemaIds;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** How long before its end a registration is reminded of. */
  readonly remindDays: number;
  readonly everyMs: number;
}

const batchMax = 500;
/** Systems may write under the old key for some time after a replacement. */
const graceMs = 30 * 86_400_000;

/** Until `stopping`: announces what changed, ends what is over, reminds of what ends soon, lets replaced keys go. Any number of processes. */
export async function keepRepertorium(parts: KeepParts, stopping: AbortSignal): Promise<void> {
  const { clock, timers, log, everyMs } = parts;
  let day = '';
  while (!stopping.aborted) {
    try {
      await announceAll(parts);
      const today = civilDate(clock.now());
      if (day !== today) {
        await endAll(parts, today);
        await retireReplaced(parts);
        day = today;
      }
    } catch (cause) {
      log.warn('repertorium not kept yet', { [attr.cause]: cause });
    }
    await timers.sleep(everyMs, stopping).catch(() => undefined);
  }
}

async function announceAll({ database, eventLog, schemaIds }: KeepParts): Promise<void> {
  const outbox = new PostgresRepertoriumOutbox(database);
  while ((await outbox.announce(batchMax, announceIn(eventLog, schemaIds))) === batchMax);
}

async function endAll({ database, remindDays, log }: KeepParts, today: string): Promise<void> {
  const repertorium = new PostgresRepertorium(database);
  for (;;) {
    const { ended, reminded } = await repertorium.endDue(today, remindDays, batchMax);
    if (ended + reminded > 0) log.info('registrations ended or reminded of', { [attr.count]: ended + reminded });
    if (ended < batchMax && reminded < batchMax) return;
  }
}

/** A replaced key goes when every event that was logged before the replacement is settled for its subscription, and the grace is over. */
export async function retireReplaced({
  database,
  flow,
  admin,
  clock,
}: Pick<KeepParts, 'database' | 'flow' | 'admin' | 'clock'>): Promise<number> {
  const repertorium = new PostgresRepertorium(database);
  const rows = new Map((await flow.list(10_000)).map((row) => [row.id, row]));
  let retired = 0;
  for (const replaced of await repertorium.replacedBefore(clock.now() - graceMs, batchMax)) {
    const positions = rows.get(replaced.subscription)?.positions ?? [];
    const past = await Promise.all(
      positions.map(
        async ({ topic, partition, next }) => next >= (await admin.offsetAt(topic, partition, replaced.at)),
      ),
    );
    if (past.includes(false)) continue;
    await repertorium.retire(replaced);
    retired += 1;
  }
  return retired;
}

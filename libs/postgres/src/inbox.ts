import assert from 'node:assert';
import { hash } from 'node:crypto';
import { Problem } from '@kruispunt/problem';
import type { Database } from './database.js';
import { dropDayPartitionsBefore, ensureDayPartitions } from './day-partitions.js';
import type { Queryable } from './statement.js';

/** A duplicate is recognised when it comes on the same day (UTC) or one of this many days before: 24 h at the least. */
const daysBefore = 2;
const daysAhead = 8;

export interface Admission {
  readonly fresh: ReadonlySet<string>;
  readonly freshAt: readonly boolean[];
}

/** Notes the ids as seen by this owner and says which were new. The caller holds the lock of the owner's row. */
export async function admit(tx: Queryable, owner: number, eventIds: readonly string[]): Promise<Admission> {
  if (eventIds.length === 0) return { fresh: new Set(), freshAt: [] };
  const keys = eventIds.map(inboxKey);
  const rows = await tx.query<{ event: string }>({
    name: 'inbox-admit',
    text: admitText,
    values: [owner, keys, daysBefore],
  });
  const freshKeys = new Set(rows.map(({ event }) => event));
  // Taken out at its first place, so that a second place with the same id is not fresh.
  const freshAt = keys.map((key) => freshKeys.delete(key));
  return { fresh: new Set(eventIds.filter((_, at) => freshAt[at])), freshAt };
}

/**
 * Housekeeping: room for the days to come, and the days that are out of the window dropped. Cheap when there is nothing to do. Answers
 * today ('YYYY-MM-DD', UTC). A drop that finds the table busy is left to the next time.
 */
export async function keepInbox(database: Database): Promise<string> {
  await ensureDayPartitions(database, 'inbox', { days: daysAhead });
  const [row] = await database.query<{ today: string; oldest: string }>({
    name: 'inbox-window',
    text: 'select current_date as today, current_date - $1::int as oldest',
    values: [daysBefore],
  });
  assert(row);
  await dropDayPartitionsBefore(database, 'inbox', row.oldest).catch((thrown: unknown) => {
    if (!(thrown instanceof Problem && thrown.slug === 'store-unavailable')) throw thrown;
  });
  return row.today;
}

// The look at earlier days is a scalar subquery on purpose: as `not exists` the planner may turn it into a join that reads the whole
// inbox of the owner, as it did on a table without statistics.
export const admitText = `
  insert into inbox (owner, event)
  select $1, e from unnest($2::uuid[]) as e
   where (select 1 from inbox as seen where seen.owner = $1 and seen.event = e
             and seen.day >= current_date - $3::int and seen.day < current_date limit 1) is null
  on conflict do nothing
  returning event`;

/** 128 bits of the id's SHA-256, as a UUID: ids are free text up to 256 bytes, a million of them per partition must stay small. */
function inboxKey(eventId: string): string {
  const digest = hash('sha256', eventId, 'hex');
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-${digest.slice(12, 16)}-${digest.slice(16, 20)}-${digest.slice(20, 32)}`;
}

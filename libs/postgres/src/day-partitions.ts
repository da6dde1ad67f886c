import assert from 'node:assert';
import type { Database } from './database.js';
import type { Transaction } from './statement.js';

export interface DayRange {
  /** First day, 'YYYY-MM-DD' in UTC; today when left out. */
  readonly from?: string;
  /** How many days, the first one included. */
  readonly days: number;
}

const lockKey = 7_274_202;
const daysMax = 400;

/**
 * Sees to it that a table that is partitioned by range over a day (`date` or `timestamptz`) has a partition for each day of the range,
 * and answers the names of those it made. Costs one read when nothing is missing; writers of other days are not held up.
 */
export async function ensureDayPartitions(
  database: Database,
  table: string,
  range: DayRange,
): Promise<readonly string[]> {
  requireTable(table);
  assert(range.days >= 1 && range.days <= daysMax, `days must lie between 1 and ${daysMax}`);
  // From the tables of the catalogue, not `to_regclass`: that one may still answer from this session's cache after the lock.
  const missing = {
    name: 'day-partitions-missing',
    text: `select to_char(day, 'YYYY-MM-DD') as day
             from generate_series(coalesce($2::date, current_date), coalesce($2::date, current_date) + $3::int - 1, interval '1 day') as day
            where not exists (select from pg_inherits join pg_class on pg_class.oid = inhrelid
                               where inhparent = $1::regclass and relname = $1 || to_char(day, '_YYYYMMDD'))
            order by day`,
    values: [table, range.from ?? null, range.days],
  };
  if ((await database.query(missing)).length === 0) return [];
  return database.transaction(async (tx) => {
    await tx.query({ name: 'day-partitions-lock', text: 'select pg_advisory_xact_lock($1)', values: [lockKey] });
    const days = await tx.query<{ day: string }>(missing);
    for (const { day } of days) await attach(tx, table, day);
    return days.map(({ day }) => partitionName(table, day));
  });
}

/**
 * Drops the partitions of all days before `day` ('YYYY-MM-DD') and answers their names. A drop waits at most a second for the table's
 * readers, so that writers never queue up behind it: then it throws `store-unavailable`, and the next housekeeping tries again.
 */
export async function dropDayPartitionsBefore(
  database: Database,
  table: string,
  day: string,
): Promise<readonly string[]> {
  requireTable(table);
  const old = await database.query<{ name: string }>({
    name: 'day-partitions-old',
    text: `select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
            where inhparent = to_regclass($1) and relname ~ ('^' || $1 || '_[0-9]{8}$') and relname < $1 || to_char($2::date, '_YYYYMMDD')
            order by relname`,
    values: [table, day],
  });
  for (const { name } of old) {
    await database.transaction((tx) => tx.script('day-partitions-drop', `drop table if exists ${name}`), {
      lock_timeout: '1000',
    });
  }
  return old.map(({ name }) => name);
}

/** Made apart and then attached: `create table … partition of` would shut out every writer of the table for that moment. */
async function attach(tx: Transaction, table: string, day: string): Promise<void> {
  const name = partitionName(table, day);
  await tx.script(
    'day-partitions-attach',
    `create table ${name} (like ${table} including defaults including constraints);
     alter table ${table} attach partition ${name} for values from ('${day}') to ('${dayAfter(day)}')`,
  );
}

const partitionName = (table: string, day: string): string => `${table}_${day.replaceAll('-', '')}`;

const dayAfter = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

/** The name goes into the text of a statement, so it may only be a plain one. */
function requireTable(table: string): void {
  assert(/^[a-z][a-z0-9_]{0,50}$/.test(table), `not a table name: ${table}`);
}

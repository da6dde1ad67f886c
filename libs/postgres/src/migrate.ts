import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { problem } from '@kruispunt/problem';
import type { Database } from './database.js';
import type { Transaction } from './statement.js';

/** Beside `src` and `dist`, so that both find the same files. */
const sqlFolder = new URL('../sql/', import.meta.url);
/** Any number that no other advisory lock of Kruispunt uses; see also partition-lock.ts. */
const lockKey = 7_274_201;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly digest: string;
}

/**
 * Brings the database to the form this code needs and answers the names of the files it applied now. Files run once, in order of
 * their number, all in one transaction: a fault leaves the database as it was. Processes that start together wait for one another.
 * Throws `migration-changed` when a file that was applied before differs from what stands in the folder.
 */
export async function migrate(database: Database, folder: URL = sqlFolder): Promise<readonly string[]> {
  const migrations = await readMigrations(folder);
  return database.transaction(
    async (tx) => {
      await tx.query({ name: 'migrate-lock', text: 'select pg_advisory_xact_lock($1)', values: [lockKey] });
      const applied = await appliedDigests(tx);
      const pending = migrations.filter(({ name, digest }) => !isApplied(applied, name, digest));
      for (const migration of pending) await apply(tx, migration);
      return pending.map(({ name }) => name);
    },
    // Waiting for a neighbour's migration, and a long one of our own, are both right here.
    { lock_timeout: '600000', statement_timeout: '0' },
  );
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  const numbers = names.map((name) => name.slice(0, 4));
  const twice = numbers.find((number, at) => numbers.indexOf(number) !== at);
  if (twice !== undefined) throw problem('migration-changed', { at: twice, reason: 'two files have this number' });
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { name, sql, digest: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function appliedDigests(tx: Transaction): Promise<Map<string, string>> {
  await tx.script(
    'migrate-table',
    `create table if not exists migration (name text primary key, digest text not null, applied_at timestamptz not null default now())`,
  );
  const rows = await tx.query<{ name: string; digest: string }>({
    name: 'migrate-applied',
    text: 'select name, digest from migration',
  });
  return new Map(rows.map(({ name, digest }) => [name, digest]));
}

function isApplied(applied: ReadonlyMap<string, string>, name: string, digest: string): boolean {
  const before = applied.get(name);
  if (before !== undefined && before !== digest) {
    throw problem('migration-changed', { at: name, reason: 'the file was changed after it had been applied' });
  }
  return before !== undefined;
}

async function apply(tx: Transaction, { name, sql, digest }: Migration): Promise<void> {
  await tx.script(name, sql);
  await tx.query({
    name: 'migrate-record',
    text: 'insert into migration (name, digest) values ($1, $2)',
    values: [name, digest],
  });
}

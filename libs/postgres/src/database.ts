import assert from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { problem } from '@kruispunt/problem';
import { databaseProblem } from './database-problem.js';
import { Session } from './session.js';
import type { Queryable, Statement, Transaction } from './statement.js';

/** Bounds of one process's use of the database. Every wait has an end, so that a stalled owner cannot hold a row for ever. */
export interface DatabaseOptions {
  /** Sessions at most (default 10). */
  readonly sessionsMax?: number;
  /** Callers that may wait for a session (default 1 000); one more gets `store-unavailable` at once. */
  readonly waitingMax?: number;
  /** To connect, or to get a session of the pool (default 5 000). */
  readonly connectTimeoutMs?: number;
  /** One statement (default 15 000). */
  readonly statementTimeoutMs?: number;
  /** One wait for a lock (default 5 000). */
  readonly lockTimeoutMs?: number;
  /** A transaction that says nothing (default 10 000); afterwards Postgres ends the session and its locks. */
  readonly idleInTransactionTimeoutMs?: number;
  /** How the sessions are named in pg_stat_activity. */
  readonly applicationName?: string;
}

const startingUpPauseMs = 50;

/** A pool of sessions on one Postgres. Opens no connection before the first statement. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const sessionsMax = options.sessionsMax ?? 10;
  const connectTimeoutMs = options.connectTimeoutMs ?? 5_000;
  const statementTimeoutMs = options.statementTimeoutMs ?? 15_000;
  const pool = new pg.Pool({
    connectionString: url,
    max: sessionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    // The server ends a slow statement; this ends the wait for a server that does not answer at all.
    query_timeout: statementTimeoutMs + 5_000,
    lock_timeout: options.lockTimeoutMs ?? 5_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 10_000,
    application_name: options.applicationName ?? 'kruispunt',
    // A day is a day in UTC, whatever the server's own zone: day partitions and `current_date` depend on it.
    options: '-c TimeZone=UTC',
    types: { getTypeParser: typeParser },
  });
  // An idle session that Postgres ends (restart, take-over) leaves the pool by itself; unheard, the event would end the process.
  pool.on('error', () => undefined);
  return new Database(pool, { callersMax: sessionsMax + (options.waitingMax ?? 1_000), connectTimeoutMs });
}

/** Sessions of one Postgres. All faults are Problems: `store-unavailable` or `internal`, with their cause. */
export class Database implements Queryable {
  /** Who has a session or waits for one. */
  private callers = 0;

  constructor(
    private readonly pool: pg.Pool,
    private readonly bounds: { readonly callersMax: number; readonly connectTimeoutMs: number },
  ) {}

  async query<Row extends object = Record<string, unknown>>(statement: Statement): Promise<Row[]> {
    return this.session((session) => session.query<Row>(statement));
  }

  /** Writes rows by the thousand (`copy … from stdin`), in a transaction of their own. `rows`: lines by `copyLine`. */
  async copyIn(name: string, text: string, rows: string): Promise<void> {
    return this.session((session) => session.copyIn(name, text, rows));
  }

  /**
   * Runs `work` in one transaction: all of it is committed, or nothing when it throws. `work` must use the `Transaction` it is given
   * and await everything it starts. A `store-unavailable` may mean that the commit happened and its answer was lost.
   * `settings` are set for this transaction only, e.g. `{ enable_seqscan: 'off' }`.
   */
  async transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    return this.session(async (session) => {
      await session.command(begin(settings));
      let open = true;
      const inside = (name: string): Session => {
        assert(open, `statement ${name} came after its transaction had ended`);
        return session;
      };
      const tx: Transaction = {
        query: async (statement) => inside(statement.name).query(statement),
        script: async (name, sql) => void (await inside(name).command(sql, name)),
      };
      try {
        const result = await work(tx);
        open = false;
        const ended = await session.command('commit');
        // Postgres answers ROLLBACK, without an error, when a statement failed and `work` went on all the same.
        if (ended !== 'COMMIT')
          throw problem('internal', { reason: 'a failed statement was swallowed; nothing was committed' });
        return result;
      } catch (thrown) {
        open = false;
        await session.command('rollback').catch(() => undefined);
        throw thrown;
      }
    });
  }

  /** Ends all sessions, after the statements that run. */
  async close(): Promise<void> {
    await this.pool.end();
  }

  private async session<T>(use: (session: Session) => Promise<T>): Promise<T> {
    if (this.callers >= this.bounds.callersMax) throw problem('store-unavailable', { reason: 'too many callers wait' });
    this.callers += 1;
    try {
      const session = new Session(await this.connect());
      try {
        return await use(session);
      } finally {
        session.release();
      }
    } finally {
      this.callers -= 1;
    }
  }

  /** A Postgres that is starting up (57P03) is waited for; every other refusal counts at once. */
  private async connect(): Promise<pg.PoolClient> {
    const until = performance.now() + this.bounds.connectTimeoutMs;
    for (;;) {
      try {
        return await this.pool.connect();
      } catch (thrown) {
        const fault = databaseProblem(thrown, 'connect');
        if (fault.fields['sqlstate'] !== '57P03' || performance.now() > until) throw fault;
        await sleep(startingUpPauseMs);
      }
    }
  }
}

function begin(settings: Readonly<Record<string, string>>): string {
  const local = Object.entries(settings).map(([name, value]) => {
    assert(/^[a-z_.]+$/.test(name) && /^[a-z0-9_]+$/.test(value), `not a setting: ${name}`);
    return `; set local ${name} = '${value}'`;
  });
  return `begin${local.join('')}`;
}

const { builtins } = pg.types;

function typeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === builtins.INT8) return wholeNumber;
  if (oid === builtins.DATE) return (value) => value;
  return pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown;
}

function wholeNumber(value: string): number {
  const number = Number(value);
  assert(Number.isSafeInteger(number), 'a bigint beyond 2^53 came out of the database');
  return number;
}

/** One SQL statement. The name keeps its plan in the session: one name, one text, at most 63 characters. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/**
 * Where statements run: a `Database` (each on its own) or a transaction of it (together). Stores take a `Queryable`, so that the
 * same store works in both.
 *
 * What comes back: `bigint` as number (a value beyond 2^53 is an error), `date` as 'YYYY-MM-DD', `timestamptz` as Date, `jsonb`
 * parsed, `bytea` as Buffer. What goes in: an array is a Postgres array (for `unnest` and `= any`), so give JSON as text
 * (`JSON.stringify(x)` for `$1::jsonb`), and an instant as `new Date(ms)`.
 */
export interface Queryable {
  /** The rows of one statement. Throws `store-unavailable` (try later) or `internal` (a fault in the statement), with its cause. */
  query<Row extends object = Record<string, unknown>>(statement: Statement): Promise<Row[]>;
}

/** A transaction in which several statements run together. */
export interface Transaction extends Queryable {
  /** Runs plain SQL: several statements, no values, one round trip. `name` says in a fault which it was. */
  script(name: string, sql: string): Promise<void>;
}

import pg from 'pg';
import { Problem, problem } from '@kruispunt/problem';

/** SQLSTATE classes and codes after which the same statement may pass later: connection, resources, shutdown, time-outs, deadlock. */
const passing = /^(08|53|57P|58)|^(57014|55P03|40001|40P01|25P03|25P04)$/;
/** What the driver says without any code when the connection is gone; all else without a code is a fault of ours. */
const connectionText = /connect|terminat|timeout|not queryable|pool after calling end/i;

interface ServerError extends Error {
  code?: string;
  detail?: string;
  where?: string;
  hint?: string;
  table?: string;
  column?: string;
  constraint?: string;
}

/**
 * What the driver threw, as a Problem: `store-unavailable` when it may pass later (no connection, a time-out, a deadlock, a
 * restart), else `internal` with the SQLSTATE and the names of statement, table and constraint. The texts of Postgres that quote
 * row values are taken away, because a cause may be logged.
 */
export function databaseProblem(thrown: unknown, statement = ''): Problem {
  if (thrown instanceof Problem) return thrown;
  const error = withoutRowValues(thrown as ServerError);
  const state = thrown instanceof pg.DatabaseError ? error.code : undefined;
  const mayPass = state === undefined ? isConnectionLoss(error) : passing.test(state);
  if (mayPass) return problem('store-unavailable', { statement, sqlstate: state, reason: error.code }, error);
  const { table, column, constraint } = error;
  return problem('internal', { statement, sqlstate: state, table, column, constraint }, error);
}

/** True when Postgres refused a row because of this unique or exclusion constraint; for stores that answer it with a value. */
export const isConflictOn = (thrown: unknown, constraint: string): boolean =>
  thrown instanceof Problem &&
  thrown.fields['constraint'] === constraint &&
  (thrown.fields['sqlstate'] === '23505' || thrown.fields['sqlstate'] === '23P01');

/** Codes like ECONNRESET come from the socket; Node's own `ERR_…` from a wrong call. */
const isConnectionLoss = ({ code, message }: ServerError): boolean =>
  code === undefined ? connectionText.test(message) : /^E(?!RR_)/.test(code);

function withoutRowValues(error: ServerError): ServerError {
  delete error.detail;
  delete error.where;
  delete error.hint;
  // Class 22 (bad data) quotes the value in its first line: 'invalid input syntax for type uuid: "…"'.
  if (error.code?.startsWith('22') === true) error.message = `data exception ${error.code}`;
  return error;
}

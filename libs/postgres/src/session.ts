import type { PoolClient, QueryResult } from 'pg';
import { CopyIn } from './copy-in.js';
import { databaseProblem } from './database-problem.js';
import type { Queryable, Statement } from './statement.js';

/** One session, borrowed from the pool. After a lost connection or an answer that never came it is thrown away, not given back. */
export class Session implements Queryable {
  private lost = false;
  // Without a listener the loss of a borrowed session would end the process.
  private readonly onLost = (): void => {
    this.lost = true;
  };

  constructor(private readonly client: PoolClient) {
    client.on('error', this.onLost);
  }

  async query<Row extends object>({ name, text, values }: Statement): Promise<Row[]> {
    const result = await this.attempt(name, () =>
      this.client.query<Row>({ name, text, values: values === undefined ? [] : [...values] }),
    );
    return result.rows;
  }

  /** Runs plain SQL, one or several statements in one round trip, and answers the command tag of the last. */
  async command(sql: string, name = sql): Promise<string> {
    const result: unknown = await this.attempt(name, () => this.client.query(sql));
    const last = (Array.isArray(result) ? result.at(-1) : result) as QueryResult;
    return last.command;
  }

  /** `rows`: lines of COPY's text format (copyLine). */
  async copyIn(name: string, text: string, rows: string): Promise<void> {
    await this.attempt(
      name,
      () =>
        new Promise<void>((resolve, reject) => {
          this.client.query(new CopyIn(text, rows, (error) => (error ? reject(error) : resolve())));
        }),
    );
  }

  release(): void {
    this.client.off('error', this.onLost);
    this.client.release(this.lost);
  }

  private async attempt<T>(statement: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (thrown) {
      const fault = databaseProblem(thrown, statement);
      if (fault.slug === 'store-unavailable' && fault.fields['sqlstate'] === undefined) this.lost = true;
      throw fault;
    }
  }
}

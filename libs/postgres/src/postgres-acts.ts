import type { Database } from './database.js';
import type { Transaction } from './statement.js';

/** Carries a result out of a transaction that must not be committed. */
class Rehearsed<T> extends Error {
  constructor(readonly result: T) {
    super('rehearsed');
  }
}

/** Acts of people: done in one transaction, or rehearsed in the same one and taken back at the last moment. */
export class PostgresActs {
  constructor(private readonly database: Database) {}

  /** Runs `work` and commits it; with `dryRun` everything but the commit happens, and its answer is what would have been. */
  async run<T>(work: (tx: Transaction) => Promise<T>, { dryRun }: { readonly dryRun: boolean }): Promise<T> {
    if (!dryRun) return this.database.transaction(work);
    try {
      return await this.database.transaction(async (tx) => {
        throw new Rehearsed(await work(tx));
      });
    } catch (thrown) {
      if (thrown instanceof Rehearsed) return thrown.result as T;
      throw thrown;
    }
  }
}

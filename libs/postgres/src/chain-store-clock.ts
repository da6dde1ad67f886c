import type { Queryable } from './statement.js';

/** How far the proving ground's clock was moved, kept so that a killed process goes on at the same moment. */
export class PostgresChainClock {
  constructor(private readonly database: Queryable) {}

  /** ms in total; 0 when it was never moved. */
  async offset(): Promise<number> {
    const [row] = await this.database.query<{ offset_ms: number }>({
      name: 'chain-clock-read',
      text: 'select offset_ms from chain_clock',
    });
    return row?.offset_ms ?? 0;
  }

  /** Moves on by `ms`; answers the new total. */
  async advance(ms: number): Promise<number> {
    const [row] = await this.database.query<{ offset_ms: number }>({
      name: 'chain-clock-advance',
      text: `insert into chain_clock (offset_ms) values ($1)
             on conflict (one) do update set offset_ms = chain_clock.offset_ms + excluded.offset_ms returning offset_ms`,
      values: [ms],
    });
    return row?.offset_ms ?? ms;
  }
}

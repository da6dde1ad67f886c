import type { Queryable } from './statement.js';

/** What a process says of itself: by which revision of the protocols it decides, for at most this long. */
export interface Witness {
  readonly process: string;
  readonly revision: number;
  readonly leaseMs: number;
}

/**
 * Who decides by which revision of the protocols. A process decides only under a lease that it was granted here for the present revision; a
 * withdrawal waits until nobody holds a lease of an older one. Both take the row of `protocol_revision`, so one of them comes first.
 */
export class PostgresProtocolWitness {
  constructor(private readonly database: Queryable) {}

  /** Grants a lease. false: the protocols have changed, read them again first. */
  async grant({ process, revision, leaseMs }: Witness): Promise<boolean> {
    const rows = await this.database.query({
      name: 'protocol-lease',
      text: `with present as (select revision from protocol_revision for share)
             insert into protocol_witness (process, seen, alive_until)
             select $1, $2, clock_timestamp() + $3 * interval '1 millisecond' from present where revision = $2
             on conflict (process) do update set seen = excluded.seen, alive_until = excluded.alive_until returning process`,
      values: [process, revision, leaseMs],
    });
    return rows.length > 0;
  }

  /** A process that stops holds nobody up. */
  async leave(process: string): Promise<void> {
    await this.database.query({
      name: 'protocol-leave',
      text: `delete from protocol_witness where process = $1 or alive_until < clock_timestamp() - interval '1 day'`,
      values: [process],
    });
  }

  /** Processes that may still decide by an older revision than the present one. */
  async behind(): Promise<readonly string[]> {
    const rows = await this.database.query<{ process: string }>({
      name: 'protocol-behind',
      text: `select w.process from protocol_witness w, protocol_revision r where w.seen < r.revision and w.alive_until > clock_timestamp()`,
    });
    return rows.map(({ process }) => process);
  }
}

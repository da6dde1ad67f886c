import type { RegistrationChange } from './repertorium-store.js';
import type { Database } from './database.js';

/** What is still to be announced of registrations. */
export class PostgresRepertoriumOutbox {
  constructor(private readonly database: Database) {}

  /** Hands the oldest announcements to `publish` and forgets them when it has them; one process at a time. Answers how many. */
  async announce(limit: number, publish: (changes: readonly RegistrationChange[]) => Promise<void>): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<Omit<RegistrationChange, 'at'> & { readonly at: Date }>({
        name: 'registration-changes',
        text: `select c.n, c.sub as subscription, s.org as organisation, s.namens, s.hoedanigheid, convert_from(c.subject, 'UTF8') as subject,
                 c.action, c.valid_from as "from", c.valid_to as "to", c.at, c.cause
               from registration_change c join subscription s on s.id = c.sub order by c.n limit $1 for update of c skip locked`,
        values: [limit],
      });
      if (rows.length === 0) return 0;
      await publish(rows.map((row) => ({ ...row, at: row.at.getTime() })));
      await tx.query({
        name: 'registration-changes-told',
        text: 'delete from registration_change where n = any($1::bigint[])',
        values: [rows.map(({ n }) => n)],
      });
      return rows.length;
    });
  }
}

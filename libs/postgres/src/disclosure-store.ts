import type { Queryable } from './statement.js';

/** IT252 (niet mededeelbaar), as the log says it: of whom the address may not be told. */
export class PostgresDisclosure {
  constructor(private readonly database: Queryable) {}

  /** Sets or lifts it; the latest word of the source counts (`since`, ms), whatever the order of arrival. */
  async set(subject: string, stands: boolean, since: number): Promise<void> {
    await this.database.query({
      name: 'disclosure-set',
      text: `insert into non_disclosable as d (subject, stands, since) values (convert_to($1, 'UTF8'), $2, $3)
             on conflict (subject) do update set stands = excluded.stands, since = excluded.since, rev = nextval('non_disclosable_rev')
             where d.since < excluded.since or (d.since = excluded.since and excluded.stands)`,
      values: [subject, stands, new Date(since)],
    });
  }

  /** Who has a new key keeps the protection. */
  async migrate(from: string, to: string): Promise<void> {
    await this.database.query({
      name: 'disclosure-migrate',
      text: `insert into non_disclosable as d (subject, stands, since) select convert_to($2, 'UTF8'), stands, since from non_disclosable
             where subject = convert_to($1, 'UTF8') and stands
             on conflict (subject) do nothing`,
      values: [from, to],
    });
  }

  async changedSince(
    rev: number,
  ): Promise<readonly { readonly subject: string; readonly stands: boolean; readonly rev: number }[]> {
    return this.database.query({
      name: 'disclosure-changed',
      text: `select convert_from(subject, 'UTF8') as subject, stands, rev from non_disclosable where rev > $1 order by rev`,
      values: [rev],
    });
  }
}

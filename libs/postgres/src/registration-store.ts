import type { Queryable } from './statement.js';

/** The repertorium, as a data source asks it: does this organisation follow this subject today, through any of its subscriptions? */
export class RegistrationStore {
  constructor(private readonly database: Queryable) {}

  /** `on` is ms since the epoch; registrations run by Brussels days, both ends included. */
  async registered(organisation: string, subject: string, on: number): Promise<boolean> {
    const rows = await this.database.query({
      name: 'registration-of-organisation',
      text: `select 1 from subject_registration r join subscription s on s.id = r.sub
             where r.subject = convert_to($1, 'UTF8') and s.org = $2 and s.state <> 'ended'
               and r.valid_from <= ($3::timestamptz at time zone 'Europe/Brussels')::date
               and (r.valid_to is null or r.valid_to >= ($3::timestamptz at time zone 'Europe/Brussels')::date)
             limit 1`,
      values: [subject, organisation, new Date(on)],
    });
    return rows.length > 0;
  }
}

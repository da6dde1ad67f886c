import type { Queryable } from './statement.js';

/** One subject for one subscription. Dates `YYYY-MM-DD`, inclusive, Europe/Brussels; a registration always ends. */
export interface Registration {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
}

export interface StoredRegistration extends Registration {
  /** The key it had before its identity was replaced. */
  readonly migratedFrom: string | null;
  /** Its identity was replaced: it stays until events under this key are done. */
  readonly replaced: boolean;
}

/** What is to be announced of one registration. `cause` makes the id of its event. */
export interface RegistrationChange extends Registration {
  readonly n: number;
  readonly subscription: string;
  readonly organisation: string;
  readonly namens: string | null;
  readonly hoedanigheid: string;
  readonly action: 'INGESCHREVEN' | 'UITGESCHREVEN' | 'GEMIGREERD' | 'VERLOPEN' | 'HERINNERING';
  /** ms. */
  readonly at: number;
  readonly cause: string;
}

/** For whom: what a registration is made under. */
export interface Registrant {
  readonly id: string;
  readonly hoedanigheid: string;
}

/** What came of one line: `registered` also when its period moved. */
export type Registered = 'registered' | 'unchanged';

/** The repertorium: which subjects a subscription may hear of. Each change leaves its announcement in the same statement. */
export class PostgresRepertorium {
  constructor(private readonly database: Queryable) {}

  /** Registers subjects, or moves their periods; one outcome per subject, in order. The same again changes nothing. A subject occurs once. */
  async register(
    { id, hoedanigheid }: Registrant,
    wishes: readonly Registration[],
    cause: string,
  ): Promise<readonly Registered[]> {
    const rows = await this.database.query<{ subject: string }>({
      name: 'repertorium-register',
      text: `with wish as (select convert_to(subject, 'UTF8') as subject, "from"::date as valid_from, "to"::date as valid_to
                           from unnest($3::text[], $4::text[], $5::text[]) as w (subject, "from", "to")),
             done as (insert into subject_registration as r (subject, sub, hoedanigheid, valid_from, valid_to)
                      select subject, $1, $2, valid_from, valid_to from wish
                      on conflict (subject, sub) do update
                        set hoedanigheid = excluded.hoedanigheid, valid_from = excluded.valid_from, valid_to = excluded.valid_to, replaced_at = null
                        where (r.hoedanigheid, r.valid_from, r.valid_to) is distinct from (excluded.hoedanigheid, excluded.valid_from, excluded.valid_to)
                      returning subject, valid_from, valid_to),
             told as (insert into registration_change (sub, subject, action, valid_from, valid_to, cause)
                      select $1, subject, 'INGESCHREVEN', valid_from, valid_to, $6 from done)
             select convert_from(subject, 'UTF8') as subject from done`,
      values: [
        id,
        hoedanigheid,
        wishes.map((w) => w.subject),
        wishes.map((w) => w.from),
        wishes.map((w) => w.to),
        cause,
      ],
    });
    const done = new Set(rows.map(({ subject }) => subject));
    return wishes.map(({ subject }) => (done.has(subject) ? 'registered' : 'unchanged'));
  }

  /** Answers which of these subjects were registered. */
  async unregister(subscription: string, subjects: readonly string[], cause: string): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ subject: string }>({
      name: 'repertorium-unregister',
      text: `with gone as (delete from subject_registration where sub = $1 and subject = any(array(select convert_to(s, 'UTF8') from unnest($2::text[]) as s))
                           returning subject, valid_from, valid_to),
             told as (insert into registration_change (sub, subject, action, valid_from, valid_to, cause)
                      select $1, subject, 'UITGESCHREVEN', valid_from, coalesce(valid_to, valid_from), $3 from gone)
             select convert_from(subject, 'UTF8') as subject from gone`,
      values: [subscription, subjects, cause],
    });
    return new Set(rows.map(({ subject }) => subject));
  }

  /** By subject, after `after`: pages of an export. */
  async list(subscription: string, after: string | undefined, limit: number): Promise<readonly StoredRegistration[]> {
    return this.database.query<StoredRegistration>({
      name: 'repertorium-list',
      text: `select convert_from(subject, 'UTF8') as subject, valid_from as "from", coalesce(valid_to, '9999-12-31') as "to",
               convert_from(migrated_from, 'UTF8') as "migratedFrom", replaced_at is not null as replaced
             from subject_registration where sub = $1 and subject > convert_to($2, 'UTF8') order by subject limit $3`,
      values: [subscription, after ?? '', limit],
    });
  }

  /** How many stand on `day`, and how many of those end within `days`. */
  async count(
    subscription: string,
    day: string,
    days: number,
  ): Promise<{ readonly standing: number; readonly ending: number }> {
    const rows = await this.database.query<{ standing: number; ending: number }>({
      name: 'repertorium-count',
      text: `select count(*)::int as standing, (count(*) filter (where valid_to <= $2::date + $3::int))::int as ending
             from subject_registration where sub = $1 and valid_from <= $2 and (valid_to is null or valid_to >= $2)`,
      values: [subscription, day, days],
    });
    return rows[0] ?? { standing: 0, ending: 0 };
  }

  /**
   * An identity was replaced: what was registered under the old key is registered under the new one, in the same period. The old key stays, for
   * events under it are still on their way. The same replacement again changes nothing. Answers how many registrations moved.
   */
  async migrate(replacement: {
    readonly from: string;
    readonly to: string;
    readonly cause: string;
    readonly at: number;
  }): Promise<number> {
    const rows = await this.database.query({
      name: 'repertorium-migrate',
      text: `with old as (update subject_registration set replaced_at = coalesce(replaced_at, $4)
                          where subject = convert_to($1, 'UTF8') returning sub, hoedanigheid, valid_from, valid_to),
             moved as (insert into subject_registration as r (subject, sub, hoedanigheid, valid_from, valid_to, migrated_from)
                       select convert_to($2, 'UTF8'), sub, hoedanigheid, valid_from, valid_to, convert_to($1, 'UTF8') from old
                       on conflict (subject, sub) do update
                         set valid_from = least(r.valid_from, excluded.valid_from), valid_to = greatest(r.valid_to, excluded.valid_to)
                         where r.valid_from > excluded.valid_from or r.valid_to < excluded.valid_to
                       returning subject, sub, valid_from, valid_to),
             told as (insert into registration_change (sub, subject, action, valid_from, valid_to, cause)
                      select sub, subject, 'GEMIGREERD', valid_from, coalesce(valid_to, valid_from), $3 from moved)
             select sub from moved`,
      values: [replacement.from, replacement.to, replacement.cause, new Date(replacement.at)],
    });
    return rows.length;
  }

  /** Ends what ended before `day`, and reminds once of what ends within `days`. At most `limit` of each. */
  async endDue(
    day: string,
    days: number,
    limit: number,
  ): Promise<{ readonly ended: number; readonly reminded: number }> {
    const ended = await this.database.query({
      name: 'repertorium-expire',
      text: `with due as (select subject, sub from subject_registration where valid_to < $1 limit $2 for update skip locked),
             gone as (delete from subject_registration r using due where r.subject = due.subject and r.sub = due.sub
                      returning r.sub, r.subject, r.valid_from, r.valid_to, r.replaced_at),
             told as (insert into registration_change (sub, subject, action, valid_from, valid_to, cause)
                      select sub, subject, 'VERLOPEN', valid_from, valid_to, valid_to::text from gone where replaced_at is null)
             select sub from gone`,
      values: [day, limit],
    });
    const reminded = await this.database.query({
      name: 'repertorium-remind',
      text: `with due as (select subject, sub from subject_registration
                          where valid_to >= $1 and valid_to <= $1::date + $2::int and reminded_for is distinct from valid_to and replaced_at is null
                          limit $3 for update skip locked),
             told as (update subject_registration r set reminded_for = r.valid_to from due where r.subject = due.subject and r.sub = due.sub
                      returning r.sub, r.subject, r.valid_from, r.valid_to)
             insert into registration_change (sub, subject, action, valid_from, valid_to, cause)
             select sub, subject, 'HERINNERING', valid_from, valid_to, valid_to::text from told returning sub`,
      values: [day, days, limit],
    });
    return { ended: ended.length, reminded: reminded.length };
  }

  /** Keys whose identity was replaced before `at` (ms) and under which nothing waits or is parked any more. */
  async replacedBefore(
    at: number,
    limit: number,
  ): Promise<readonly { readonly subscription: string; readonly subject: string; readonly at: number }[]> {
    const rows = await this.database.query<{ subscription: string; subject: string; at: Date }>({
      name: 'repertorium-replaced',
      text: `select r.sub as subscription, convert_from(r.subject, 'UTF8') as subject, r.replaced_at as at from subject_registration r
             where r.replaced_at < $1
               and not exists (select 1 from held_event h where h.sub = r.sub and h.key = r.subject)
               and not exists (select 1 from parked p where p.sub = r.sub and p.key = r.subject)
             order by r.replaced_at limit $2`,
      values: [new Date(at), limit],
    });
    return rows.map(({ at: replacedAt, ...row }) => ({ ...row, at: replacedAt.getTime() }));
  }

  /** Lets a replaced key go, silently: its registration lives on under the new one. */
  async retire({ subscription, subject }: { readonly subscription: string; readonly subject: string }): Promise<void> {
    await this.database.query({
      name: 'repertorium-retire',
      text: `delete from subject_registration where sub = $1 and subject = convert_to($2, 'UTF8') and replaced_at is not null`,
      values: [subscription, subject],
    });
  }
}

import type { Queryable } from './statement.js';

/** When a subscription last matched an event, as it was seen; ms. */
export interface Activity {
  readonly subscription: string;
  readonly movedAt: number;
}

/** Which subscriptions still match anything. */
export class PostgresActivity {
  constructor(private readonly database: Queryable) {}

  /** Looks at the positions and answers since when each subscription has matched nothing more. */
  async observe(now: number): Promise<readonly Activity[]> {
    const at = new Date(now);
    await this.database.query({
      name: 'activity-observe',
      text: `insert into subscription_activity as a (sub, matched, moved_at) select sub, sum(matched), $1 from position group by sub
             on conflict (sub) do update set matched = excluded.matched, moved_at = excluded.moved_at where a.matched <> excluded.matched`,
      values: [at],
    });
    const rows = await this.database.query<{ subscription: string; moved_at: Date }>({
      name: 'activity-list',
      text: 'select sub as subscription, moved_at from subscription_activity',
    });
    return rows.map(({ subscription, moved_at: movedAt }) => ({ subscription, movedAt: movedAt.getTime() }));
  }
}

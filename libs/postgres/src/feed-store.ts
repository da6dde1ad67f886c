import type { Queryable } from './statement.js';

/** Which page of each change feed is read next. Its position in ids is the partition's own offset. */
export class FeedStore {
  constructor(private readonly database: Queryable) {}

  /** The page to ask for, from 1. */
  async page(feed: string): Promise<{ readonly page: number }> {
    const [row] = await this.database.query<{ page: number }>({
      name: 'feed-page',
      text: 'select page from feed_page where feed = $1',
      values: [feed],
    });
    return { page: row?.page ?? 1 };
  }

  /** Inside the partition transaction: the page moves with the position. */
  async moveTo(tx: Queryable, feed: string, page: number): Promise<void> {
    await tx.query({
      name: 'feed-page-move',
      text: 'insert into feed_page (feed, page) values ($1, $2) on conflict (feed) do update set page = excluded.page',
      values: [feed, page],
    });
  }
}

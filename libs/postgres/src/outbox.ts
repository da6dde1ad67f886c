import { problem } from '@kruispunt/problem';
import type { EventLog, LogRecord } from '@kruispunt/event';
import type { Queryable } from './statement.js';

/** Records per append, and per read after a take-over. */
const pageSize = 500;
/** Committed records that may wait for the log in one partition; beyond it nothing more is committed until the log takes some. */
const waitingMax = 10_000;
const waitingBytesMax = 32 * 1024 * 1024;

interface Numbered {
  readonly seq: number;
  readonly record: LogRecord;
}

/**
 * The outbox of one claimed partition. It is `in memory` (what was committed and not yet published stands here too, and the table is
 * only the insurance) or `in table` (after a take-over, or after a commit whose answer was lost: only the table knows).
 * Rows are published in sequence, so that the order of one key is kept.
 */
export class Outbox {
  private waiting: Numbered[] = [];
  private waitingBytes = 0;
  private inTable = true;
  /** Counts reloads: a page that was read before one says nothing about what came with it. */
  private reloads = 0;
  /** Up to here the log has everything. */
  private published = 0;
  /** Up to here the database knows so. */
  private marked = 0;
  private last = 0;

  constructor(
    private readonly owner: number,
    private readonly log: EventLog,
  ) {}

  /** Forgets what is in memory; only the table counts, from `published` on. */
  reload(published: number, last: number): void {
    this.waiting = [];
    this.waitingBytes = 0;
    this.inTable = true;
    this.reloads += 1;
    this.published = Math.max(this.published, published);
    this.marked = published;
    this.last = Math.max(published, last);
  }

  get publishedTo(): number {
    return this.published;
  }

  get hasUnmarked(): boolean {
    return this.published > this.marked;
  }

  get mustDrain(): boolean {
    return this.inTable;
  }

  requireRoom(): void {
    if (this.waiting.length < waitingMax && this.waitingBytes < waitingBytesMax) return;
    throw problem('log-unavailable', {
      reason: 'the outbox is full',
      waiting: this.waiting.length,
      bytes: this.waitingBytes,
    });
  }

  /** Writes the records under the numbers they will have; `committed` makes them count. */
  async insert(tx: Queryable, records: readonly LogRecord[]): Promise<void> {
    if (records.length === 0) return;
    await tx.query({
      name: 'outbox-insert',
      text: `insert into outbox (owner, seq, topic, key, headers, value, part)
             select $1, $2::bigint + at, topic, key, headers, value, part
               from unnest($3::text[], $4::text[], $5::jsonb[], $6::bytea[], $7::int[]) with ordinality
                 as record (topic, key, headers, value, part, at)`,
      values: [
        this.owner,
        this.last,
        records.map(({ topic }) => topic),
        records.map(({ key }) => key),
        records.map(({ headers }) => JSON.stringify(headers)),
        records.map(({ value }) => value),
        records.map(({ partition }) => partition ?? null),
      ],
    });
  }

  committed(records: readonly LogRecord[], marked: number): void {
    for (const record of records) {
      this.last += 1;
      this.waiting.push({ seq: this.last, record });
      this.waitingBytes += bytesOf(record);
    }
    this.marked = marked;
  }

  /** Deletes by range what the log has. The caller writes `upTo` into the owner's row in the same transaction. */
  async deletePublished(tx: Queryable, upTo: number): Promise<void> {
    await tx.query({
      name: 'outbox-delete',
      text: 'delete from outbox where owner = $1 and seq <= $2',
      values: [this.owner, upTo],
    });
  }

  wasMarked(to: number): void {
    this.marked = to;
  }

  async publish(database: Queryable): Promise<number> {
    let count = 0;
    for (;;) {
      const { inTable, reloads } = this;
      const page = inTable ? await this.readPage(database) : this.waiting.slice(0, pageSize);
      if (reloads !== this.reloads) continue;
      if (page.length === 0) break;
      await this.log.append(page.map(({ record }) => record));
      this.published = page.at(-1)?.seq ?? this.published;
      if (reloads === this.reloads && !inTable) this.forget(page.length);
      count += page.length;
    }
    this.inTable = false;
    return count;
  }

  private forget(count: number): void {
    for (const { record } of this.waiting.splice(0, count)) this.waitingBytes -= bytesOf(record);
  }

  private async readPage(database: Queryable): Promise<Numbered[]> {
    const rows = await database.query<OutboxRow>({
      name: 'outbox-read',
      text: `select seq, topic, key, headers, value, part from outbox where owner = $1 and seq > $2 order by seq limit ${pageSize}`,
      values: [this.owner, this.published],
    });
    return rows.map(({ seq, topic, key, headers, value, part }) => ({
      seq,
      record: { topic, key, headers, value, ...(part === null ? {} : { partition: part }) },
    }));
  }
}

const bytesOf = ({ value, key }: LogRecord): number => (value?.byteLength ?? 0) + key.length;

interface OutboxRow {
  readonly seq: number;
  readonly topic: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: Buffer | null;
  readonly part: number | null;
}

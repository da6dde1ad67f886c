import assert from 'node:assert';
import { Quarantine, type LogPosition, type QuarantinedRecord, type QuarantineEntry } from '@kruispunt/event';
import type { Queryable } from './statement.js';

const listMax = 500;

/** Quarantine in the table of that name; also usable inside a transaction. */
export class PostgresQuarantine extends Quarantine {
  constructor(private readonly database: Queryable) {
    super();
  }

  async put(records: readonly QuarantinedRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.database.query({
      name: 'quarantine-put',
      text: `insert into quarantine (consumer, topic, part, off, key, value, headers, reason, fields)
             select * from unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::bytea[], $7::jsonb[], $8::text[], $9::jsonb[])
             on conflict do nothing`,
      values: [
        records.map(({ consumer }) => consumer),
        records.map(({ topic }) => topic),
        records.map(({ partition }) => partition),
        records.map(({ offset }) => offset),
        records.map(({ key }) => key),
        records.map(({ value }) => value),
        records.map(({ headers }) => jsonText(headers)),
        records.map(({ because }) => because.slug),
        records.map(({ because }) => jsonText(because.fields)),
      ],
    });
  }

  async list({
    consumer,
    limit,
  }: {
    readonly consumer?: string;
    readonly limit: number;
  }): Promise<readonly QuarantineEntry[]> {
    assert(limit >= 1 && limit <= listMax, `a limit lies between 1 and ${listMax}`);
    const rows = await this.database.query<Omit<QuarantineEntry, 'at'> & { readonly at: Date }>({
      name: 'quarantine-list',
      text: `select consumer, topic, part as partition, off as offset, reason, fields, at from quarantine
              where $1::text is null or consumer = $1 order by at desc, topic, part, off limit $2`,
      values: [consumer ?? null, limit],
    });
    return rows.map((row) => ({ ...row, at: row.at.getTime() }));
  }

  async count(consumer?: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }>({
      name: 'quarantine-count',
      text: 'select count(*) from quarantine where $1::text is null or consumer = $1',
      values: [consumer ?? null],
    });
    return row?.count ?? 0;
  }

  async find(consumer: string, position: LogPosition): Promise<Omit<QuarantinedRecord, 'because'> | undefined> {
    const [row] = await this.database.query<Omit<QuarantinedRecord, 'because'>>({
      name: 'quarantine-find',
      text: `select consumer, topic, part as partition, off as offset, key, value, headers from quarantine where ${samePlace}`,
      values: placeValues(consumer, position),
    });
    return row;
  }

  async remove(consumer: string, position: LogPosition): Promise<boolean> {
    const rows = await this.database.query({
      name: 'quarantine-remove',
      text: `delete from quarantine where ${samePlace} returning off`,
      values: placeValues(consumer, position),
    });
    return rows.length > 0;
  }
}

const samePlace = 'consumer = $1 and topic = $2 and part = $3 and off = $4';

const placeValues = (consumer: string, { topic, partition, offset }: LogPosition): readonly unknown[] => [
  consumer,
  topic,
  partition,
  offset,
];

/** Headers come from anyone, and Postgres keeps no zero character in JSON. */
const jsonText = (value: unknown): string => JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');

import { isRfc3339 } from '@kruispunt/event';
import type { IndexCursor, IndexedEvent, IndexQuery } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';

/** The query of `GET /v1/index`, as it came: texts, or lists when somebody said a name twice. */
export type SearchWish = Readonly<Record<string, unknown>>;

export interface SearchPage {
  readonly events: readonly (Omit<IndexedEvent, 'time' | 'loggedAt'> & {
    readonly time: string;
    readonly loggedAt: string;
  })[];
  /** Give it as `after` for the next page; absent on the last one. */
  readonly next?: string;
}

/** The part of the event index that search needs. */
export interface Search {
  search(query: IndexQuery, limit: number, cursor?: IndexCursor): Promise<readonly IndexedEvent[]>;
}

const pageDefault = 100;
const pageMax = 500;
const textCharsMax = 1_024;
const names = ['id', 'source', 'type', 'key', 'since', 'until', 'limit', 'after'];

/**
 * A page of the event index, the newest first. Throws `invalid-request` with the name of the parameter that is wrong or unknown: an
 * ignored filter would show more than was asked for.
 */
export async function searchIndex(index: Search, wish: SearchWish): Promise<SearchPage> {
  const unknown = Object.keys(wish).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw problem('invalid-request', { at: unknown.slice(0, 64), reason: `known are ${names.join(', ')}` });
  const limit = limitOf(text(wish, 'limit'));
  const found = await index.search(queryOf(wish), limit + 1, cursorOf(text(wish, 'after')));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    events: page.map((event) => ({
      ...event,
      time: new Date(event.time).toISOString(),
      loggedAt: new Date(event.loggedAt).toISOString(),
    })),
    ...(found.length > limit && last !== undefined && { next: cursorText(last) }),
  };
}

function queryOf(wish: SearchWish): IndexQuery {
  const query = {
    eventId: text(wish, 'id'),
    source: text(wish, 'source'),
    type: text(wish, 'type'),
    key: text(wish, 'key'),
    since: instant(wish, 'since'),
    until: instant(wish, 'until'),
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
}

function text(wish: SearchWish, name: string): string | undefined {
  const value = wish[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.length > textCharsMax || value.includes('\0'))
    throw problem('invalid-request', { at: name, reason: 'expected one text' });
  return value;
}

function instant(wish: SearchWish, name: string): number | undefined {
  const value = text(wish, name);
  if (value === undefined) return undefined;
  if (!isRfc3339(value)) throw problem('invalid-request', { at: name, reason: 'expected an RFC 3339 instant' });
  return Date.parse(value);
}

function limitOf(value: string | undefined): number {
  const limit = value === undefined ? pageDefault : Number(value);
  if (!Number.isInteger(limit) || limit < 1 || limit > pageMax)
    throw problem('invalid-request', { at: 'limit', limit: pageMax });
  return limit;
}

const cursorText = ({ loggedAt, topic, partition, offset }: IndexCursor): string =>
  Buffer.from(JSON.stringify([loggedAt, topic, partition, offset])).toString('base64url');

function cursorOf(value: string | undefined): IndexCursor | undefined {
  if (value === undefined) return undefined;
  const parts = parsed(value);
  if (!Array.isArray(parts))
    throw problem('invalid-request', { at: 'after', reason: 'not a cursor of an earlier page' });
  const [loggedAt, topic, partition, offset] = parts as unknown[];
  const whole =
    [loggedAt, partition, offset].every((n) => Number.isSafeInteger(n)) && Math.abs(loggedAt as number) < 8.64e15;
  if (!whole || typeof topic !== 'string' || topic.includes('\0'))
    throw problem('invalid-request', { at: 'after', reason: 'not a cursor of an earlier page' });
  return { loggedAt: loggedAt as number, topic, partition: partition as number, offset: offset as number };
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(Buffer.from(value, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

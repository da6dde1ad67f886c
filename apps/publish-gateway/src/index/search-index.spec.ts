import { describe, expect, it } from '@jest/globals';
import type { IndexCursor, IndexedEvent, IndexQuery } from '@kruispunt/postgres';
import { searchIndex, type Search } from './search-index.js';

const rows = [3, 2, 1].map((offset): IndexedEvent => ({
  topic: 't',
  partition: 0,
  offset,
  eventId: `e-${offset}`,
  source: 's',
  type: 'x',
  key: 'k',
  time: 0,
  loggedAt: offset * 1_000,
  valueSha256: 'ab',
  organisation: undefined,
}));

class FixedIndex implements Search {
  readonly asked: { query: IndexQuery; limit: number; cursor: IndexCursor | undefined }[] = [];
  search(query: IndexQuery, limit: number, cursor?: IndexCursor): Promise<readonly IndexedEvent[]> {
    this.asked.push({ query, limit, cursor });
    return Promise.resolve(rows.filter((row) => cursor === undefined || row.offset < cursor.offset).slice(0, limit));
  }
}

describe('a search of the index', () => {
  it('asks for what was given and nothing else', async () => {
    const index = new FixedIndex();
    await searchIndex(index, {
      id: 'e',
      source: 's',
      type: 'x',
      key: 'k',
      since: '2026-03-02T00:00:00Z',
      until: '2026-03-03T00:00:00+01:00',
      limit: '500',
    });
    await searchIndex(index, {});
    expect(index.asked).toEqual([
      {
        query: {
          eventId: 'e',
          source: 's',
          type: 'x',
          key: 'k',
          since: Date.parse('2026-03-02T00:00:00Z'),
          until: Date.parse('2026-03-02T23:00:00Z'),
        },
        limit: 501,
        cursor: undefined,
      },
      { query: {}, limit: 101, cursor: undefined },
    ]);
  });

  it('leads from page to page, and says when it was the last', async () => {
    const index = new FixedIndex();
    const first = await searchIndex(index, { limit: '2' });
    const second = await searchIndex(index, { limit: '2', after: first.next });
    expect([...first.events, ...second.events].map(({ eventId }) => eventId)).toEqual(['e-3', 'e-2', 'e-1']);
    expect(first.events[0]!.loggedAt).toBe('1970-01-01T00:00:03.000Z');
    expect(second.next).toBeUndefined();
  });

  it.each([
    ['unheard', { unheard: '1' }],
    ['limit', { limit: '501' }],
    ['limit', { limit: '0' }],
    ['limit', { limit: 'ten' }],
    ['since', { since: 'yesterday' }],
    ['id', { id: ['a', 'b'] }],
    ['key', { key: 'a\0b' }],
    ['after', { after: 'abc' }],
    ['after', { after: Buffer.from('[1,"t",0.5,2]').toString('base64url') }],
    ['after', { after: Buffer.from('[1e300,"t",0,2]').toString('base64url') }],
  ])('refuses a wrong %s (%j)', async (at, wish) => {
    await expect(searchIndex(new FixedIndex(), wish)).rejects.toMatchObject({
      slug: 'invalid-request',
      fields: { at },
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPage } from './read-page.js';

const event = (id: number, type = 'basisregisters.address.update.v1') => ({
  id: String(id),
  type,
  time: '2025-01-01T00:00:00Z',
  data: { objectId: '1' },
});

describe('a page of the change feed', () => {
  it('is read in the order of its numbers, not of their text, and not above what was had', () => {
    const reading = readPage(
      { complete: false, events: [event(1000), event(999), event(12)] },
      { page: 3, highest: 12 },
    );
    expect(reading.fresh.map((e) => e.number)).toEqual([999, 1000]);
    expect(reading.position).toEqual({ page: 3, highest: 1000 });
  });

  it('advances when it is complete, even when it is empty', () => {
    expect(readPage({ complete: true, events: [] }, { page: 3, highest: 12 }).position).toEqual({
      page: 4,
      highest: 12,
    });
  });

  it('stops before an event of a type that nobody knows, and passes nothing over', () => {
    const reading = readPage(
      { complete: true, events: [event(13), event(14, 'basisregisters.address.merge.v1')] },
      { page: 3, highest: 12 },
    );
    expect(reading.stoppedBy).toMatchObject({ slug: 'invalid-envelope', fields: { at: 'type', id: '14' } });
    expect(reading.fresh).toEqual([]);
    expect(reading.position).toEqual({ page: 3, highest: 12 });
  });

  it('gives each event once, however its pages overlap and are asked again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        (ids, times) => {
          let position = { page: 1, highest: 0 };
          const seen: number[] = [];
          for (let i = 0; i < times; i++) {
            const reading = readPage({ complete: false, events: ids.map((id) => event(id)) }, position);
            seen.push(...reading.fresh.map((e) => e.number));
            position = reading.position;
          }
          expect(seen).toEqual([...ids].sort((a, b) => a - b));
        },
      ),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { ev } from '@kruispunt/contracts';
import type { LoggedRecord } from '@kruispunt/event';
import { indexBatch } from './index-batch.js';
import { strays } from './strays.js';

const headers = { ce_id: 'e-1', ce_source: 'urn:be:kbo:0999990024:systeem:x', ce_type: ev.BeslissingGenomenV1.type };
const place = { topic: 't', partition: 1, timestamp: 1_000, key: null };
const value = Buffer.from('value');

describe('what the index sets apart', () => {
  it('is what carries no event of the catalogue, and nothing that does', () => {
    const records: readonly LoggedRecord[] = [
      { ...place, offset: 1, value, headers },
      { ...place, offset: 2, value, headers: {} },
      { ...place, offset: 3, value: null, headers },
      { ...place, offset: 4, value, headers: { ...headers, ce_type: 'be.vlaanderen.verzonnen.v1' } },
      { ...place, offset: 5, value, headers: { ...headers, ce_id: '' } },
    ];
    const apart = strays(records, indexBatch(records));
    expect(apart.map(({ offset, because }) => [offset, because.slug])).toEqual(
      [2, 3, 4, 5].map((offset) => [offset, 'undecodable']),
    );
  });
});

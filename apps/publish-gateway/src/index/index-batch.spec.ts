import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { LoggedRecord } from '@kruispunt/event';
import fc from 'fast-check';
import { indexBatch } from './index-batch.js';
import { indexedTopics } from './run-index.js';

const entry: LoggedRecord = {
  topic: 't',
  partition: 1,
  offset: 7,
  timestamp: 1_000,
  key: Buffer.from('k'),
  value: Buffer.from('value'),
  headers: {
    ce_id: 'e-1',
    ce_source: 'urn:be:kbo:0999990024:systeem:x',
    ce_type: 'be.x.v1',
    ce_time: '2026-03-02T10:15:00+01:00',
  },
};
const headers = (changes: Record<string, string>) => ({ ...entry, headers: { ...entry.headers, ...changes } });

describe('what the index keeps of a batch', () => {
  it('is one row per event: where it stands, its bytes’ digest and the owner of its source', () => {
    expect(indexBatch([entry])).toEqual([
      {
        topic: 't',
        partition: 1,
        offset: 7,
        eventId: 'e-1',
        source: 'urn:be:kbo:0999990024:systeem:x',
        type: 'be.x.v1',
        key: 'k',
        time: Date.parse('2026-03-02T09:15:00Z'),
        loggedAt: 1_000,
        organisation: '0999990024',
        valueSha256: createHash('sha256').update('value').digest('hex'),
      },
    ]);
  });

  it('takes the time of the log when the event has none that can be read', () => {
    expect(indexBatch([headers({ ce_time: 'yesterday' })])[0]!.time).toBe(1_000);
  });

  it.each([
    ['a tombstone', { ...entry, value: null }],
    ['a record of no event', { ...entry, headers: {} }],
    ['an id that Postgres cannot hold', headers({ ce_id: 'a\0b' })],
    ['an id that is longer than an index takes', headers({ ce_id: 'x'.repeat(3_000) })],
  ])('leaves out %s and keeps its neighbours', (_, odd) => {
    expect(indexBatch([odd, entry]).map(({ eventId }) => eventId)).toEqual(['e-1']);
  });

  it('never throws on any record', () => {
    const record = fc.record({
      key: fc.option(fc.uint8Array()),
      value: fc.option(fc.uint8Array()),
      headers: fc.dictionary(fc.constantFrom('ce_id', 'ce_source', 'ce_type', 'ce_time'), fc.string()),
    });
    fc.assert(
      fc.property(fc.array(record), (records) => {
        for (const row of indexBatch(records.map((r) => ({ ...entry, ...r }))))
          expect(`${row.eventId}${row.key}`).not.toContain('\0');
      }),
    );
  });

  it('comes from the topics of the catalogue, not from internal copies nor from the audit trail', () => {
    expect(indexedTopics).toContain('be.vlaanderen.bevolking.verhuis.v1');
    expect(indexedTopics).not.toContain('be.vlaanderen.keten.in.v1');
    expect(indexedTopics).not.toContain('be.vlaanderen.kruispunt.audit.v1');
  });
});

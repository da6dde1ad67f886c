import { describe, expect, it } from '@jest/globals';
import { ev, type EventType } from '@kruispunt/contracts';
import { DuplicateWindow, compileMatch, type Subscription } from '@kruispunt/delivery';
import type { Quarantine, QuarantinedRecord } from '@kruispunt/event';
import type { LogEntry } from '@kruispunt/kafka';
import type { Judge } from './judge.js';
import { prepare, type PrepareParts } from './prepare.js';

const type = ev.BeslissingBekendgemaaktV1 as EventType;
const subscription: Subscription = {
  id: 'a1',
  name: 'a',
  org: 'OVO999001',
  hoedanigheid: 'proef',
  types: [type.type],
  subjects: 'all',
  channel: 'WEBHOOK',
  orderPolicy: 'hold',
  inFlightMax: 16,
  state: 'active',
  rev: 1,
};
const entry = (offset: number, headers: Record<string, string>): LogEntry => ({
  topic: type.topic,
  partition: 0,
  offset,
  timestamp: 0,
  key: Buffer.from('rommel'),
  value: Buffer.from('geen avro'),
  headers,
});

/** Live and behind, both readers come through here: what one of them would keep to itself, nobody would find. */
describe('a record that cannot be decoded', () => {
  const setApart: QuarantinedRecord[] = [];
  const parts: PrepareParts = {
    schemaIds: { idOf: () => 1, typeOf: () => undefined },
    judge: {
      registeredFor: (events: readonly unknown[]) => Promise.resolve(events.map(() => new Set<string>())),
    } as unknown as Judge,
    quarantine: {
      put: (records: readonly QuarantinedRecord[]) => Promise.resolve(void setApart.push(...records)),
    } as Quarantine,
    isSame: () => Promise.resolve(false),
  };
  const asking = [compileMatch(subscription)];
  const askedBy = (type: string) => (subscription.types.includes(type) ? asking : undefined);

  it('is set apart with its reason, and still offered to who asked for that type', async () => {
    const prepared = await prepare(
      parts,
      [
        entry(7, { ce_type: type.type, ce_id: 'x', ce_source: 'urn:x' }),
        entry(8, { ce_type: 'be.vlaanderen.ander.v1' }),
      ],
      askedBy,
      new DuplicateWindow(10),
    );
    expect(prepared.map(({ entry: { offset }, read }) => [offset, read.event])).toEqual([[7, undefined]]);
    expect(setApart).toMatchObject([{ consumer: 'delivery', topic: type.topic, partition: 0, offset: 7 }]);
    expect(setApart[0]!.because.slug).toBe('undecodable');
  });
});

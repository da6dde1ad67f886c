import { describe, expect, it } from '@jest/globals';
import { ev, eventTypes, type EventType, type SchemaIds } from '@kruispunt/contracts';
import { fromEntry, EventLog, unframe, type LogPosition, type LogRecord } from '@kruispunt/event';
import { problem } from '@kruispunt/problem';
import type { AuditEntry } from './audit-trail.js';
import { placeOf, verifyChain, type ReadLine } from './hash-chain.js';
import { LogAuditTrail } from './log-audit-trail.js';

const schemaIds: SchemaIds = {
  idOf: (type) => eventTypes.findIndex((t) => t.type === type.type) + 1,
  typeOf: (id): EventType | undefined => eventTypes[id - 1],
};

/** A log in memory that answers when told, and may fail. */
class SlowLog extends EventLog {
  readonly appends: (readonly LogRecord[])[] = [];
  failing = false;
  gate = Promise.resolve();

  async append(records: readonly LogRecord[]): Promise<LogPosition[]> {
    const from = this.appends.flat().length;
    await this.gate;
    if (this.failing) throw problem('log-unavailable');
    this.appends.push(records);
    return records.map((r, i) => ({ topic: r.topic, partition: 0, offset: from + i }));
  }
}

const entry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  kind: 'intent',
  at: Date.UTC(2026, 10, 24, 9),
  action: 'deliver',
  organisation: 'OVO001835',
  application: 'delivery-gateway',
  subscription: 'S-1',
  event: { id: 'e-1', source: 'urn:s', type: 't', position: { topic: 'verhuis', partition: 2, offset: 47 } },
  fields: ['dossier'],
  protocol: 'P-118@2',
  reason: 'omdat',
  ticket: 'INC-1',
  ...over,
});
const linesOf = (log: SlowLog): (ReadLine & { readonly payload: Record<string, unknown> })[] =>
  log.appends.flat().map((record, offset) => {
    const read = fromEntry({ ...record, key: Buffer.from(record.key), partition: 0, offset, timestamp: 0 }, schemaIds);
    if (read.kind !== 'event') throw read.because;
    const payload = read.event.envelope.data as Record<string, unknown>;
    return {
      reference: String(payload['referentie']),
      previous: String(payload['vorigeDigest']),
      body: unframe(record.value!)!.avro,
      payload,
    };
  });
const chainsOf = (log: SlowLog) => {
  const chains = new Map<string, ReadLine[]>();
  for (const line of linesOf(log)) {
    const { chain } = placeOf(line.reference)!;
    chains.set(chain, [...(chains.get(chain) ?? []), line]);
  }
  return [...chains.values()];
};

describe('the audit trail in the log', () => {
  it('writes a line in the words of the law, under the subscription as key', async () => {
    const log = new SlowLog();
    const [reference] = await new LogAuditTrail({ log, schemaIds, writer: 'w' }).append([entry()]);
    expect(reference).toEqual({
      id: 'w-0/0',
      position: { topic: ev.AuditGeregistreerdV1.topic, partition: 0, offset: 0 },
    });
    expect(log.appends[0]![0]!.key).toBe('S-1');
    expect(linesOf(log)[0]!.payload).toMatchObject({
      referentie: 'w-0/0',
      soort: 'INTENTIE',
      organisatie: 'OVO001835',
      protocol: 'P-118',
      protocolVersie: '2',
      eventId: 'e-1',
      offset: 47,
      velden: ['dossier'],
      reden: 'omdat (INC-1)',
      abonnement: 'S-1',
      handeling: 'deliver',
    });
  });

  it('gathers what comes while an append is under way, and chains it in order per subscription', async () => {
    const log = new SlowLog();
    let open = () => {};
    log.gate = new Promise((resolve) => (open = resolve));
    const trail = new LogAuditTrail({ log, schemaIds, writer: 'w' });
    const all = Promise.all(
      Array.from({ length: 600 }, (_, i) => trail.append([entry({ attempt: i, subscription: `S-${i % 2}` })])),
    );
    open();
    const references = (await all).flat();
    expect(references.map((r) => r.position.offset)).toEqual(references.map((_, i) => i));
    expect(log.appends.map((a) => a.length)).toEqual([1, 500, 99]);
    expect(chainsOf(log).map(verifyChain)).toMatchObject([
      { kind: 'intact', lines: 300 },
      { kind: 'intact', lines: 300 },
    ]);
  });

  it('refuses when the log does, and goes on with a new chain that is whole', async () => {
    const log = new SlowLog();
    const trail = new LogAuditTrail({ log, schemaIds, writer: 'w' });
    await trail.append([entry(), entry()]);
    log.failing = true;
    await expect(trail.append([entry()])).rejects.toMatchObject({ slug: 'audit-unavailable' });
    log.failing = false;
    await trail.append([entry()]);
    expect(chainsOf(log).map(verifyChain)).toMatchObject([
      { kind: 'intact', lines: 2 },
      { kind: 'intact', lines: 1 },
    ]);
  });
});

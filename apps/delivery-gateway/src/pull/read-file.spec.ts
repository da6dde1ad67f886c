import { gunzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { AuditTrail, type AuditEntry } from '@kruispunt/audit';
import { VirtualClock } from '@kruispunt/clock';
import { ev, type EventType } from '@kruispunt/contracts';
import { compileMatch, DuplicateWindow, type Subscription } from '@kruispunt/delivery';
import { toRecord } from '@kruispunt/event';
import type { LogAdmin, LogEntry } from '@kruispunt/kafka';
import { problem } from '@kruispunt/problem';
import { CachedReader } from '../deliver/cached-reader.js';
import type { Judge } from '../match/judge.js';
import { readFile, type FileParts } from './read-file.js';
import type { Windows } from './windows.js';

const type = ev.BeslissingBekendgemaaktV1 as EventType;
const schemaIds = { idOf: () => 1, typeOf: () => type };
const hourMs = 3_600_000;
const subscription: Subscription = {
  ...{ id: 's', name: 'n', org: 'OVO999301', hoedanigheid: 'proef', types: [type.type], subjects: 'all' },
  ...{ channel: 'FILE', batch: { period: 'PT1H' }, orderPolicy: 'hold', inFlightMax: 16, state: 'active', rev: 1 },
};

const entry = (offset: number, timestamp: number): LogEntry => {
  const key = `OMV_${offset}`;
  const data = {
    ...{ projectnummer: key, wijze: 'AANPLAKKING', eersteDag: '2026-07-06', beroepTot: '2026-08-05' },
    ...{ uitvoerbaarVanaf: '2026-08-11', tijdstipRegistratie: '2026-03-02T09:15:00.123Z' },
  };
  const envelope = {
    specversion: '1.0',
    id: `e${offset}`,
    source: 'urn:x',
    type: type.type,
    subject: `urn:omv:${key}`,
  };
  const time = new Date(timestamp).toISOString();
  const record = toRecord({ ...envelope, time, data } as Parameters<typeof toRecord>[0], type, schemaIds as never);
  const value = Buffer.from(record.value!);
  return { topic: type.topic, partition: 0, offset, timestamp, key: Buffer.from(key), value, headers: record.headers };
};

let lines: AuditEntry[] = [];
let auditFails = false;
class Trail extends AuditTrail {
  append(entries: readonly AuditEntry[]) {
    if (auditFails) return Promise.reject(problem('audit-unavailable'));
    lines.push(...entries);
    return Promise.resolve([]);
  }
}

/** A log of one partition: two events in the first hour, one in the third. */
const log = [entry(0, 60_000), entry(1, hourMs - 1), entry(2, 2 * hourMs + 5)];
const at = { topic: type.topic, partition: 0 };
const partsAt = (now: number): FileParts => {
  const clock = new VirtualClock(now);
  return {
    clock,
    schemaIds,
    audit: new Trail(),
    judge: {
      standing: () => 1,
      judgeAll: (
        s: Subscription,
        events: readonly { event: Parameters<ReturnType<typeof compileMatch>['match']>[0] }[],
      ) =>
        Promise.resolve(
          events.map(({ event }) =>
            compileMatch(s).match(event, false).kind === 'yes'
              ? { kind: 'allowed', fields: ['projectnummer'], rule: 'open' }
              : undefined,
          ),
        ),
    } as unknown as Judge,
    windows: { of: () => Promise.resolve(new DuplicateWindow(10)) } as unknown as Windows,
    reader: new CachedReader({
      read: ({ offset }) =>
        Promise.resolve({
          ...{ ...at, from: offset, next: log.length, highWatermark: log.length },
          entries: log.filter((one) => one.offset >= offset),
        }),
      close: () => Promise.resolve(),
    }),
    admin: {
      offsetAt: (_t: string, _p: number, time: number) =>
        Promise.resolve(log.find(({ timestamp }) => timestamp >= time)?.offset ?? log.length),
    } as unknown as LogAdmin,
  };
};
const from = (next: number) => [{ ...at, next }];

beforeEach(() => {
  lines = [];
  auditFails = false;
});

describe('the file of a period', () => {
  it('does not exist before the period is over', async () => {
    expect(await readFile(partsAt(hourMs - 1), subscription, from(0))).toEqual({ kind: 'none', at: hourMs });
  });

  it('holds the events of its period and no other, projected, with a line in the audit trail for each and its digest', async () => {
    const file = await readFile(partsAt(5 * hourMs), subscription, from(0));
    if (file.kind !== 'file') throw new Error('no file');
    const events = gunzipSync(file.bytes)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(events.map(({ id }) => id)).toEqual(['e0', 'e1']);
    expect(events[0]).toMatchObject({ data: { projectnummer: 'OMV_0' } });
    expect(Object.keys((events[0] as unknown as { data: object }).data)).toEqual(['projectnummer']);
    expect(lines.map(({ event, action }) => [event!.id, action])).toEqual([
      ['e0', 'pull'],
      ['e1', 'pull'],
    ]);
    expect(file.sha256).toBe(createHash('sha256').update(file.bytes).digest('base64'));
    expect(file).toMatchObject({
      events: 2,
      endsAt: hourMs,
      complete: true,
      moves: [{ from: 0, to: 2, delivered: 2 }],
    });
  });

  it('is the same again for the same position, and the next one behind it is the next period with anything in it', async () => {
    const [first, again] = [
      await readFile(partsAt(5 * hourMs), subscription, from(0)),
      await readFile(partsAt(5 * hourMs), subscription, from(0)),
    ];
    expect(again).toEqual(first);
    expect(await readFile(partsAt(5 * hourMs), subscription, from(2))).toMatchObject({
      ...{ kind: 'file', events: 1, endsAt: 3 * hourMs },
      moves: [{ from: 2, to: 3 }],
    });
    expect(await readFile(partsAt(5 * hourMs), subscription, from(3))).toMatchObject({ kind: 'none' });
  });

  it('does not leave without its audit lines', async () => {
    auditFails = true;
    await expect(readFile(partsAt(5 * hourMs), subscription, from(0))).rejects.toMatchObject({
      slug: 'audit-unavailable',
    });
  });
});

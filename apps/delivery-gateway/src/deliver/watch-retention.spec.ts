import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '@kruispunt/clock';
import { ev, topics, type EventType } from '@kruispunt/contracts';
import { DuplicateWindow } from '@kruispunt/delivery';
import { openTelemetry } from '@kruispunt/telemetry';
import { announceGap } from './announce-gap.js';
import { Partition } from './partition.js';
import { watchRetention } from './watch-retention.js';

const dayMs = 86_400_000;
const topic = 'be.vlaanderen.bevolking.verhuis.v1';
const now = Date.UTC(2026, 5, 1);
const { retentionMs } = topics.find(({ name }) => name === topic)!;
const claim = { consumer: 'delivery', partition: 0, epoch: 1, next: 0 };
const type = ev.LeveringHiaatV1 as EventType;
const schemaIds = { idOf: () => 1, typeOf: () => type } as never;
const owner = { id: '6a3c1b1e-5f0e-4a4e-9b1a-000000000001', org: 'OVO999301' };

const watch = async (at: string) => {
  const asked: number[] = [];
  const partition = new Partition({ ...claim, topic: at }, 0, new DuplicateWindow(1));
  await watchRetention(
    {
      admin: {
        offsetAt: (_t: string, _p: number, time: number) => Promise.resolve(asked.push(time) * 100),
      } as never,
      gaps: { below: () => Promise.resolve([{ ...owner, next: 40 }]) } as never,
      clock: new VirtualClock(now),
      log: openTelemetry('spec', { level: 'silent' }).log,
    },
    partition,
  );
  return { asked, warnings: partition.warnings };
};

describe('the watch over retention', () => {
  it('warns days before the first unread record leaves the log, with its range', async () => {
    const { asked, warnings } = await watch(topic);
    const aheadMs = Math.min(3 * dayMs, retentionMs / 10);
    expect(asked).toEqual([now - retentionMs + aheadMs]);
    expect(warnings).toEqual([{ owner, from: 40, to: 100, expectedAt: now + aheadMs }]);
  });

  it('has nothing to say of a topic that keeps everything', async () => {
    const kept = topics.find((spec) => spec.retentionMs < 0)!;
    expect(await watch(kept.name)).toEqual({ asked: [], warnings: [] });
  });
});

describe('an announced gap', () => {
  it('is told to the owner with its range, under an id that stays the same', () => {
    const gap = { topic, partition: 2, from: 7, to: 9, now };
    const [warning, passed] = [
      announceGap(schemaIds, owner, { ...gap, expectedAt: now + dayMs }),
      announceGap(schemaIds, owner, gap),
    ];
    expect(announceGap(schemaIds, owner, { ...gap, now: now + 5 }).headers['ce_id']).toBe(passed.headers['ce_id']);
    expect(warning.headers['ce_id']).not.toBe(passed.headers['ce_id']);
    expect(passed).toMatchObject({ topic: 'be.vlaanderen.kruispunt.aflevering.v1', key: owner.id });
    expect(type.codec.decode(passed.value!.subarray(5))).toMatchObject({
      ...{ stadium: 'OPGETREDEN', afnemer: owner.org, vanOffset: 7, totOffset: 9, verwachtOp: null },
    });
    expect(type.codec.decode(warning.value!.subarray(5))).toMatchObject({ stadium: 'DREIGEND' });
  });
});

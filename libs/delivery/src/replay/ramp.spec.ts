import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { approvalCauses, approvalRules } from './approval.js';
import {
  allowance,
  parseRamp,
  rampStart,
  rampText,
  resumed,
  settleOutcome,
  type Progress,
  type RunOutcome,
} from './ramp.js';

const ramp = [1, 10, 100];
const run = (outcomes: readonly RunOutcome[], from: Progress = rampStart) => {
  let progress = from;
  for (const [i, outcome] of outcomes.entries()) {
    const settled = settleOutcome(ramp, progress, outcome);
    progress = settled.progress;
    if (settled.pause) return { progress, pause: settled.pause, at: i + 1 };
  }
  return { progress, pause: undefined, at: outcomes.length };
};
const ok = (n: number): RunOutcome[] => Array.from({ length: n }, () => 'ok');

describe('a ramp', () => {
  it('reads as it is written', () => {
    expect(parseRamp('1,10,100,rest')).toEqual([1, 10, 100]);
    expect(parseRamp('rest')).toEqual([]);
    expect(rampText([1, 10])).toBe('1,10,rest');
    for (const odd of ['', '1,10', '0,rest', '1.5,rest', '-1,rest', 'rest,1', '1,1,1,1,1,1,1,1,1,1,1,rest']) {
      expect(parseRamp(odd)).toMatchObject({ slug: 'invalid-request' });
    }
  });

  it('sends one, then ten, then a hundred, then the rest, as long as all goes well', () => {
    expect(allowance(ramp, rampStart, 0)).toBe(1);
    expect(allowance(ramp, rampStart, 1)).toBe(0);
    expect(allowance(ramp, run(ok(1)).progress, 0)).toBe(10);
    expect(allowance(ramp, run(ok(11)).progress, 40)).toBe(60);
    expect(allowance(ramp, run(ok(111)).progress, 5_000)).toBe(Infinity);
  });

  it('stops at the gate of a step in which something failed, and goes on with the next when a person says so', () => {
    expect(run(['failed'])).toMatchObject({ pause: 'gate', at: 1 });
    const gate = run([...ok(5), 'failed', ...ok(100)]);
    expect(gate).toMatchObject({ pause: 'gate', at: 11 });
    expect(allowance(ramp, resumed(gate.progress), 0)).toBe(100);
  });

  it('pauses itself above 20 % failures of the last 50, not at 20 %', () => {
    const good = run(ok(111)).progress;
    expect(
      run(
        Array.from({ length: 10 }, () => 'failed' as const),
        good,
      ),
    ).toMatchObject({ pause: undefined });
    expect(
      run(
        Array.from({ length: 11 }, () => 'failed' as const),
        good,
      ),
    ).toMatchObject({ pause: 'failures', at: 11 });
  });

  it('pauses at once when the receiver says 429', () => {
    expect(run([...ok(200), 'overloaded'])).toMatchObject({ pause: 'overloaded', at: 201 });
  });

  it('never lets a step be passed by more than its size', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<RunOutcome>('ok', 'ok', 'ok', 'failed'), { maxLength: 150 }), (outcomes) => {
        let progress = rampStart;
        for (const outcome of outcomes) {
          expect(allowance(ramp, progress, 0)).toBeGreaterThan(0);
          expect(progress.settledInStep).toBeLessThan(ramp[progress.step] ?? Infinity);
          progress = settleOutcome(ramp, progress, outcome).progress;
        }
      }),
    );
  });
});

describe('approval by a second person', () => {
  const causes = (queued: number, personal: boolean, duplicates: number) =>
    approvalCauses({ queued, personal, duplicates }, approvalRules);

  it('is asked for personal data, more than 1 000 items, or duplicates, each alone', () => {
    expect(causes(1, true, 0)).toEqual(['personal-data']);
    expect(causes(1_001, false, 0)).toEqual(['items']);
    expect(causes(5, false, 1)).toEqual(['duplicates']);
    expect(causes(1_000, false, 0)).toEqual([]);
  });
});

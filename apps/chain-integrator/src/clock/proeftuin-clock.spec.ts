import { describe, expect, it } from '@jest/globals';
import { MovableClock } from '@kruispunt/clock';
import { Problem } from '@kruispunt/problem';
import { ProeftuinClock } from './proeftuin-clock.js';

/** Where the offset is kept, in memory. */
class Kept {
  ms = 0;
  offset = () => Promise.resolve(this.ms);
  advance = (ms: number) => Promise.resolve((this.ms += ms));
}
const dayMs = 86_400_000;
const bench = (isProeftuin = true) => {
  const [clock, kept] = [new MovableClock(), new Kept()];
  return { clock, kept, proeftuin: new ProeftuinClock(clock, kept as never, isProeftuin) };
};
const slugOf = async (work: () => unknown) => {
  try {
    await work();
    return 'done';
  } catch (thrown) {
    return thrown instanceof Problem ? thrown.slug : 'other';
  }
};

describe('the proving ground’s clock', () => {
  it('moves on by civil days, and by hours', async () => {
    const { clock, proeftuin } = bench();
    await proeftuin.advance('P3W');
    // 21 civil days: an hour more or less when summer time begins or ends in between.
    expect(Math.abs(clock.offset - 21 * dayMs)).toBeLessThanOrEqual(3_600_000);
    const before = clock.offset;
    await proeftuin.advance('PT6H');
    expect(clock.offset - before).toBe(6 * 3_600_000);
  });

  it('takes over what another process moved, and never goes back', async () => {
    const { clock, kept, proeftuin } = bench();
    kept.ms = 5 * dayMs;
    await proeftuin.follow();
    kept.ms = 1;
    await proeftuin.follow();
    expect(clock.offset).toBe(5 * dayMs);
  });

  it.each(['', 'P', 'P0D', 'P-1D', 'P400D', '21D', 'P1M', 21, null, undefined])('refuses %p', async (period) => {
    const { kept, proeftuin } = bench();
    expect(await slugOf(() => proeftuin.advance(period))).toBe('invalid-request');
    expect(kept.ms).toBe(0);
  });

  it('is not found anywhere else', async () => {
    const { kept, clock, proeftuin } = bench(false);
    kept.ms = dayMs;
    await proeftuin.follow();
    expect([await slugOf(() => proeftuin.advance('P1D')), await slugOf(() => proeftuin.read()), clock.offset]).toEqual([
      'not-found',
      'not-found',
      0,
    ]);
  });
});

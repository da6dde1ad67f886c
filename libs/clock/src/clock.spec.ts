import { describe, expect, it } from '@jest/globals';
import { MovableClock, SeededRandom, SystemTimers, VirtualClock } from './index.js';

describe('a virtual clock', () => {
  it('stands still until it is told to move', () => {
    const clock = new VirtualClock(1_000);
    expect(clock.now()).toBe(1_000);
  });

  it('wakes sleepers in the order of their time and of their arrival', async () => {
    const clock = new VirtualClock();
    const woken: string[] = [];
    void clock.sleep(20).then(() => woken.push('b'));
    void clock.sleep(10).then(() => woken.push('a'));
    void clock.sleep(20).then(() => woken.push('c'));
    void clock.sleep(31).then(() => woken.push('late'));
    await clock.advance(30);
    expect(woken).toEqual(['a', 'b', 'c']);
    expect(clock.now()).toBe(30);
  });
});

describe('seeded chance', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    const take = (seed: number) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    expect(take(7).every((n) => n >= 0 && n < 1)).toBe(true);
  });

  it('gives well-formed identifiers', () => {
    expect(new SeededRandom(1).uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('a clock that can be moved', () => {
  it('never goes back', () => {
    const clock = new MovableClock();
    clock.moveTo(5_000);
    clock.moveTo(1_000);
    expect(clock.offset).toBe(5_000);
  });
});

describe('system timers', () => {
  it('end with the reason of the signal that aborts them', async () => {
    const abort = new AbortController();
    const sleep = new SystemTimers().sleep(60_000, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
  });
});

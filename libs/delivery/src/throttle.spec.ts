import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextPace, perSecondOf, standardRates as rules, type Pace } from './adaptive-rate.js';
import { Throttle } from './throttle.js';

const normal = (perSecond: number): Pace => ({ kind: 'normal', perSecond });
const of100 = (failed: number) => ({ attempts: 100, failed });

describe('the pace of the next window', () => {
  it.each<[string, number, Pace]>([
    ['grows by a fifth when nothing failed', 0, normal(120)],
    ['stays from 1 %', 1, normal(100)],
    ['stays up to 5 %', 5, normal(100)],
    ['shrinks by a fifth above 5 %', 6, normal(80)],
    ['shrinks by a fifth up to 50 %', 50, normal(80)],
    ['is slow above 50 %', 51, { kind: 'slow', perSecond: 100 }],
    ['is a heartbeat when all failed', 100, { kind: 'heartbeat', perSecond: 100 }],
  ])('%s', (_, failed, pace) => {
    const next = nextPace(normal(100), of100(failed), rules);
    expect(next.kind).toBe(pace.kind);
    expect(next.perSecond).toBeCloseTo(pace.perSecond);
  });

  it('returns from slow and from heartbeat at half the rate it had, as soon as less than half fails', () => {
    for (const kind of ['slow', 'heartbeat'] as const)
      expect(nextPace({ kind, perSecond: 100 }, { attempts: 1, failed: 0 }, rules)).toEqual(normal(50));
  });

  it('is not judged by a handful of attempts, nor by none', () => {
    expect(nextPace(normal(100), { attempts: 19, failed: 19 }, rules)).toEqual(normal(100));
    expect(nextPace({ kind: 'slow', perSecond: 7 }, { attempts: 0, failed: 0 }, rules).kind).toBe('slow');
  });

  it('never leaves its bounds, whatever happens, and never exceeds the subscriber’s ceiling', () => {
    const window = fc.tuple(fc.nat(1_000), fc.nat(1_000)).map(([a, b]) => ({ attempts: a + b, failed: a }));
    fc.assert(
      fc.property(
        fc.array(window, { maxLength: 200 }),
        fc.option(fc.integer({ min: 1, max: 5_000 })),
        (windows, own) => {
          let pace: Pace = normal(rules.perSecondMax);
          for (const seen of windows) {
            pace = nextPace(pace, seen, rules);
            expect(pace.perSecond).toBeGreaterThanOrEqual(rules.perSecondMin);
            expect(pace.perSecond).toBeLessThanOrEqual(rules.perSecondMax);
            const rate = perSecondOf(pace, rules, own ?? undefined);
            expect(rate).toBeGreaterThan(0);
            expect(rate).toBeLessThanOrEqual(own ?? rules.perSecondMax);
          }
        },
      ),
    );
  });

  it('recovers to its full rate when nothing fails any more', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('normal', 'slow', 'heartbeat'),
        fc.integer({ min: 1, max: 10_000 }),
        (kind, perSecond) => {
          let pace: Pace = { kind, perSecond };
          for (let i = 0; i < 60; i++) pace = nextPace(pace, of100(0), rules);
          expect(pace).toEqual(normal(rules.perSecondMax));
        },
      ),
    );
  });
});

describe('a throttle', () => {
  it('lets no more leave in any stretch of time than its rate and one burst', () => {
    const steps = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 50 })), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), steps, (ceiling, walk) => {
        const throttle = new Throttle(rules, ceiling);
        const left: { at: number; count: number }[] = [];
        let now = 0;
        for (const [ms, wish] of walk) {
          now += ms;
          const count = Math.min(wish, throttle.available(now));
          throttle.take(count, now);
          left.push({ at: now, count });
        }
        for (const [i, { at }] of left.entries()) {
          let sum = 0;
          for (const later of left.slice(i)) {
            sum += later.count;
            expect(sum).toBeLessThanOrEqual(((later.at - at) / 1_000) * ceiling + ceiling + 1);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('says when the next may leave, and then it may', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 5_000 }), (ceiling, count) => {
        const throttle = new Throttle(rules, ceiling);
        throttle.take(count, 0);
        const at = Math.max(0, throttle.freeAt);
        expect(throttle.available(at)).toBeGreaterThanOrEqual(1);
        if (at > 1) expect(throttle.available(at - 1)).toBe(0);
      }),
    );
  });

  it('tries a receiver that fails everything once per window, and one that fails most once a second', () => {
    const throttle = new Throttle(rules);
    throttle.available(0);
    for (let i = 0; i < 40; i++) throttle.told(true, 1);
    expect(throttle.available(30_000)).toBeGreaterThanOrEqual(1);
    expect(throttle.kind).toBe('heartbeat');
    throttle.take(1, 30_000);
    expect(throttle.available(59_000)).toBe(0);
    expect(throttle.freeAt).toBe(60_000);
    for (const failed of [true, true, false]) throttle.told(failed, 59_000);
    expect(throttle.available(60_001)).toBeGreaterThanOrEqual(1);
    expect(throttle.kind).toBe('slow');
    throttle.take(1, 60_001);
    expect(throttle.available(60_900)).toBe(0);
    expect(throttle.available(61_001)).toBe(1);
  });
});

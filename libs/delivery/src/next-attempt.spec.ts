import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pauseMs, standardLadder, stepMs } from './ladder.js';
import { nextAttempt } from './next-attempt.js';

const facts = { attempt: 1, chance: 0.5 };
const status = (code: number, retryAfterMs?: number) => ({
  kind: 'status' as const,
  status: code,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

describe('nextAttempt', () => {
  it.each([200, 201, 202, 204, 299])('takes %i as delivered', (code) =>
    expect(nextAttempt(status(code), facts, standardLadder)).toEqual({ kind: 'delivered' }),
  );

  it('ends the subscription on 410', () => expect(nextAttempt(status(410), facts, standardLadder).kind).toBe('ended'));

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('tries again after %i', (code) =>
    expect(nextAttempt(status(code), facts, standardLadder).kind).toBe('later'),
  );

  it.each(['timeout', 'refused', 'reset', 'dns', 'tls', 'address-forbidden', 'protocol'] as const)(
    'tries again after %s, and holds it against the receiver',
    (failure) =>
      expect(nextAttempt({ kind: 'failed', failure }, facts, standardLadder)).toMatchObject({
        kind: 'later',
        trouble: true,
      }),
  );

  it.each([301, 302, 307, 400, 401, 403, 404, 409, 413, 422])('parks after %i', (code) =>
    expect(nextAttempt(status(code), facts, standardLadder)).toMatchObject({
      kind: 'parked',
      error: { class: String(code), status: code },
    }),
  );

  it('holds an overload against the step, not against the receiver’s life', () => {
    expect(nextAttempt(status(429), facts, standardLadder)).toEqual({
      kind: 'later',
      afterMs: 25_000 + 60_000,
      trouble: false,
      error: { class: '429', status: 429, reason: 'answered 429' },
    });
  });

  it('parks an event when the retry ladder is used up: seven retries after the first attempt', () => {
    expect(nextAttempt(status(500), { ...facts, attempt: 7 }, standardLadder).kind).toBe('later');
    expect(nextAttempt(status(500), { ...facts, attempt: 8 }, standardLadder)).toMatchObject({
      kind: 'parked',
      error: { reason: 'answered 500; ladder used up' },
    });
  });
});

describe('the ladder', () => {
  it('climbs from 25 s by four, to 52 000 s, in 24 hours', () => {
    const steps = [1, 2, 3, 4, 5, 6, 7].map((failure) => stepMs(standardLadder, failure) / 1_000);
    expect(steps).toEqual([25, 100, 400, 1_600, 6_400, 25_600, 52_000]);
    expect(steps.reduce((a, b) => a + b)).toBeLessThan(24 * 3_600);
  });

  it('never strays more than 20 % from its step, and honours Retry-After between once and twice the step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.option(fc.nat(10 ** 9), { nil: undefined }),
        (failure, chance, retryAfterMs) => {
          const step = stepMs(standardLadder, failure);
          const pause = pauseMs(standardLadder, { failure, chance, retryAfterMs, overloaded: false });
          const [least, most] = retryAfterMs === undefined ? [step * 0.8, step * 1.2] : [step, step * 2];
          expect(pause).toBeGreaterThanOrEqual(Math.floor(least));
          expect(pause).toBeLessThanOrEqual(Math.ceil(most));
        },
      ),
    );
  });
});

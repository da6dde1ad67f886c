import { describe, expect, it } from '@jest/globals';
import { catalogue, slugs } from '@kruispunt/problem';
import { exitOf, exits, failureOf } from './failure.js';

describe('the exit code of a problem', () => {
  it.each([
    ['not-found', exits.notFound],
    ['unauthenticated', exits.denied],
    ['forbidden', exits.denied],
    ['plan-changed', exits.planChanged],
    ['run-active', exits.conflict],
    ['approval-required', exits.needsInput],
    ['reason-required', exits.usage],
    ['invalid-request', exits.usage],
    ['log-unavailable', exits.unreachable],
    ['internal', exits.failed],
    ['too-many-requests', exits.failed],
  ] as const)('%s is %i', (slug, exit) => {
    expect(exitOf({ slug, status: catalogue[slug].status })).toBe(exit);
  });

  it('is never 0', () => {
    for (const slug of slugs) expect(exitOf({ slug, status: catalogue[slug].status })).toBeGreaterThan(0);
  });

  it('comes with where, why and what to do', () => {
    const failure = failureOf({
      slug: 'conflict',
      status: 409,
      titles: { nl: 'Kan nu niet', en: 'Not now' },
      advice: { nl: 'Lees opnieuw', en: 'Read again' },
      reason: 'the run is done',
    });
    expect(failure.what).toEqual({
      nl: 'Kan nu niet (reason: the run is done) [conflict]',
      en: 'Not now (reason: the run is done) [conflict]',
    });
    expect(failure.todo?.en).toBe('Read again');
  });
});

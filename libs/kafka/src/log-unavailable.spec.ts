import { describe, expect, it } from '@jest/globals';
import { problem } from '@kruispunt/problem';
import { codeOf, logUnavailable } from './log-unavailable.js';

describe('a fault of the log', () => {
  it('is found by its protocol code however deep it is nested', () => {
    const deep = {
      message: 'send failed',
      errors: [{ cause: { errors: [{ apiId: 'NOT_LEADER_OR_FOLLOWER', code: 'PLT_KFK_PROTOCOL' }] } }],
    };
    expect(codeOf(deep)).toBe('NOT_LEADER_OR_FOLLOWER');
  });

  it('falls back on the innermost code of the socket', () => {
    expect(
      codeOf({ code: 'PLT_KFK_MULTIPLE', errors: [{ code: 'PLT_KFK_NETWORK', cause: { code: 'ECONNREFUSED' } }] }),
    ).toBe('ECONNREFUSED');
  });

  it('comes out as log-unavailable with its cause and when to come back', () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const fault = logUnavailable('produce', cause);
    expect(fault).toMatchObject({
      slug: 'log-unavailable',
      cause,
      fields: { during: 'produce', reason: 'ECONNREFUSED', retryAfterS: 2 },
    });
  });

  it('stays itself when it already is a problem', () => {
    const found = problem('not-found');
    expect(logUnavailable('read', found)).toBe(found);
  });

  it('survives errors that contain themselves', () => {
    const loop: { cause?: unknown } = {};
    loop.cause = loop;
    expect(codeOf(loop)).toBeUndefined();
  });
});

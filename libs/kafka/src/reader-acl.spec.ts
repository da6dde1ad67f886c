import { describe, expect, it } from '@jest/globals';
import { granting, readerAcl } from './reader-acl.js';

describe('the right to read one topic', () => {
  it('is to read and describe that topic, and to use groups that begin with its name; nothing more', () => {
    expect(
      readerAcl('out.a.b', 'User:x').map(({ resourceType, resourceName, resourcePatternType, operation }) =>
        [resourceType, resourceName, resourcePatternType, operation].join(' '),
      ),
    ).toEqual(['2 out.a.b 3 3', '2 out.a.b 3 8', '3 out.a.b 4 3']);
    expect(readerAcl('t', 'User:x').every(({ permissionType, host }) => permissionType === 3 && host === '*')).toBe(
      true,
    );
  });

  it('is told apart from a broker that asks nobody for rights, and from one that is away', async () => {
    expect(await granting(() => Promise.resolve())).toBe('granted');
    expect(await granting(() => Promise.reject({ errors: [{ apiId: 'SECURITY_DISABLED' }] }))).toBe('no-authorizer');
    expect(await granting(() => Promise.reject({ type: 'SECURITY_DISABLED' }))).toBe('no-authorizer');
    const away = { code: 'ECONNREFUSED' };
    await expect(granting(() => Promise.reject(away))).rejects.toBe(away);
  });
});

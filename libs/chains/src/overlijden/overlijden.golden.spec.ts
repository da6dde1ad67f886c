import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { overlijden } from './overlijden.js';

const bodies = ['overlijden.ts'];

/**
 * Running instances are pinned to version 2. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 2 of overlijden', () => {
  it('has the outline that running instances are pinned to, whatever its settings', () => {
    expect(overlijden({ datarefBase: 'https://elsewhere' }).hash).toBe(
      'c99a32dd3b2bfa588e745260c922d321b58be316378786e8cd7d1d85aa74b5f9',
    );
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      'ba3ed8013ed2777c5ef4d5079d7e9a8f58b9e7d6d14b852a3beb18137bdda042',
    );
  });
});

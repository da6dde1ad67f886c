import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { geboorte } from './geboorte.js';

const bodies = ['geboorte.ts'];

/**
 * Running instances are pinned to version 2. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 2 of geboorte', () => {
  it('has the outline that running instances are pinned to, whatever its settings', () => {
    expect(geboorte({ datarefBase: 'https://elsewhere' }).hash).toBe(
      'ac6a8873fdcc746da8daf8e926cd1f7d246eee85a055d488b38b81c781518444',
    );
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      'f14113870c92fef0f506c6439bd8324a02210f51ce20809ff75b725a4f928182',
    );
  });
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { overlijden } from './v1.js';

const bodies = ['v1.ts'];

/**
 * Running instances are pinned to version 1. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 1 of overlijden', () => {
  it('has the outline that running instances are pinned to, whatever its settings', () => {
    expect(overlijden({ datarefBase: 'https://elsewhere' }).hash).toBe(
      '68f82771ae689f2ddfb2dcb3657c3b043b4a1b722a1fdd0cf9912cb32cfaf7bc',
    );
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '0922fa8034f8ceff9220c6fae07e66fd3a3dc18736261125929a584ce09b09d1',
    );
  });
});

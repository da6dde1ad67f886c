import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { geboorte } from './v1.js';

const bodies = ['v1.ts'];

/**
 * Running instances are pinned to version 1. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 1 of geboorte', () => {
  it('has the outline that running instances are pinned to, whatever its settings', () => {
    expect(geboorte({ datarefBase: 'https://elsewhere' }).hash).toBe(
      '3e5cf8a3450860a3d3249311deb34ed12903ee6dd06ad1019e5a7a86b6203c8e',
    );
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '1b8a0f5c3a535652fffed69cea60ef83119761575859616baea5f41705f958e5',
    );
  });
});

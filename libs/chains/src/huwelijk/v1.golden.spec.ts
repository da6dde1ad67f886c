import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { huwelijk } from './v1.js';

const bodies = ['v1.ts', 'venster.ts'];

/**
 * Running instances are pinned to version 1. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 1 of huwelijk', () => {
  it('has the outline that running instances are pinned to, whatever its settings', () => {
    expect(huwelijk({ datarefBase: 'https://elsewhere' }).hash).toBe(
      '523547a95ec7e6d3dfb896dae8caffa9794c5299b59470b2c1d37ed31d129ef3',
    );
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '3c41f694ff7f237ba0862d305c7121b53881f1467411bd0f2469e53762b20f66',
    );
  });
});

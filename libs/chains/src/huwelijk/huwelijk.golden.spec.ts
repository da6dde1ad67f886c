import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { huwelijk } from './huwelijk.js';

const bodies = ['huwelijk.ts', 'venster.ts'];

/**
 * Running instances are pinned to version 1. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 1 of huwelijk', () => {
  it('has the outline that running instances are pinned to, whatever its settings', () => {
    expect(huwelijk({ datarefBase: 'https://elsewhere' }).hash).toBe(
      '4e3565820c13407d281ba577d7ca77bd52f5758cb206c14b8f613f701ab23ffd',
    );
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '3f8b89a09096eaef5bdfbf0bdfdfb1b25f47f2264bda339140c7c2dd4d989a95',
    );
  });
});

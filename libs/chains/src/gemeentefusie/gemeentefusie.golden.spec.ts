import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { gemeentefusie } from './gemeentefusie.js';

const bodies = ['gemeentefusie.ts'];

/**
 * Running mergers are pinned to version 1. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 1 of gemeentefusie', () => {
  it('has the outline that running instances are pinned to', () => {
    expect(gemeentefusie().hash).toBe('56dde1d95496f8d01156e3f6516a378ee09e8fcb987c48e86d74874fd01de4a9');
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      'eb9dde516d60d698cafe68d7309c79e78550425156b73ab0415286dbe2198049',
    );
  });
});

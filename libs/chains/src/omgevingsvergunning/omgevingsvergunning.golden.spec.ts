import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { omgevingsvergunning } from './omgevingsvergunning.js';

const bodies = [
  'omgevingsvergunning.ts',
  'vergunning.ts',
  'behandeling.ts',
  'bekendmaking.ts',
  'beroep.ts',
  'publicaties.ts',
];

/**
 * Running permits are pinned to version 1. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 1 of omgevingsvergunning', () => {
  it('has the outline that running instances are pinned to', () => {
    expect(omgevingsvergunning().hash).toBe('d148574b95f3d28d38196413177fb9ab642d17e5e673d89ab190750a69535e07');
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '38ff7715bbb2a32df3f177693558c749ef83b6d6c965600cce1f07e3e11cb6b3',
    );
  });
});

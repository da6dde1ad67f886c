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
    expect(omgevingsvergunning().hash).toBe('998617164d4ec284052aa53525434511c1e154d0c8406c4e369429cc29cdb63a');
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      'cf4fd4e0f59a5114bae403d9ee8005e7bdc8c786e17aa9447a76f6f74419c19a',
    );
  });
});

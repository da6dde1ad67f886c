import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { adresPropagatie } from './adres-propagatie.js';

const bodies = ['adres-propagatie.ts', 'propagatie.ts', 'publicaties.ts'];

/**
 * Running readdressings are pinned to version 1. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 1 of adres-propagatie', () => {
  it('has the outline that running instances are pinned to', () => {
    expect(adresPropagatie().hash).toBe('e5e0f6d7b01f2beb3853d9e4923431687ff032aed1b4a41db94509e0fbc872fd');
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '2f028d640d15406046b7f5f7c5a4d2b80bc0844534724442d3355c37d36fc76f',
    );
  });
});

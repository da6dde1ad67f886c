import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { verhuis } from './verhuis.js';

const bodies = ['verhuis.ts', 'verhuizing.ts', 'publicaties.ts', 'beheerder.ts'];

/**
 * Running moves are pinned to version 1. When this test fails, the chain has changed under them: put the change in a new version
 * beside the old one, or, while no installation has run it yet, write the new figures down here.
 */
describe('version 1 of verhuis', () => {
  it('has the outline that running instances are pinned to, whatever its settings', () => {
    const hash = '0bfe104b5e2cccdf387bc327dbdfbf357197712dab2b1be8a2d57efb6404d21b';
    expect(verhuis({ datarefBase: '/v1/personen' }).hash).toBe(hash);
    expect(verhuis({ datarefBase: 'https://elsewhere', regelversie: '2001' }).hash).toBe(hash);
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      'a71cb5df99f7d87414e65798142434d248ed8af3342cf91b6aaca1523b3bf2f9',
    );
  });
});

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
    const hash = '6d7df789cf79629966d4e066d0cb730e4dc660054e431af9629b1295c29c0acd';
    expect(verhuis({ datarefBase: '/v1/personen' }).hash).toBe(hash);
    expect(verhuis({ datarefBase: 'https://elsewhere', regelversie: '2001' }).hash).toBe(hash);
  });

  it('has the bodies it was released with, whatever their layout', () => {
    const text = bodies
      .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll(/[\s,]+/g, ''))
      .join();
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '881d0f6b4de54dbcb2c2adb796fab68b74d7ce25c6e51860bf0c44af878d61eb',
    );
  });
});

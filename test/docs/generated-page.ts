import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { root } from './app-settings.js';

/** How a page is brought up to date: `KRUISPUNT_WRITE=1` in the environment of the run. */
const writes = process.env['KRUISPUNT_WRITE'] === '1';

/** Declares that `docs/reference/<name>` is what `write` gives. `source` is named in its first line. */
export function generatedPage(name: string, source: string, write: () => Promise<string> | string): void {
  it(`docs/reference/${name} says what ${source} says`, async () => {
    const file = join(root, 'docs', 'reference', name);
    const text = `<!-- Generated from ${source}: change that, then run npm run docs:check with KRUISPUNT_WRITE=1. -->\n${await write()}`;
    if (writes) await writeFile(file, text);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
}

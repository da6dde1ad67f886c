import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** How the file is brought up to date: `KRUISPUNT_WRITE=1` in the environment of the run. */
const writes = process.env['KRUISPUNT_WRITE'] === '1';

/**
 * Declares the specs of a generated OpenAPI document: `docs/reference/openapi/<name>.yaml` is what `document` gives, and a linter of
 * other people's making finds nothing wrong with it. `source` is named in the file's first line.
 */
export function openApiFile(name: string, source: string, document: unknown): void {
  const file = join(import.meta.dirname, '../../../docs/reference/openapi', `${name}.yaml`);
  describe(`the OpenAPI document of ${name}`, () => {
    it('is the one that is committed', async () => {
      const { stringify } = await import('yaml');
      const text = `# Generated from ${source}: change that, then run its spec with KRUISPUNT_WRITE=1.\n${stringify(document, { lineWidth: 120, aliasDuplicateObjects: false })}`;
      if (writes) await writeFile(file, text);
      expect(await readFile(file, 'utf8')).toBe(text);
    });

    it('passes the linter', async () => {
      const { createConfig, lintFromString } = await import('@redocly/openapi-core');
      // A public route has nothing that can go wrong by its caller, so it need not say so.
      const config = await createConfig({
        extends: ['recommended'],
        rules: { 'security-defined': 'error', 'operation-4xx-response': 'off' },
      });
      const found = await lintFromString({ source: await readFile(file, 'utf8'), absoluteRef: file, config });
      expect(
        found.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`),
      ).toEqual([]);
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { purity } from './purity.mjs';

const linter = new Linter();
const config = [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser }, rules: purity }];
const wrong = (code: string): readonly string[] =>
  linter.verify(code, config as never, 'chain.ts').map((m) => m.ruleId ?? m.message);

/** One seeded violation per line: each of them must be seen, or the guard guards nothing. */
const seeded = [
  'const at = Date.now();',
  'const at = new Date();',
  'const at = Date();',
  'const chance = Math.random();',
  'const answer = fetch("https://elders");',
  'const where = process.env;',
  'console.log("x");',
  'setTimeout(() => {}, 1);',
  'const id = crypto.randomUUID();',
  'const t = performance.now();',
  'import { readFileSync } from "node:fs";',
  'const f = async () => 1;',
  'const more = import("./elders.js");',
  'let seen = 0;',
  'const day = x.toLocaleDateString();',
];

describe('a chain', () => {
  it.each(seeded)('may not say: %s', (code) => {
    expect(wrong(code)).toEqual([expect.stringMatching(/^no-restricted-(globals|syntax)$/)]);
  });

  it('may say what follows from what it is given', () => {
    expect(
      wrong('export const f = (v: number, c: { now: number }) => new Date(c.now).getTime() + Math.max(v, 1);'),
    ).toEqual([]);
  });

  it.each(['libs/chains/src/verhuis/verhuis.ts', 'docs/examples/03-write-a-chain.ts'])(
    'is held to it in %s',
    async (path) => {
      const calculated = (await new ESLint().calculateConfigForFile(path)) as { rules: Record<string, unknown[]> };
      expect(calculated.rules['no-restricted-globals']?.slice(1)).toEqual(purity['no-restricted-globals'].slice(1));
      expect(calculated.rules['no-restricted-syntax']?.length).toBe(purity['no-restricted-syntax'].length);
    },
  );
});

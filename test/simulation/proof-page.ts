import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hunt } from './hunt.js';
import type { Mutant } from './mutant.js';

const page = join(import.meta.dirname, '..', '..', 'docs', 'explain', 'proof.md');

/** A part of the page that a script writes: what stands between its two marks. */
const marks = (part: string): readonly [string, string] => [
  `<!-- ${part}: written by npm run nightly -->`,
  `<!-- end of ${part} -->`,
];

export interface Found {
  readonly mutant: Mutant;
  /** Seeds until it was found, the last one included; undefined: not found. */
  readonly seeds: number | undefined;
  readonly ms: number;
}

export const foundBy = (mutant: Mutant, { failed, seeds, ms }: Hunt): Found => ({
  mutant,
  ms,
  seeds: failed === undefined ? undefined : seeds + 1,
});

const row = ({ mutant: { simulator, name, breaks, file }, seeds, ms }: Found): string =>
  `| ${simulator} | ${name} | ${breaks} | \`${file}\` | ${seeds ?? '**not found**'} | ${(ms / 1_000).toFixed(1)} |`;

export const mutantTable = (found: readonly Found[]): string =>
  [
    '| Simulator | Mutant | What is no longer so | Patched | Seeds needed | s |',
    '|---|---|---|---|---|---|',
    ...found.map(row),
  ].join('\n');

/** The lines of a part, without its marks. */
export async function readPart(part: string): Promise<readonly string[]> {
  const text = await readFile(page, 'utf8');
  const [begin, end] = marks(part);
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/explain/proof.md has no part ${part}`);
  return text
    .slice(from + begin.length, to)
    .trim()
    .split('\n');
}

export async function writePart(part: string, body: string): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [begin, end] = marks(part);
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  await writeFile(page, `${text.slice(0, from)}\n${body}\n${text.slice(to)}`);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { commandOf, hunt } from './hunt.js';
import { mutants } from './mutants.js';
import { readPart } from './proof-page.js';

jest.setTimeout(300_000);
const root = join(import.meta.dirname, '..', '..');
/** Other seeds than the standing ones: KP_SIMULATION_FROM=… KP_SIMULATION_SEEDS=… */
const from = Number(process.env['KP_SIMULATION_FROM'] ?? 1);
const seedsOf = { delivery: 2_000, chain: 3_000 } as const;

describe('a simulated life, whatever happens in it', () => {
  it.each(Object.entries(seedsOf))('of the %s keeps every promise, for %d seeds', async (simulator, standing) => {
    const seeds = Number(process.env['KP_SIMULATION_SEEDS'] ?? standing);
    const { failed, ...ran } = await hunt(simulator, { from, seeds });
    const again = failed && `node ${commandOf(simulator, { from: failed.seed, seeds: 1 }).join(' ')}`;
    expect({ broke: failed?.broke, again }).toEqual({ broke: undefined, again: undefined });
    expect(ran.seeds).toBe(seeds);
  });
});

describe('the seeded faults', () => {
  it('each stand exactly once in the file they patch, under a name of their own', () => {
    const standing = mutants.map(({ file, find }) => readFileSync(join(root, file), 'utf8').split(find).length - 1);
    expect(mutants.filter((_, at) => standing[at] !== 1).map(({ name }) => name)).toEqual([]);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  it('are the ones that docs/explain/proof.md lists, each found there', async () => {
    const rows = (await readPart('mutants')).slice(2);
    expect(rows.map((row) => row.split(' | ').slice(0, 4).join(' | '))).toEqual(
      mutants.map(({ simulator, name, breaks, file }) =>
        `| ${simulator} | ${name} | ${breaks} | \`${file}\``.replace(/^\| /, '| '),
      ),
    );
    expect(rows.filter((row) => row.includes('not found'))).toEqual([]);
  });

  it('that few seeds find are found here too', async () => {
    const rows = (await readPart('mutants')).slice(2).map((row) => row.split(' | '));
    const quick = mutants.filter(({ name }) => rows.some((row) => row[1] === name && Number(row[4]) <= 3)).slice(0, 12);
    const missed: string[] = [];
    const left = quick.values();
    const hunter = async () => {
      for (const mutant of left) {
        const { failed } = await hunt(mutant.simulator, { from: 1, seeds: 60 }, mutant);
        if (!failed) missed.push(mutant.name);
      }
    };
    await Promise.all([hunter(), hunter()]);
    expect(quick.length).toBeGreaterThan(0);
    expect(missed).toEqual([]);
  });
});

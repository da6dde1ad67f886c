import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Mutant } from './mutant.js';

const root = join(import.meta.dirname, '..', '..');

/** What running seeds came to. `failed`: the first seed that breaks a promise, and which. */
export interface Hunt {
  readonly simulator: string;
  readonly from: number;
  readonly seeds: number;
  readonly ms: number;
  readonly failed?: { readonly seed: number; readonly broke: string };
}

export interface HuntOptions {
  readonly from: number;
  readonly seeds: number;
  /** Given up after this long, with as many seeds as there were. */
  readonly stopAfterMs?: number;
}

/** The command that runs these seeds: what a failing run prints, and what this module itself starts. */
export const commandOf = (simulator: string, { from, seeds, stopAfterMs }: HuntOptions): readonly string[] => [
  ...['--conditions=source', '--import', './test/simulation/register.mjs', 'test/simulation/run.ts', simulator],
  ...['--from', String(from), '--seeds', String(seeds)],
  ...(stopAfterMs === undefined ? [] : ['--stop-after-ms', String(stopAfterMs)]),
];

/** Runs seeds in a process of its own, with one seeded fault or none. */
export function hunt(simulator: string, options: HuntOptions, mutant?: Mutant): Promise<Hunt> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const seeded = mutant && { KP_SIMULATION_MUTANT: JSON.stringify(mutant) };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, commandOf(simulator, options), {
      cwd: root,
      env: { ...env, ...seeded },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [said, complained] = ['', ''];
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    child.stderr.on('data', (chunk) => (complained += String(chunk)));
    child.once('error', reject);
    child.once('close', () => {
      const last = said.trim().split('\n').at(-1) ?? '';
      if (last.startsWith('{')) resolve(JSON.parse(last) as Hunt);
      else reject(new Error(`${mutant?.name ?? simulator} did not run: ${complained.trim().slice(-2_000)}`));
    });
  });
}

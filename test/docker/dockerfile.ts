import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './compose-file.js';

export interface Instruction {
  readonly word: string;
  readonly args: string;
}

/** The instructions of docker/Dockerfile, continued lines joined, comments left out. */
export const instructions = (): readonly Instruction[] =>
  readFileSync(join(root, 'docker', 'Dockerfile'), 'utf8')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ word: line.split(' ', 1)[0]!, args: line.slice(line.indexOf(' ') + 1) }));

/** Where a COPY takes things from: the stage (undefined: the build context) and the paths. */
export function copies(): readonly { readonly stage: string | undefined; readonly paths: readonly string[] }[] {
  return instructions()
    .filter(({ word }) => word === 'COPY')
    .map(({ args }) => {
      const words = args.split(/\s+/);
      const stage = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      return { stage, paths: words.filter((word) => !word.startsWith('--')).slice(0, -1) };
    });
}

/** The patterns of .dockerignore: what never reaches the build context. */
export const ignored = (): readonly string[] =>
  readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));

/** Whether a path of the context is left out of it; patterns here are plain names and `**` before a name. */
export const isIgnored = (path: string): boolean =>
  ignored().some((pattern) =>
    pattern.startsWith('**/') ? path.split('/').includes(pattern.slice(3)) : path.split('/')[0] === pattern,
  );

/** Files that the sources of the packages read beside themselves at run time, outside their own package. */
export const readBeside = (): readonly string[] =>
  globSync('{apps,libs}/*/src/**/*.ts', { cwd: root, exclude: (path) => /\.(spec|e2e)\.ts$/.test(path) })
    .filter((path) =>
      /workspaceRoot\(|\.\.\/\.\.\/\.\.\/(schemas|docs|docker|test)/.test(readFileSync(join(root, path), 'utf8')),
    )
    .sort();

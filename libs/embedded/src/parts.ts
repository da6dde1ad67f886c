import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root of the workspace: the nearest folder upwards that holds nx.json. */
export function workspaceRoot(from: string = import.meta.dirname): string {
  let folder = from;
  while (!existsSync(join(folder, 'nx.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('no nx.json above this package: embedded parts live in the workspace only');
    folder = parent;
  }
  return folder;
}

/** A fetched part's folder; says what to do when it is not there. */
export function partFolder(name: 'kafka' | 'registry'): string {
  const folder = join(workspaceRoot(), '.kruispunt', 'parts', name);
  if (!existsSync(join(folder, '.pom')))
    throw new Error(`the embedded ${name} is not fetched yet: run npm start or npm test once`);
  return folder;
}

/** The jars of `folder` as an explicit class path (needed for class data sharing). */
export const classPathOf = (folder: string): string =>
  readdirSync(folder)
    .filter((f) => f.endsWith('.jar'))
    .sort()
    .map((f) => join(folder, f))
    .join(':');

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Definition } from '@kruispunt/config';

export const root = join(import.meta.dirname, '..', '..');

export const folders = (of: 'apps' | 'libs'): readonly string[] =>
  readdirSync(join(root, of)).filter((name) => existsSync(join(root, of, name, 'package.json')));

/** The settings each app declares in its own config.ts, by app; an app without one has none. */
export async function appSettings(): Promise<ReadonlyMap<string, Definition>> {
  const found = new Map<string, Definition>();
  for (const app of folders('apps').filter((name) => existsSync(join(root, 'apps', name, 'src', 'config.ts')))) {
    const { config } = (await import(`../../apps/${app}/src/config.js`)) as { config: Definition };
    found.set(app, config);
  }
  return found;
}

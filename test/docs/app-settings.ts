import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Definition } from '@kruispunt/config';

export const root = join(import.meta.dirname, '..', '..');

export const folders = (of: 'apps' | 'libs'): readonly string[] =>
  readdirSync(join(root, of)).filter((name) => existsSync(join(root, of, name, 'package.json')));

/** A module of an app's source. Apps have no entrance; documents are held against what they are made of, before anything is built. */
export const appModule = async <Exports>(app: string, file: string): Promise<Exports> =>
  (await import(`../../apps/${app}/src/${file}.js`)) as Exports;

/** The settings each app declares in its own config.ts, by app; an app without one has none. */
export async function appSettings(): Promise<ReadonlyMap<string, Definition>> {
  const found = new Map<string, Definition>();
  for (const app of folders('apps').filter((name) => existsSync(join(root, 'apps', name, 'src', 'config.ts')))) {
    const { config } = await appModule<{ config: Definition }>(app, 'config');
    found.set(app, config);
  }
  return found;
}

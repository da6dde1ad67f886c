import { posix } from 'node:path';
import type { Rule, Violation, Workspace } from '../workspace.js';
import type { Source } from '../source.js';

const indexOf = (workspace: Workspace, specifier: string): string | undefined => {
  const owner = workspace.packages.get(specifier);
  return owner && `${owner.folder}/src/index.ts`;
};

function targets(workspace: Workspace, source: Source): readonly { readonly to: string; readonly line: number }[] {
  return source.imports.flatMap(({ specifier, line }) => {
    const to = specifier.startsWith('.')
      ? posix.join(posix.dirname(source.path), specifier).replace(/\.js$/, '.ts')
      : indexOf(workspace, specifier);
    return to === undefined ? [] : [{ to, line }];
  });
}

/** Walks the files depth first; an import that leads back into the present trail closes a circle and is reported once. */
export const cyclesRule: Rule = (workspace) => {
  const files = new Map(workspace.sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const trail: string[] = [];
  const found: Violation[] = [];
  const enter = (path: string): void => {
    const source = files.get(path);
    if (!source || done.has(path)) return;
    trail.push(path);
    for (const { to, line } of targets(workspace, source)) {
      const at = trail.indexOf(to);
      if (at >= 0) found.push({ path, line, says: `closes a circle: ${[...trail.slice(at), to].join(' → ')}` });
      else enter(to);
    }
    trail.pop();
    done.add(path);
  };
  for (const path of files.keys()) enter(path);
  return found;
};

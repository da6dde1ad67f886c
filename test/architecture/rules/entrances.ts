import { posix } from 'node:path';
import { isBuiltin } from 'node:module';
import { isTestKit, ownerOf, type Package, type Rule, type Violation, type Workspace } from '../workspace.js';
import type { Import, Source } from '../source.js';

const npmName = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

function relative(workspace: Workspace, source: Source, { specifier }: Import): string | undefined {
  const target = posix.join(posix.dirname(source.path), specifier);
  const from = ownerOf(workspace, source.path);
  const to = ownerOf(workspace, target);
  if (to !== from) return `enter ${to?.name ?? target} by its name, not by a path`;
  if (from && !source.isSpec && target === `${from.folder}/src/index.js`)
    return 'nothing inside a package imports its index';
  return undefined;
}

function named(workspace: Workspace, source: Source, { specifier }: Import): string | undefined {
  const from = ownerOf(workspace, source.path);
  const name = npmName(specifier);
  const internal = workspace.packages.get(name);
  if (internal && !internal.entrances.has(specifier)) return `${specifier} is not an entrance of ${name}`;
  if (internal === from) return internal && `${name} enters itself by name; use a relative path`;
  return declares(workspace, from, name, source.isSpec, internal)
    ? undefined
    : `${name} is not declared in ${from?.folder ?? '.'}/package.json`;
}

function declares(
  workspace: Workspace,
  from: Package | undefined,
  name: string,
  isSpec: boolean,
  internal: Package | undefined,
): boolean {
  if (!from) return internal !== undefined || workspace.rootDeclared.has(name);
  if (from.declared.has(name)) return true;
  // The test tools stand in the root only, and a kit that its own subjects depended on would close a circle of packages.
  return isSpec && (internal ? isTestKit(internal) : workspace.rootDeclared.has(name));
}

function* inFile(workspace: Workspace, source: Source): Generator<Violation> {
  for (const imported of source.imports) {
    if (isBuiltin(imported.specifier)) continue;
    const says = imported.specifier.startsWith('.')
      ? relative(workspace, source, imported)
      : named(workspace, source, imported);
    if (says !== undefined) yield { path: source.path, line: imported.line, says };
  }
}

/** Rule: a package is entered by its name, through an entrance it offers, and declared by who enters it. */
export const entrancesRule: Rule = (workspace) => workspace.sources.flatMap((source) => [...inFile(workspace, source)]);

import type { Package, Rule, Violation, Workspace } from '../workspace.js';

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** Loaded by another package at run time, never by an import of ours. */
const loadedByOthers = new Set(['@nestjs/platform-fastify', '@nestjs/microservices', 'reflect-metadata', 'rxjs']);
const exact = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

const manifestAt = (workspace: Workspace, path: string): Manifest =>
  JSON.parse(workspace.texts.get(path) ?? '{}') as Manifest;
const all = ({ dependencies, devDependencies, optionalDependencies }: Manifest): Record<string, string> => ({
  ...dependencies,
  ...devDependencies,
  ...optionalDependencies,
});

function importedBy(workspace: Workspace, { folder }: Package): ReadonlySet<string> {
  const sources = workspace.sources.filter(({ path }) => path.startsWith(`${folder}/`));
  const names = sources.flatMap(({ imports }) => imports.map(({ specifier }) => specifier));
  return new Set(names.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')));
}

function* inPackage(workspace: Workspace, of: Package, versions: Record<string, string>): Generator<Violation> {
  const path = `${of.folder}/package.json`;
  const lines = workspace.texts.get(path)?.split('\n') ?? [];
  const imported = importedBy(workspace, of);
  const manifest = manifestAt(workspace, path);
  for (const [name, version] of Object.entries(all(manifest))) {
    const line = lines.findIndex((text) => text.includes(`"${name}":`)) + 1;
    const wanted = workspace.packages.has(name) ? '0.1.0' : versions[name];
    if (!exact.test(version)) yield { path, line, says: `${name} has no exact version` };
    else if (version !== wanted) yield { path, line, says: `${name} is ${wanted ?? 'absent'} in the root` };
    else if (manifest.dependencies?.[name] && !imported.has(name) && !loadedByOthers.has(name))
      yield { path, line, says: `${name} is declared and never imported` };
  }
}

/** Rule: what a package declares is exact, equal to the root's, and used. */
export const declarationsRule: Rule = (workspace) => {
  const versions = all(manifestAt(workspace, 'package.json'));
  return [...workspace.packages.values()].flatMap((of) => [...inPackage(workspace, of, versions)]);
};

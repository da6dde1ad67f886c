import {
  isTestKit,
  ownerOf,
  type Layer,
  type Package,
  type Rule,
  type Violation,
  type Workspace,
} from '../workspace.js';
import type { Import, Source } from '../source.js';

/** Who may depend on whom (architecture.md §3). `nest → contract` is there because a handler is typed by its event type. */
const mayImport: Readonly<Record<Layer, readonly Layer[]>> = {
  app: ['nest', 'adapter', 'core', 'contract'],
  nest: ['adapter', 'core', 'contract'],
  adapter: ['core', 'contract'],
  core: ['core', 'contract'],
  contract: ['contract'],
  kit: ['nest', 'adapter', 'core', 'contract', 'kit'],
};

/** Packages that stand outside their layer for one reason each. */
const alsoMay: Readonly<Record<string, readonly string[]>> = {
  '@kruispunt/contracts': ['@kruispunt/problem'], // a payload that does not fit its schema is a problem of the catalogue
};
const everyAdapterMay = '@kruispunt/telemetry';

function verdict(from: Package, to: Package, isSpec: boolean): string | undefined {
  if (from.layer === undefined) return `${from.folder}/package.json says no layer in nx.tags`;
  if (isSpec && isTestKit(to)) return undefined;
  if (to.layer === 'kit' && from.layer !== 'kit') return `${to.name} is for specs and test/ only`;
  if (to.layer === undefined || mayImport[from.layer].includes(to.layer)) return undefined;
  if (alsoMay[from.name]?.includes(to.name)) return undefined;
  if (from.layer === 'adapter' && to.name === everyAdapterMay) return undefined;
  return `${from.layer} may not depend on ${to.layer} (${to.name})`;
}

const packageNamed = (workspace: Workspace, { specifier }: Import): Package | undefined =>
  workspace.packages.get(specifier.split('/').slice(0, 2).join('/'));

function* inFile(workspace: Workspace, source: Source): Generator<Violation> {
  const from = ownerOf(workspace, source.path);
  if (!from) return;
  for (const imported of source.imports) {
    const to = packageNamed(workspace, imported);
    if (!to || to === from) continue;
    const says = verdict(from, to, source.isSpec);
    if (says !== undefined) yield { path: source.path, line: imported.line, says };
  }
}

/** Rule: imports follow the layers. */
export const layersRule: Rule = (workspace) => workspace.sources.flatMap((source) => [...inFile(workspace, source)]);

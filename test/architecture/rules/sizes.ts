import ts from 'typescript';
import { ownerOf, type Violation, type Workspace } from '../workspace.js';
import type { Source } from '../source.js';

/** Guidance (style.md §5): above it is reported, above twice it fails. */
export const guidance = {
  file: 250,
  function: 40,
  parameters: 3,
  constructor: 5,
  imports: 8,
  line: 120,
  library: 1_500,
} as const;
/** A shelf, not a machine: one file per store, and a store's concern owns its file; so it may hold twice what another may. */
const shelves = new Set(['libs/postgres']);
export type Size = keyof typeof guidance;

export interface Measured extends Violation {
  readonly size: Size;
  readonly figure: number;
}

const linesOf = (source: Source, node: ts.Node): number =>
  source.ast.getLineAndCharacterOfPosition(node.end).line + 2 - source.lineOf(node);

// A `describe` is a chapter, not a function, and a suite of the kit is a book of them. A chain (`verhuis/verhuis.ts`) is data: one
// procedure told from start to end in one expression, as the law tells it.
const told = /^libs\/testkit\/|^libs\/chains\/src\/([\w-]+)\/\1\.ts$/;
const counts = (source: Source, node: ts.SignatureDeclaration): boolean =>
  !told.test(source.path) && !(source.isSpec && ts.isCallExpression(node.parent));

function* functionsIn(source: Source): Generator<Measured> {
  const nodes: ts.SignatureDeclaration[] = [];
  source.walk((node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body && counts(source, node)) nodes.push(node);
  });
  for (const node of nodes) {
    const at = { path: source.path, line: source.lineOf(node) };
    const size = ts.isConstructorDeclaration(node) ? 'constructor' : 'parameters';
    yield { ...at, size: 'function', figure: linesOf(source, node), says: 'lines in a function' };
    yield {
      ...at,
      size,
      figure: node.parameters.length,
      says: `parameters${size === 'constructor' ? ' of a constructor' : ''}`,
    };
  }
}

// What composes a process or offers a package names all its parts; that is its one task.
const composes = /\/(?:index|main|compose|app\.module)\.ts$/;

function* sizesOf(source: Source): Generator<Measured> {
  const at = { path: source.path, line: 1 };
  const lines = source.text.trimEnd().split('\n');
  const figure = source.imports.length;
  yield { ...at, size: 'file', figure: lines.length, says: 'lines in a file' };
  if (!source.isSpec && !composes.test(source.path))
    yield { ...at, size: 'imports', figure, says: 'imports in a file' };
  for (const [index, line] of lines.entries())
    yield { ...at, line: index + 1, size: 'line', figure: line.length, says: 'columns in a line' };
  yield* functionsIn(source);
}

function librarySizes(workspace: Workspace, sources: readonly Source[]): readonly Measured[] {
  const sums = new Map<string, number>();
  for (const source of sources) {
    const owner = source.isSpec ? undefined : ownerOf(workspace, source.path);
    if (owner?.folder.startsWith('libs/'))
      sums.set(owner.folder, (sums.get(owner.folder) ?? 0) + source.text.split('\n').length);
  }
  return [...sums].map(([path, figure]) => ({ path, line: 1, size: 'library', figure, says: 'lines in a package' }));
}

/** Everything that is larger than `times` its guidance, the worst first. */
export function sizesAbove(workspace: Workspace, times: number): readonly Measured[] {
  const sources = workspace.sources.filter(({ isGenerated }) => !isGenerated);
  return [...sources.flatMap((source) => [...sizesOf(source)]), ...librarySizes(workspace, sources)]
    .filter(
      ({ path, size, figure }) => figure > guidance[size] * times * (size === 'library' && shelves.has(path) ? 2 : 1),
    )
    .sort((a, b) => b.figure / guidance[b.size] - a.figure / guidance[a.size]);
}

/** Rule: nothing is more than twice as large as the guidance. */
export const sizesRule = (workspace: Workspace): readonly Violation[] =>
  sizesAbove(workspace, 2).map((m) => ({
    ...m,
    says: `${m.figure} ${m.says}; twice the guidance is ${guidance[m.size] * 2}`,
  }));

import ts from 'typescript';
import type { Rule, Violation } from '../workspace.js';
import type { Source } from '../source.js';

const drawers = [
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'shared',
  'misc',
  'manager',
  'managers',
  'base',
  'lib',
  'interfaces',
  'dto',
  'dtos',
];
const drawer = new RegExp(`^(?:.*-)?(?:${drawers.join('|')})$`);
const drawerFiles = new Set(['types.ts', 'constants.ts', 'interfaces.ts', 'index.spec.ts']);
const shape =
  /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.v\d+)?(?:\.(?:controller|handler|module|command|cases\.spec|golden\.spec|simulation\.spec|types\.spec|broker\.spec|spec|e2e|kit|sim|bench))*\.ts$/;

function* inFile(source: Source): Generator<Violation> {
  const { path } = source;
  const file = path.slice(path.lastIndexOf('/') + 1);
  const folders = path.split('/').slice(2, -1); // below apps/<app> and libs/<lib>
  const stem = file.split('.')[0] ?? '';
  if (drawerFiles.has(file) || [stem, ...folders].some((word) => drawer.test(word))) {
    yield { path, line: 1, says: 'a drawer is no name: say what the thing is, or let it live with its only user' };
  }
  if (!shape.test(file) && !source.isGenerated)
    yield { path, line: 1, says: 'file names are kebab-case, with a suffix only at the rim and for specs' };
  if (file === 'index.ts' && !/^libs\/[^/]+\/src\/index\.ts$/.test(path) && !source.isGenerated) {
    yield { path, line: 1, says: 'one index per library, none in folders and apps' };
  }
  yield* exportsIn(source);
}

function* exportsIn(source: Source): Generator<Violation> {
  if (source.isGenerated) return;
  for (const statement of source.ast.statements) {
    const line = source.lineOf(statement);
    if (ts.isExportDeclaration(statement) && !statement.exportClause)
      yield { path: source.path, line, says: 're-export by name, not with *' };
    if (ts.isExportAssignment(statement)) yield { path: source.path, line, says: 'export by name, not as default' };
    if (ts.isInterfaceDeclaration(statement) && /^I[A-Z][a-z]/.test(statement.name.text)) {
      yield { path: source.path, line, says: 'a port is a noun of the domain, without I' };
    }
  }
}

/** Rule: names say what a thing is; no drawers, no inner barrels, no default exports. */
export const namesRule: Rule = ({ sources }) => sources.flatMap((source) => [...inFile(source)]);

import { isBuiltin } from 'node:module';
import ts from 'typescript';
import { ownerOf, type Rule, type Violation, type Workspace } from '../workspace.js';
import type { Source } from '../source.js';

const builtinsAllowed = /^node:(crypto|assert|assert\/strict)$/;
const chance = new Set(['randomUUID', 'randomBytes', 'randomInt', 'getRandomValues', 'webcrypto']);
const impureNames = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process',
  'fetch',
  'console',
  'performance',
  'globalThis',
]);
const impureMembers = new Set(['Date.now', 'Math.random']);
/** The one file where time and chance come in. */
const door = 'libs/clock/src/system.ts';

function impurity(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const name = `${node.expression.getText()}.${node.name.text}`;
    return impureMembers.has(name) ? name : undefined;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return 'Date()';
  if (ts.isImportSpecifier(node)) {
    const name = (node.propertyName ?? node.name).text;
    return chance.has(name) ? name : undefined;
  }
  return ts.isIdentifier(node) && impureNames.has(node.text) && isGlobal(node) ? node.text : undefined;
}

// `timers.process` and `{ process: … }` name something else than the global.
function isGlobal(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !(
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent) ||
    (ts.isVariableDeclaration(parent) && parent.name === node) ||
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isLiteralTypeNode(parent) ||
    ts.isJSDoc(parent)
  );
}

function* inFile(workspace: Workspace, source: Source): Generator<Violation> {
  for (const { specifier, line } of source.imports) {
    const foreign = isBuiltin(specifier)
      ? !builtinsAllowed.test(specifier)
      : !specifier.startsWith('.') && !workspace.packages.has(specifier.split('/').slice(0, 2).join('/'));
    if (foreign) yield { path: source.path, line, says: `core imports nothing from outside: ${specifier}` };
  }
  const found: Violation[] = [];
  source.walk((node) => {
    const what = impurity(node);
    if (what !== undefined)
      found.push({
        path: source.path,
        line: source.lineOf(node),
        says: `core takes time, chance and I/O as arguments: ${what}`,
      });
  });
  yield* found;
}

/** Rule: core decides from values alone: no npm package, no `node:` but crypto and assert, no clock, chance, timer or process. */
export const purityRule: Rule = (workspace) =>
  workspace.sources
    .filter((source) => !source.isSpec && source.path !== door && ownerOf(workspace, source.path)?.layer === 'core')
    .flatMap((source) => [...inFile(workspace, source)]);

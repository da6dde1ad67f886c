import ts from 'typescript';
import type { Rule, Violation } from '../workspace.js';
import type { Source } from '../source.js';

/** Who may read the environment: what starts a process, what starts services, and tests. */
const readers = /^apps\/[^/]+\/src\/main\.ts$|^libs\/(?:embedded|testkit)\/|^test\/|^docs\/|\.(spec|e2e|kit)\.ts$/;

function* inFile(source: Source): Generator<Violation> {
  if (readers.test(source.path) || !source.text.includes('env')) return;
  const found: Violation[] = [];
  source.walk((node) => {
    const member = ts.isPropertyAccessExpression(node)
      ? node.name.text
      : ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)
        ? node.argumentExpression.text
        : undefined;
    const of = member === 'env' && (node as ts.PropertyAccessExpression).expression.getText();
    if (of === 'process' || of === 'globalThis.process') {
      found.push({
        path: source.path,
        line: source.lineOf(node),
        says: 'the environment is read once, in main.ts, through defineConfig',
      });
    }
  });
  yield* found;
}

/** Rule: `process.env` is read in one place per process. */
export const environmentRule: Rule = ({ sources }) => sources.flatMap((source) => [...inFile(source)]);

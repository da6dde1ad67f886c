import ts from 'typescript';

/** One import or re-export: where it stands (line from 1), what it names, and whether only types come over it. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

/** One file of the tree, parsed once and when first asked. `path` is relative to the root, with forward slashes. */
export class Source {
  private tree: ts.SourceFile | undefined;
  private found: readonly Import[] | undefined;

  constructor(
    readonly path: string,
    readonly text: string,
  ) {}

  get isSpec(): boolean {
    return /\.(spec|e2e|kit)\.ts$/.test(this.path) || this.path.startsWith('test/') || this.path.startsWith('docs/');
  }
  get isGenerated(): boolean {
    return this.path.includes('/generated/');
  }
  get ast(): ts.SourceFile {
    return (this.tree ??= ts.createSourceFile(this.path, this.text, ts.ScriptTarget.Latest, true));
  }
  get imports(): readonly Import[] {
    return (this.found ??= [...importsIn(this.ast)]);
  }
  lineOf(node: ts.Node): number {
    return this.ast.getLineAndCharacterOfPosition(node.getStart(this.ast)).line + 1;
  }
  /** Calls `visit` for every node, outer first. */
  walk(visit: (node: ts.Node) => void): void {
    const step = (node: ts.Node): void => {
      visit(node);
      ts.forEachChild(node, step);
    };
    step(this.ast);
  }
}

function* importsIn(ast: ts.SourceFile): Generator<Import> {
  const lineOf = (node: ts.Node): number => ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
  for (const statement of ast.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const { moduleSpecifier } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) continue;
    const typeOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    yield { specifier: moduleSpecifier.text, line: lineOf(statement), typeOnly };
  }
  if (!/\bimport\(|\brequire\(/.test(ast.text)) return;
  const dynamic: Import[] = [];
  const step = (node: ts.Node): void => {
    const [argument] = ts.isCallExpression(node) ? node.arguments : [];
    if (ts.isCallExpression(node) && argument && ts.isStringLiteralLike(argument) && loads(node.expression)) {
      dynamic.push({ specifier: argument.text, line: lineOf(node), typeOnly: false });
    }
    ts.forEachChild(node, step);
  };
  step(ast);
  yield* dynamic;
}

const loads = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');

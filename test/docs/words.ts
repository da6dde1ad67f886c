import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { catalogue } from '@kruispunt/problem';
import { appModule, root } from './app-settings.js';
import type { Document } from './markdown.js';

/** A command of the CLI and what may follow it. */
export interface Verb {
  readonly name: string;
  readonly commands: readonly Verb[];
}

/** The command tree of the CLI, as `kruispunt help --json` prints it. */
export async function verbTree(): Promise<Verb> {
  const { runIn } = await appModule<{ runIn(world: object, words: readonly string[]): Promise<number> }>('cli', 'main');
  let said = '';
  const stdout = new Writable({
    write: (chunk, _, done) => {
      said += String(chunk);
      done();
    },
  });
  await runIn({ env: {}, folder: root, stdout, stderr: stdout }, ['help', '--json']);
  return JSON.parse(said) as Verb;
}

const spoken = /(?:npx kruispunt|^kruispunt|^\$ kruispunt)((?: [a-z]+)+)/;

/** Command lines of the CLI in fences and between backticks whose verbs do not exist. */
export const unknownVerbs = (document: Document, tree: Verb): readonly string[] =>
  linesOf(document).filter((line) => {
    const words = spoken.exec(line)?.[1]?.trim().split(' ');
    return words !== undefined && !isVerb(words, tree);
  });

/** Down the tree as long as a word is a command; a command with commands below it wants one of them. */
function isVerb([word, ...rest]: readonly string[], { commands }: Verb): boolean {
  if (commands.length === 0) return true;
  if (word === undefined) return true;
  const next = commands.find(({ name }) => name === word);
  return next !== undefined && isVerb(rest, next);
}

const linesOf = ({ fences, spans }: Document): readonly string[] => [
  ...fences.flatMap(({ lines }) => lines),
  ...spans.map(({ text }) => text),
];

/** `npm run x`, `npm start`, `npm test` whose script is not in package.json. */
export function unknownScripts(document: Document): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  return linesOf(document)
    .flatMap((line) => [...line.matchAll(/\bnpm (?:run (?:-s )?([\w:]+)|(start|test)\b)/g)])
    .map((found) => found[1] ?? found[2] ?? '')
    .filter((script) => !(script in scripts));
}

/** Problems named with their status (`503 log-unavailable`) or by their type that are not so in the catalogue. */
export const unknownProblems = (document: Document): readonly string[] =>
  document.spans
    .map(({ text }) => text)
    .filter((text) => {
      const [, status, slug] = /^(?:([45]\d\d) |urn:kruispunt:problem:)([a-z][a-z-]+)$/.exec(text) ?? [];
      if (slug === undefined) return false;
      const entry = (catalogue as Readonly<Record<string, { status: number }>>)[slug];
      return entry === undefined || (status !== undefined && entry.status !== Number(status));
    });

/** Every variable that some source of ours reads: declared settings, and the few of tools and tests. */
export function variablesRead(): ReadonlySet<string> {
  const sources = globSync(
    ['{apps,libs}/*/src/**/*.ts', 'test/**/*.{ts,mjs}', 'docker/*.mjs', 'libs/contracts/codegen/*.ts'],
    { cwd: root },
  );
  const found = sources
    .filter((path) => !path.startsWith('test/docs/'))
    .flatMap((path) => readFileSync(join(root, path), 'utf8').match(/\b(?:KP|KRUISPUNT)_[A-Z0-9_]+\b/g) ?? []);
  return new Set(found);
}

export const unknownVariables = (document: Document, known: ReadonlySet<string>): readonly string[] =>
  [...document.spans.map(({ text }) => text), ...document.fences.flatMap(({ lines }) => lines)]
    .flatMap((text) => text.match(/\b(?:KP|KRUISPUNT)_[A-Z0-9_]*[A-Z0-9]\b(?!_)/g) ?? [])
    .filter((name) => !known.has(name));

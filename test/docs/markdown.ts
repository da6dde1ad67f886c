import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './app-settings.js';

/** A fenced block: the words after the backticks, its lines, and where it begins (line from 1). */
export interface Fence {
  readonly info: string;
  readonly lines: readonly string[];
  readonly line: number;
}

/** A document, cut into what the checks ask for. `prose` is the text with every fence blanked, line for line. */
export interface Document {
  readonly path: string;
  readonly lines: number;
  readonly prose: string;
  readonly fences: readonly Fence[];
  readonly headings: readonly string[];
  /** What stands between backticks in the prose, with its line. */
  readonly spans: readonly { readonly text: string; readonly line: number }[];
}

const leftOut = /(^|\/)(node_modules|dist|\.kruispunt|\.nx|\.git|coverage)(\/|$)/;

function cut(text: string): { readonly prose: string; readonly fences: readonly Fence[] } {
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: { info: string; lines: string[]; line: number } | undefined;
  text.split('\n').forEach((line, index) => {
    const fence = /^\s*```(.*)$/.exec(line);
    if (open && fence) {
      fences.push(open);
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (fence) open = { info: (fence[1] ?? '').trim(), lines: [], line: index + 1 };
    prose.push(open || fence ? '' : line);
  });
  return { prose: prose.join('\n'), fences };
}

export function readDocument(path: string, text = readFileSync(join(root, path), 'utf8')): Document {
  const { prose, fences } = cut(text);
  const spans = prose
    .split('\n')
    .flatMap((line, index) => [...line.matchAll(/`([^`]+)`/g)].map((found) => ({ text: found[1]!, line: index + 1 })));
  const headings = [...prose.matchAll(/^#{1,6} (.+)$/gm)].map((found) => found[1]!.trim());
  return { path, lines: text.trimEnd().split('\n').length, prose, fences, headings, spans };
}

/** Every document of the tree that people read, the generated reference included. */
export const documents = (): readonly Document[] =>
  globSync('**/*.md', { cwd: root, exclude: (path) => leftOut.test(path) })
    .filter((path) => !leftOut.test(path))
    .sort()
    .map((path) => readDocument(path));

/** The anchor GitHub gives a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { root } from './app-settings.js';
import { anchorOf, readDocument, type Document } from './markdown.js';

const elsewhere = /^[a-z][a-z+.-]*:/i;
const linkPattern = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;

/** The links of a document that lead nowhere: no such file, or no such heading in it. Links to other hosts are not followed. */
export function brokenLinks(document: Document): readonly string[] {
  const withoutCode = document.prose.replace(/`[^`]+`/g, '');
  return [...withoutCode.matchAll(linkPattern)]
    .map((found) => found[1]!)
    .filter((target) => !elsewhere.test(target) && !leads(document, decodeURI(target)));
}

function leads(document: Document, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? document.path : posix.join(posix.dirname(document.path), file);
  if (!existsSync(posix.join(root, path))) return false;
  if (anchor === undefined || !path.endsWith('.md')) return true;
  const { headings } = file === '' ? document : readDocument(path);
  return headings.map(anchorOf).includes(anchor);
}

const treePath = /^(apps|libs|schemas|docs|docker|test)\/[\w./-]+$/;

/** What is made on the machine and never committed. */
const ignored = readFileSync(posix.join(root, '.gitignore'), 'utf8').split('\n');

/** Files and folders of the tree that are named between backticks and are not there. Names with a gap (`<app>`, `*`, `…`) are not. */
export const missingPaths = (document: Document): readonly string[] =>
  document.spans
    .map(({ text }) => text)
    .filter((text) => treePath.test(text) && !ignored.includes(text) && !existsSync(posix.join(root, text)));

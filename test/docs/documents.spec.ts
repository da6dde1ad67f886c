import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folders, root } from './app-settings.js';
import { brokenLinks, missingPaths } from './links.js';
import { documents, readDocument } from './markdown.js';

const all = documents();
const each = (find: (document: (typeof all)[number]) => readonly string[]) =>
  all.flatMap((document) => find(document).map((what) => `${document.path}: ${what}`));
const readmeOf = (of: 'apps' | 'libs', name: string) => `${of}/${name}/README.md`;

describe('the documents', () => {
  it('are found, all of them', () => {
    expect(all.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/explain/proof.md', 'docker/README.md']),
    );
  });

  it('have no link that leads nowhere', () => {
    expect(each(brokenLinks)).toEqual([]);
  });

  it('name no file or folder that is not there', () => {
    expect(each(missingPaths)).toEqual([]);
  });

  it('are caught when a link, an anchor or a path is wrong', () => {
    const wrong = readDocument(
      'README.md',
      '# One\n[a](nowhere.md) [b](#two) [c](#one) `libs/nowhere/src` `libs/<x>/src`\n```\n[d](e.md)\n```\n',
    );
    expect(brokenLinks(wrong)).toEqual(['nowhere.md', '#two']);
    expect(missingPaths(wrong)).toEqual(['libs/nowhere/src']);
  });
});

describe('the README', () => {
  const fiveHeadings = ['What it promises', 'Ports it opens', 'Settings', 'How it fails', 'Who to ask'];

  it.each(folders('apps'))('of the app %s has the five headings, in order', (app) => {
    const { headings } = readDocument(readmeOf('apps', app));
    expect(headings.slice(1)).toEqual(fiveHeadings);
  });

  it.each(folders('libs'))('of the library %s is there, says what it is, and fits on one screen', (library) => {
    const { lines, prose, fences } = readDocument(readmeOf('libs', library));
    expect(lines).toBeLessThanOrEqual(40);
    expect(prose).toMatch(/\S[^\n]{20}/);
    expect(prose).toMatch(/not (its|a|their) (task|goal)s?|not goals?|not here/i);
    expect(fences.length).toBeGreaterThan(0);
  });

  it('of the whole stays short', () => {
    expect(readDocument('README.md').lines).toBeLessThanOrEqual(130);
    expect(readDocument('CONTRIBUTING.md').lines).toBeLessThanOrEqual(120);
  });
});

describe('the page of proofs', () => {
  const text = readFileSync(join(root, 'docs', 'explain', 'proof.md'), 'utf8');

  it.each(Array.from({ length: 16 }, (_, n) => `I${n + 1}`))(
    'says for %s which test fails when it breaks, or that none does',
    (name) => {
      const row = text.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? '';
      expect(row).toMatch(/\.(spec|e2e)\.ts`|not built yet/);
    },
  );

  it('knows every e2e file', () => {
    const files = readdirSync(join(root, 'test', 'e2e')).filter((name) => name.endsWith('.e2e.ts'));
    expect(files.filter((name) => !text.includes(`test/e2e/${name}`))).toEqual([]);
  });
});

describe('the decisions', () => {
  const names = readdirSync(join(root, 'docs', 'adr')).sort();

  it('are numbered, each number once', () => {
    const numbers = names.map((name) => /^(\d{4})-/.exec(name)?.[1]);
    expect(numbers).not.toContain(undefined);
    expect(new Set(numbers).size).toBe(names.length);
  });

  it.each(names)('%s is short and begins with its number', (name) => {
    const text = readFileSync(join(root, 'docs', 'adr', name), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    expect(text).toMatch(new RegExp(`^# ${name.slice(0, 4)}`));
  });
});

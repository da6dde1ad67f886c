import { beforeAll, describe, expect, it } from '@jest/globals';
import { documents, readDocument, type Document } from './markdown.js';
import {
  unknownProblems,
  unknownScripts,
  unknownVariables,
  unknownVerbs,
  variablesRead,
  verbTree,
  type Verb,
} from './words.js';

const all = documents();
const each = (find: (document: Document) => readonly string[]) =>
  all.flatMap((document) => find(document).map((what) => `${document.path}: ${what}`));

describe('what the documents name', () => {
  let tree: Verb;
  const known = variablesRead();
  beforeAll(async () => {
    tree = await verbTree();
  });

  it('every verb of the CLI exists', () => {
    expect(each((document) => unknownVerbs(document, tree))).toEqual([]);
  });

  it('every npm script exists', () => {
    expect(each(unknownScripts)).toEqual([]);
  });

  it('every problem is in the catalogue, with that status', () => {
    expect(each(unknownProblems)).toEqual([]);
  });

  it('every variable is read somewhere', () => {
    // The compose file's own, filled in by who deploys.
    const composed = ['KRUISPUNT_POSTGRES_PASSWORD'];
    expect(each((document) => unknownVariables(document, new Set([...known, ...composed])))).toEqual([]);
  });

  it('and what does not exist is found', () => {
    const text =
      '`npx kruispunt replay plan` `npx kruispunt replay undo` `npm run check` `npm run chek` `503 log-unavailable` `500 log-unavailable` `KP_MODE` `KP_MOOD`';
    const wrong = readDocument('README.md', `${text}\n\`\`\`sh\nnpx kruispunt parket list\n\`\`\`\n`);
    expect(unknownVerbs(wrong, tree)).toEqual(['npx kruispunt parket list', 'npx kruispunt replay undo']);
    expect(unknownScripts(wrong)).toEqual(['chek']);
    expect(unknownProblems(wrong)).toEqual(['500 log-unavailable']);
    expect(unknownVariables(wrong, known)).toEqual(['KP_MOOD']);
  });
});

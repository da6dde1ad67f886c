import { describe, expect, it } from '@jest/globals';
import { documents, readDocument } from './markdown.js';
import { transcripts, untold } from './run-blocks.js';

describe('commands in documents', () => {
  it('are only ours, so that running them harms nobody', () => {
    const all = documents().flatMap(transcripts);
    expect(all.length).toBeGreaterThan(5);
    expect(all.filter(({ command }) => !/^npx kruispunt [\w @./-]+("[^"$`]*"[\w @./-]*)*$/.test(command))).toEqual([]);
  });

  it('are read with what they print and how they end', () => {
    const text =
      '```sh run\n$ npx kruispunt status\npublish …\n\n$ npx kruispunt chain show X  # exit 3\n```\n```sh run\nnpx kruispunt status\nnpx kruispunt help\n```\n```sh\nrm x\n```\n';
    expect(transcripts(readDocument('a.md', text))).toEqual([
      { place: 'a.md:2', command: 'npx kruispunt status', exit: 0, expected: ['publish …'] },
      { place: 'a.md:5', command: 'npx kruispunt chain show X', exit: 3, expected: [] },
      { place: 'a.md:8', command: 'npx kruispunt status', exit: 0, expected: [] },
      { place: 'a.md:9', command: 'npx kruispunt help', exit: 0, expected: [] },
    ]);
  });

  it('fail when a line is not printed, or out of order', () => {
    expect(untold(['a  …  c', 'd'], 'x\na b c\n  d\n')).toEqual([]);
    expect(untold(['d', 'a … c'], 'a b c\nd\n')).toEqual(['a … c']);
    expect(untold(['a.c'], 'abc')).toEqual(['a.c']);
  });
});

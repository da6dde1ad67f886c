import { describe, expect, it } from '@jest/globals';
import { topicDifferences } from './topic-differences.js';

const spec = { name: 'be.vlaanderen.proef.v1', partitions: 4, retentionMs: 1_000 };

describe('a topic and its declaration', () => {
  it('agree in silence', () => {
    expect(topicDifferences(spec, { partitions: 4, retentionMs: 1_000 })).toEqual([]);
  });

  it('differ in words', () => {
    expect(topicDifferences(spec, { partitions: 12, retentionMs: -1 })).toEqual([
      'be.vlaanderen.proef.v1: 4 partitions declared, 12 found',
      'be.vlaanderen.proef.v1: retention.ms 1000 declared, -1 found',
    ]);
  });
});

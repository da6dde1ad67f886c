import { describe, expect, it } from '@jest/globals';
import { percentiles } from './percentiles.js';

describe('percentiles', () => {
  it('are the nearest ranks', () => {
    expect(percentiles(Array.from({ length: 100 }, (_, i) => 100 - i))).toEqual({ n: 100, p50: 50, p95: 95, p99: 99 });
  });
  it('are zero for nothing', () => {
    expect(percentiles([])).toEqual({ n: 0, p50: 0, p95: 0, p99: 0 });
  });
});

import { describe, expect, it } from '@jest/globals';
import { ketenIn } from './keten-in.js';
import { Watermark } from './watermark.js';

/** Two intake partitions and one inner one; the log's ends and the router's positions are set by hand. */
function bench() {
  const ends: Record<string, number[]> = { intake: [0, 0], [ketenIn]: [0] };
  const routed: number[] = [];
  const watermark = new Watermark(
    {
      offsets: (topic) =>
        Promise.resolve((ends[topic] ?? []).map((next, partition) => ({ partition, first: 0, next }))),
    },
    { routedTo: () => Promise.resolve(routed.map((next, partition) => ({ topic: 'intake', partition, next }))) },
    ['intake'],
  );
  return { ends, routed, watermark };
}

describe('the watermark', () => {
  it('passes at once where there is nothing to read', async () => {
    const { watermark } = bench();
    watermark.passed(0, 1, -1);
    expect(await watermark.observe(1_000)).toBe(1_000);
    expect(watermark.passed(0, 1, -1)).toBe(1_000);
  });

  it('does not pass while the router has not read what was logged before', async () => {
    const { ends, routed, watermark } = bench();
    ends['intake'] = [5, 3];
    routed.push(5, 2);
    watermark.passed(0, 1, 0);
    expect(await watermark.observe(1_000)).toBeUndefined();
    expect(watermark.passed(0, 1, 0)).toBe(-Infinity);
    // What comes after the moment does not hold it up.
    ends['intake'] = [9, 9];
    routed[1] = 3;
    expect(await watermark.observe(2_000)).toBe(1_000);
    expect(watermark.passed(0, 1, 0)).toBe(1_000);
  });

  it('does not pass while the partition has not read what the router brought it', async () => {
    const { ends, watermark } = bench();
    ends[ketenIn] = [7];
    watermark.passed(0, 1, 0);
    expect(await watermark.observe(1_000)).toBe(1_000);
    expect([watermark.passed(0, 1, 6), watermark.passed(0, 1, 7)]).toEqual([-Infinity, 1_000]);
  });

  it('waits for early events that were brought in after it passed', async () => {
    const { watermark } = bench();
    watermark.passed(0, 1, 0);
    await watermark.observe(1_000);
    expect(watermark.passed(0, 1, 0)).toBe(1_000);
    watermark.mustRead(0, 4);
    expect([watermark.passed(0, 1, 3), watermark.passed(0, 1, 4)]).toEqual([-Infinity, 1_000]);
  });

  it('knows nothing of a partition that was claimed anew', async () => {
    const { watermark } = bench();
    watermark.passed(0, 1, 0);
    await watermark.observe(1_000);
    expect(watermark.passed(0, 1, 0)).toBe(1_000);
    expect(watermark.passed(0, 2, 0)).toBe(-Infinity);
  });
});

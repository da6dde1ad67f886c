import { describe, expect, it } from '@jest/globals';
import { feedPages } from './feed-pages.js';

const item = (id: number, kind = 'address') => ({ id: String(id), type: `basisregisters.${kind}.update.v1` });

describe('the pages of a feed', () => {
  it('hold events in the order of their numbers, whatever file they came from', () => {
    const pages = feedPages([item(1000), item(999), item(7), item(5, 'parcel')], 2);
    expect(pages.get('adressen')).toEqual([[item(7), item(999)], [item(1000)]]);
    expect(pages.get('percelen')).toEqual([[item(5, 'parcel')]]);
    expect(pages.get('gemeenten')).toEqual([]);
  });
});

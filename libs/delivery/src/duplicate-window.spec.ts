import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DuplicateWindow } from './duplicate-window.js';

it('knows exactly the ids of the last events, first offset each, as a plain list would', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(60), { maxLength: 400 }), (idsMax, ids) => {
      const window = new DuplicateWindow(idsMax);
      const model: { id: string; offset: number }[] = [];
      ids.forEach((n, offset) => {
        const id = `e${n}`;
        const known = model.find((m) => m.id === id);
        expect(window.seenBefore('s', id, offset)).toBe(known?.offset);
        if (!known) model.push({ id, offset });
        if (model.length > idsMax) model.shift();
        expect(window.length).toBe(model.length);
      });
    }),
  );
});

it('tells a catch-up reader which copy was the first, and remembers nothing from behind', () => {
  const window = new DuplicateWindow();
  for (let offset = 10; offset < 5_000; offset++) expect(window.seenBefore('s', `e${offset}`, offset)).toBeUndefined();
  expect(window.seenBefore('s', 'e20', 20)).toBeUndefined();
  expect(window.seenBefore('s', 'e20', 30)).toBe(20);
  expect(window.seenBefore('s', 'older', 5)).toBeUndefined();
  expect(window.seenBefore('s', 'older', 6)).toBeUndefined();
  expect(window.seenBefore('other', 'e20', 6_000)).toBeUndefined();
});

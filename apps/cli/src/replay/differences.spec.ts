import { expect, it } from '@jest/globals';
import { differencesBetween } from './differences.js';
import type { ItemAnswer } from './replay-answers.js';

const item = (offset: number, over: Partial<ItemAnswer> = {}): ItemAnswer => ({
  n: offset,
  eventId: `e-${offset}`,
  source: 'urn:s',
  type: 't',
  topic: 'verhuis',
  partition: 0,
  offset,
  before: 'parked',
  state: 'queued',
  reason: null,
  ...over,
});

it('tells what left, what came and what stands otherwise', () => {
  const first = [item(1), item(2), item(3)];
  const second = [item(2, { state: 'skipped', reason: 'not-allowed:P@1' }), item(3), item(4, { before: 'waiting' })];
  expect(differencesBetween(first, second)).toEqual([
    { mark: '-', place: 'verhuis/0/1', eventId: 'e-1', says: 'parked, queued' },
    { mark: '~', place: 'verhuis/0/2', eventId: 'e-2', says: 'parked, queued → parked, skipped (not-allowed:P@1)' },
    { mark: '+', place: 'verhuis/0/4', eventId: 'e-4', says: 'waiting, queued' },
  ]);
});

it('takes no offence at what a run has made of an item since', () => {
  expect(differencesBetween([item(1, { state: 'delivered' })], [item(1)])).toEqual([]);
});

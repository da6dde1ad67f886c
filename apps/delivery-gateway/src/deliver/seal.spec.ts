import { expect, it } from '@jest/globals';
import { Seal } from './seal.js';

const record = {
  topic: 't',
  partition: 1,
  offset: 2,
  key: Buffer.from('k'),
  value: Buffer.from([0, 1, 255]),
  headers: { ce_id: 'e' },
  timestamp: 3,
};
const seal = new Seal(Buffer.alloc(32, 1));

it('opens what it closed, and tells nothing of it while closed', () => {
  const closed = seal.close(record);
  expect(seal.open(closed, record)).toEqual(record);
  expect(Buffer.from(closed).includes(Buffer.from('ce_id'))).toBe(false);
  expect(seal.close(record)).not.toEqual(closed);
});

it('opens nothing at another place, with another key, altered, or too short', () => {
  const closed = seal.close(record);
  expect(seal.open(closed, { ...record, offset: 3 })).toBeUndefined();
  expect(new Seal(Buffer.alloc(32, 2)).open(closed, record)).toBeUndefined();
  for (const at of [0, 13, 30]) {
    const altered = Buffer.from(closed);
    altered[at] = altered[at]! ^ 1;
    expect(seal.open(altered, record)).toBeUndefined();
  }
  expect(seal.open(Buffer.alloc(5), record)).toBeUndefined();
});

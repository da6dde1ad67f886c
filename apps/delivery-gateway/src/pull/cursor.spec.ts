import { expect, it } from '@jest/globals';
import { Problem } from '@kruispunt/problem';
import { Cursors } from './cursor.js';

const moves = [{ topic: 't', partition: 0, from: 3, to: 9, delivered: 2, suppressed: { duplicate: 1 }, untold: [7] }];
const cursors = new Cursors(Buffer.alloc(32, 1));

it('reads back what it wrote', () => expect(cursors.read('s', cursors.write('s', moves))).toEqual(moves));

it('is worth nothing to another subscription, and cannot be changed', () => {
  const cursor = cursors.write('s', moves);
  const forged = `${Buffer.from(JSON.stringify([['t', 0, 3, 99, 0, {}, []]])).toString('base64url')}.${cursor.split('.')[1]}`;
  for (const bad of [cursor.slice(0, -1), `x${cursor}`, forged, '', '.', 'a.b.c', 'x'.repeat(20_000)])
    expect(() => cursors.read('s', bad)).toThrow(Problem);
  expect(() => cursors.read('other', cursor)).toThrow(Problem);
  expect(() => new Cursors(Buffer.alloc(32, 2)).read('s', cursor)).toThrow(Problem);
});

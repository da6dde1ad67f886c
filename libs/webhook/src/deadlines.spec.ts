import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { Deadlines } from './deadlines.js';

it('ends what runs too long in the order it began, and nothing that ended by itself', async () => {
  const deadlines = new Deadlines(20);
  const expired: number[] = [];
  const starts = [1, 2, 3, 4].map((n) => deadlines.start(() => expired.push(n)));
  starts[1]!();
  starts[3]!();
  await until(() => expired.length === 2);
  expect(expired).toEqual([1, 3]);
});

it('goes on with those that began later', async () => {
  const deadlines = new Deadlines(20);
  const expired: string[] = [];
  deadlines.start(() => expired.push('first'));
  await sleep(5);
  deadlines.start(() => {
    expired.push('second');
    deadlines.start(() => expired.push('third'));
  });
  await until(() => expired.length === 3);
  expect(expired).toEqual(['first', 'second', 'third']);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(2);
}

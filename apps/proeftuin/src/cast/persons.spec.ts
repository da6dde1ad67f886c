import { describe, expect, it } from '@jest/globals';
import { isTestInsz } from '@kruispunt/event';
import { personsOf } from './persons.js';

describe('the persons of a day', () => {
  it('have test numbers that nobody can have, and others on each of a thousand days', () => {
    const numbers = Array.from({ length: 1_000 }, (_, day) => personsOf(day + 1))
      .flat()
      .map((p) => p.insz);
    expect(numbers.every(isTestInsz)).toBe(true);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

import { expect, it } from '@jest/globals';
import { Bulkhead } from './bulkhead.js';

it('gives one host so many places and no more, whoever asks; another host has its own', () => {
  const bulkhead = new Bulkhead(2);
  const [first, second] = [bulkhead.enter('https://a.example/x'), bulkhead.enter('https://a.example/y?z')];
  expect(bulkhead.enter('https://a.example/x')).toBeUndefined();
  expect(bulkhead.enter('https://b.example/')).toBeDefined();
  expect(bulkhead.enter('https://a.example:8443/')).toBeDefined();
  first!();
  first!();
  const third = bulkhead.enter('https://a.example/');
  expect(third).toBeDefined();
  expect(bulkhead.enter('https://a.example/')).toBeUndefined();
  second!();
  third!();
  expect(bulkhead.enter('https://a.example/')).toBeDefined();
});

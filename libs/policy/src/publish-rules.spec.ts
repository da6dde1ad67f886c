import { expect, it } from '@jest/globals';
import { catalogus, gemeenten } from '@kruispunt/contracts';
import { publishRulesFrom, rolesOfPublisher } from './publish-rules.js';
import { successorsOf } from './territory.js';

it('every type of the catalogue has a publisher that policy knows', () => {
  expect(catalogus.filter((entry) => rolesOfPublisher(entry.publisher).length === 0)).toEqual([]);
});

it('every municipality that ended has a living successor in the table', () => {
  const { municipalities } = publishRulesFrom(catalogus, gemeenten);
  const lost = gemeenten.filter(
    (g) => g.tot !== null && successorsOf(g.nis, '2026-11-24', municipalities).length === 0,
  );
  expect(lost.map((g) => g.nis)).toEqual([]);
});

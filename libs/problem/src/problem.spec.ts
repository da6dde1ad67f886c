import { describe, expect, it } from '@jest/globals';
import { asProblem, catalogue, problem, slugs, toProblemJson } from './index.js';

describe('the problem catalogue', () => {
  it.each(slugs)('%s has a title and an advice in Dutch and in English', (slug) => {
    const { title, advice } = catalogue[slug];
    for (const text of [title.nl, title.en, advice.nl, advice.en]) expect(text.trim().length).toBeGreaterThan(5);
    expect(title.nl).not.toBe(title.en);
  });

  it.each(slugs)('%s is a stable lower-case slug whose advice to retry fits its status', (slug) => {
    expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const { status, retry } = catalogue[slug];
    if (status === 503 || status === 429) expect(retry).toBe('later');
    if (status === 403) expect(retry).toBe('never');
  });
});

describe('a problem on the wire', () => {
  it('carries its slug as a URN, both languages, and cannot be overwritten by its fields', () => {
    const json = toProblemJson(
      problem('schema-mismatch', { at: '/adres/postcode', type: 'overwritten?', status: 200 }),
      'en',
    );
    expect(json).toMatchObject({
      type: 'urn:kruispunt:problem:schema-mismatch',
      status: 422,
      at: '/adres/postcode',
      title: catalogue['schema-mismatch'].title.en,
      titles: catalogue['schema-mismatch'].title,
    });
  });

  it('keeps a problem as it is and makes anything else thrown an internal one with its cause', () => {
    const known = problem('fenced');
    const unknown = new Error('boom');
    expect(asProblem(known)).toBe(known);
    expect(asProblem(unknown)).toMatchObject({ slug: 'internal', cause: unknown });
  });
});

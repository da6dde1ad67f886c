import { catalogue, type CatalogueEntry, type Slug } from './catalogue.js';

/** What a problem says beside its slug: never a payload, a subject or a national number. */
export type ProblemFields = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One error of the catalogue. A refusal carries it as a value; a fault of the outside throws it with its `cause`. */
export class Problem extends Error {
  readonly slug: Slug;
  readonly fields: ProblemFields;

  constructor(slug: Slug, fields: ProblemFields = {}, options: { cause?: unknown } = {}) {
    super(catalogue[slug].title.en, options);
    this.name = 'Problem';
    this.slug = slug;
    this.fields = fields;
  }

  get entry(): CatalogueEntry {
    return catalogue[this.slug];
  }

  get status(): number {
    return this.entry.status;
  }
}

/** Makes a problem; shorter to read than `new Problem`. */
export const problem = (slug: Slug, fields: ProblemFields = {}, cause?: unknown): Problem =>
  new Problem(slug, fields, cause === undefined ? {} : { cause });

/** RFC 9457 body. Both languages stand in `titles` and `advice`; `title` and `detail` follow `language`. */
export interface ProblemJson {
  readonly type: string;
  readonly slug: Slug;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retry: string;
  readonly titles: { readonly nl: string; readonly en: string };
  readonly advice: { readonly nl: string; readonly en: string };
  readonly [field: string]: unknown;
}

export function toProblemJson(p: Problem, language: 'nl' | 'en' = 'nl'): ProblemJson {
  const { title, advice, retry, status } = p.entry;
  return {
    ...p.fields,
    type: `urn:kruispunt:problem:${p.slug}`,
    slug: p.slug,
    status,
    title: title[language],
    detail: advice[language],
    retry,
    titles: title,
    advice,
  };
}

/** Any thrown value as a Problem: a Problem stays itself, all else is `internal` with its cause. */
export const asProblem = (thrown: unknown): Problem =>
  thrown instanceof Problem ? thrown : problem('internal', {}, thrown);

import type { Slug } from '@kruispunt/problem';
import type { DocumentedAnswer, DocumentedParameter, JsonSchema } from './openapi-document.js';
import { shape } from './shape.js';

const { text, ref, json } = shape;

const written: readonly Slug[] = [
  'invalid-request',
  'not-json',
  'duplicate-key',
  'too-deep',
  'body-too-large',
  'unsupported-content-type',
  'store-unavailable',
];
const found: readonly Slug[] = ['not-found', 'store-unavailable'];
const reasoned: readonly Slug[] = [...written, 'reason-required', 'not-found', 'conflict', 'audit-unavailable'];

/** What the route tables of the apps have in common. */
export const routeParts = {
  operator: ['kruispunt.operate'] as const,
  query: (doc: string, schema: JsonSchema = text): DocumentedParameter => ({ in: 'query', doc, schema }),
  answers: (doc: string, schema = ref('Answer'), status = 200): Readonly<Record<number, DocumentedAnswer>> => ({
    [status]: { doc, content: json(schema) },
  }),
  /** What any body may be refused for. */
  written,
  /** What a look at one thing may be refused for. */
  found,
  /** What an act that is audited, with its reason, may be refused for. */
  reasoned,
};

import type { DocumentedAnswer, DocumentedParameter, JsonSchema } from '@kruispunt/nest';
import type { Slug } from '@kruispunt/problem';
import { json, ref, text } from './openapi-schemas.js';

export const subscriber = ['kruispunt.subscribe', 'kruispunt.operate'] as const;
export const operator = ['kruispunt.operate'] as const;
export const id: Readonly<Record<string, DocumentedParameter>> = {
  id: { in: 'path', doc: 'The id of the subscription.' },
};
export const query = (doc: string, schema: JsonSchema = text): DocumentedParameter => ({ in: 'query', doc, schema });
export const answers = (
  doc: string,
  schema: JsonSchema = ref('Answer'),
  status = 200,
): Readonly<Record<number, DocumentedAnswer>> => ({
  [status]: { doc, content: json(schema) },
});

/** What any body may be refused for. */
export const written: readonly Slug[] = [
  'invalid-request',
  'not-json',
  'duplicate-key',
  'too-deep',
  'body-too-large',
  'unsupported-content-type',
  'store-unavailable',
];
export const found: readonly Slug[] = ['not-found', 'store-unavailable'];
/** What any act of an operator may be refused for. */
export const reasoned: readonly Slug[] = [...written, 'reason-required', 'not-found', 'conflict', 'audit-unavailable'];

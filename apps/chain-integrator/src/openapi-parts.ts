import type { DocumentedAnswer, DocumentedParameter, JsonSchema } from '@kruispunt/nest';
import type { Slug } from '@kruispunt/problem';
import { json, ref, text } from './openapi-schemas.js';

export const operator = ['kruispunt.operate'] as const;
export const approver = ['kruispunt.approve'] as const;
export const id: Readonly<Record<string, DocumentedParameter>> = { id: { in: 'path', doc: 'Its id.' } };
export const query = (doc: string, schema: JsonSchema = text): DocumentedParameter => ({ in: 'query', doc, schema });
export const answers = (
  doc: string,
  schema: JsonSchema = ref('Answer'),
): Readonly<Record<number, DocumentedAnswer>> => ({
  200: { doc, content: json(schema) },
});

/** What any body may be refused for. */
const written: readonly Slug[] = [
  'invalid-request',
  'not-json',
  'duplicate-key',
  'too-deep',
  'body-too-large',
  'unsupported-content-type',
  'store-unavailable',
];
export const found: readonly Slug[] = ['not-found', 'store-unavailable'];
/** What any order may be refused for. */
export const ordered: readonly Slug[] = [...written, 'reason-required', 'not-found', 'conflict', 'audit-unavailable'];
/** What a second person's word may be refused for. */
export const decided: readonly Slug[] = [...ordered, 'plan-changed'];
/** What moving the proving ground's clock may be refused for. */
export const moved: readonly Slug[] = [...written, 'not-found'];

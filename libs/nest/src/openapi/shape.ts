import type { JsonSchema } from './openapi-document.js';

const text: JsonSchema = { type: 'string' };

/** What the OpenAPI documents of the apps are written with: JSON Schema in few words. */
export const shape = {
  text,
  texts: { type: 'array', items: text } as JsonSchema,
  instant: { type: 'string', format: 'date-time' } as JsonSchema,
  whole: { type: 'integer', minimum: 0 } as JsonSchema,
  /** A schema of the document by its name. */
  ref: (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` }),
  listOf: (items: JsonSchema): JsonSchema => ({ type: 'array', items }),
  /** A body or an answer in JSON. */
  json: (schema: JsonSchema): Readonly<Record<string, JsonSchema>> => ({ 'application/json': schema }),
  /** Every property is required but for the `optional` ones. */
  object: (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
    type: 'object',
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
  }),
};

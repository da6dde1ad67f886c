import { catalogue, slugs, type Slug } from '@kruispunt/problem';
import type { Access } from '../auth/access.js';

/** A JSON Schema, or a reference to one of the document's own: `{ $ref: '#/components/schemas/Receipt' }`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface DocumentedParameter {
  readonly in: 'path' | 'query' | 'header';
  readonly doc: string;
  readonly required?: true;
  /** A text when absent. */
  readonly schema?: JsonSchema;
}

export interface DocumentedAnswer {
  readonly doc: string;
  /** By media type; `application/json` for most. Nothing comes back when absent. */
  readonly content?: Readonly<Record<string, JsonSchema>>;
}

/** One route as its readers need it. `path` is written as the router has it (`/v1/events/:source/:id`). */
export interface DocumentedRoute {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly access: Access;
  /** The operation's id, in camel case. */
  readonly id: string;
  readonly summary: string;
  readonly doc?: string;
  readonly parameters?: Readonly<Record<string, DocumentedParameter>>;
  /** What the body may be, by media type. */
  readonly body?: Readonly<Record<string, JsonSchema>>;
  readonly answers: Readonly<Record<number, DocumentedAnswer>>;
  /** What can go wrong, beside what every guarded route can say. */
  readonly problems: readonly Slug[];
}

export interface OpenApiSource {
  readonly title: string;
  readonly doc: string;
  readonly version: string;
  readonly routes: readonly DocumentedRoute[];
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

const guarded: readonly Slug[] = ['unauthenticated', 'forbidden', 'issuer-unavailable'];

/** The OpenAPI 3.1 document of one process, from its route table and the problem catalogue. Pure: the same table gives the same document. */
export function openApiDocument({
  title,
  doc,
  version,
  routes,
  schemas,
}: OpenApiSource): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.verb.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description: doc, license: { name: 'EUPL-1.2', identifier: 'EUPL-1.2' } },
    servers: [{ url: '/', description: 'The process itself; who runs it knows its address.' }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'OAuth2 access token, audience `kruispunt`; the scope is named by each route.',
        },
      },
      schemas: { ...schemas, Problem: problemSchema },
    },
  };
}

function operationOf(route: DocumentedRoute): unknown {
  const { access, id, summary, doc, body } = route;
  const isPublic = access === 'public';
  const scopes = isPublic ? '' : `Scope: ${access.map((scope) => `\`${scope}\``).join(' or ')}.`;
  const description = [doc, scopes].filter(Boolean).join('\n\n');
  return {
    operationId: id,
    summary,
    ...(description !== '' && { description }),
    security: isPublic ? [] : [{ bearer: [] }],
    ...parametersOf(route),
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: { ...answersOf(route), ...problemsOf(isPublic ? route.problems : [...route.problems, ...guarded]) },
  };
}

function parametersOf({ path, parameters = {} }: DocumentedRoute): object {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const undeclared = inPath
    .filter((name) => parameters[name] === undefined)
    .map((name) => [name, { in: 'path', doc: '' }] as const);
  const all = [...undeclared, ...Object.entries(parameters)] as readonly (readonly [string, DocumentedParameter])[];
  if (all.length === 0) return {};
  return {
    parameters: all.map(([name, { in: place, doc, required, schema = { type: 'string' } }]) => ({
      name,
      in: place,
      ...(doc !== '' && { description: doc }),
      ...((required ?? place === 'path') && { required: true }),
      schema,
    })),
  };
}

const contentOf = (content: Readonly<Record<string, JsonSchema>>): unknown =>
  Object.fromEntries(Object.entries(content).map(([mediaType, schema]) => [mediaType, { schema }]));

const answersOf = ({ answers }: DocumentedRoute): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { doc, content }]) => [
      status,
      { description: doc, ...(content && { content: contentOf(content) }) },
    ]),
  );

/** One response per status, naming each slug with its meaning: a status alone does not say what to do. */
function problemsOf(problems: readonly Slug[]): Record<string, unknown> {
  const byStatus = Map.groupBy([...new Set(problems)], (slug) => catalogue[slug].status);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, same]) => [
        String(status),
        {
          description: same
            .map((slug) => `- \`${slug}\` (${catalogue[slug].retry}): ${catalogue[slug].title.en}`)
            .join('\n'),
          ...(same.some((slug) => catalogue[slug].retry === 'later') && { headers: retryAfter }),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
  );
}

const retryAfter = {
  'Retry-After': {
    description: 'Seconds to wait before the same request may pass.',
    schema: { type: 'integer', minimum: 0 },
  },
};

const bothLanguages: JsonSchema = {
  type: 'object',
  required: ['nl', 'en'],
  properties: { nl: { type: 'string' }, en: { type: 'string' } },
};

const problemSchema: JsonSchema = {
  type: 'object',
  description:
    'RFC 9457. `slug` never changes its meaning; what else a problem says stands beside it (`at`, `limit`, `reason` …).',
  required: ['type', 'slug', 'status', 'title', 'detail', 'retry', 'titles', 'advice'],
  properties: {
    type: { type: 'string', examples: ['urn:kruispunt:problem:schema-mismatch'] },
    slug: { type: 'string', enum: [...slugs].sort() },
    status: { type: 'integer' },
    title: { type: 'string', description: 'In the language of Accept-Language; Dutch when it names none.' },
    detail: { type: 'string', description: 'What to do about it.' },
    retry: { type: 'string', enum: ['never', 'later', 'after-change'] },
    titles: bothLanguages,
    advice: bothLanguages,
    instance: { type: 'string', description: 'The number to report: `urn:uuid:` and the id of the request.' },
    at: { type: 'string', description: 'Where: an attribute, a parameter, or a JSON Pointer into the payload.' },
  },
  additionalProperties: true,
};

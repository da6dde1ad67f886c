import { describe, expect, it } from '@jest/globals';
import { slugs } from '@kruispunt/problem';
import { openApiDocument, type DocumentedRoute } from './openapi-document.js';

const route: DocumentedRoute = {
  verb: 'GET',
  path: '/v1/things/:id',
  access: ['kruispunt.operate'],
  id: 'thing',
  summary: 'A thing',
  parameters: { page: { in: 'query', doc: 'Which page.' } },
  answers: { 200: { doc: 'The thing.' } },
  problems: ['not-found', 'store-unavailable', 'log-unavailable'],
};
const documented = (routes: readonly DocumentedRoute[]) =>
  openApiDocument({ title: 't', doc: 'd', version: '1', routes, schemas: {} }) as {
    paths: Record<
      string,
      Record<
        string,
        {
          security: unknown;
          parameters: unknown[];
          responses: Record<string, { description: string; headers?: object }>;
        }
      >
    >;
    components: { schemas: { Problem: { properties: { slug: { enum: string[] } } } } };
  };

describe('the OpenAPI document', () => {
  it('writes paths and parameters as OpenAPI does, also those nobody described', () => {
    expect(documented([route]).paths['/v1/things/{id}']!['get']!.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'page', in: 'query', description: 'Which page.', schema: { type: 'string' } },
    ]);
  });

  it('names every problem under its status, with Retry-After where waiting helps', () => {
    const { responses } = documented([route]).paths['/v1/things/{id}']!['get']!;
    expect(Object.keys(responses)).toEqual(['200', '401', '403', '404', '503']);
    expect(responses['503']!.description).toMatch(/`store-unavailable` \(later\).*\n.*`log-unavailable`/);
    expect(responses['503']!.headers).toHaveProperty('Retry-After');
    expect(responses['404']!.headers).toBeUndefined();
  });

  it('asks no token, and knows no token problem, on a public route', () => {
    const { security, responses } = documented([{ ...route, access: 'public' }]).paths['/v1/things/{id}']!['get']!;
    expect(security).toEqual([]);
    expect(responses).not.toHaveProperty('401');
  });

  it('keeps two verbs of one path together, and knows every slug', () => {
    const document = documented([route, { ...route, verb: 'DELETE', id: 'drop' }]);
    expect(Object.keys(document.paths['/v1/things/{id}']!)).toEqual(['get', 'delete']);
    expect(document.components.schemas.Problem.properties.slug.enum).toEqual([...slugs].sort());
  });
});

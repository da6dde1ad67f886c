/** One old object and what took its place; ids as the source gives them. */
export interface Transformation {
  readonly vanId: string;
  readonly naarIds: readonly string[];
}

const ids = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(String);

/**
 * The pairs of a transform, whatever shape it has: `transformaties` with `vanId` and `naarId`, the same with `naarIds`, or one `vanId`
 * with `naarIds` on the data itself. Bare ids become PURIs under `namespace`.
 */
export function transformations(data: Readonly<Record<string, unknown>>, namespace: string): readonly Transformation[] {
  const list = Array.isArray(data['transformaties']) ? (data['transformaties'] as Record<string, unknown>[]) : [data];
  const puri = (id: string) => (id.includes('://') ? id : `${namespace}/${id}`);
  return list
    .filter((t) => t['vanId'] !== undefined)
    .map((t) => ({ vanId: puri(String(t['vanId'])), naarIds: [...ids(t['naarId']), ...ids(t['naarIds'])].map(puri) }));
}

import type { FeedAttribute } from './feed-event.js';

/** A geometry of the source, verbatim; `epsg` is read from `srsName` or the source's own projection. */
export interface Geometry {
  readonly type: string;
  readonly epsg: number;
  readonly gml: string;
  readonly projectie: string | null;
}

type Item = string | { readonly waarde: string; readonly taal: string };
export type Value = null | string | boolean | readonly Item[];
export interface Attribute {
  readonly naam: string;
  readonly oudeWaarde: Value;
  readonly nieuweWaarde: Value;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const isGeometry = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isObject(value) && typeof value['gml'] === 'string';

const epsgOf = (g: Readonly<Record<string, unknown>>): number =>
  Number(/EPSG\/\d+\/(\d+)/.exec(`${textOf(g['projectie'])} ${textOf(g['gml'])}`)?.[1] ?? 0);

const geometryOf = (g: Readonly<Record<string, unknown>>): Geometry => ({
  type: textOf(g['type']),
  epsg: epsgOf(g),
  gml: textOf(g['gml']),
  projectie: typeof g['projectie'] === 'string' ? g['projectie'] : null,
});

/** A list item keeps its language; a shape that nobody foresaw is carried as JSON text rather than dropped. */
const itemOf = (item: unknown): Item => {
  if (typeof item === 'string') return item;
  if (isObject(item) && typeof item['@value'] === 'string')
    return { waarde: item['@value'], taal: textOf(item['@language']) };
  return JSON.stringify(item);
};

function valueOf(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.some(isGeometry) ? null : value.map(itemOf);
  return JSON.stringify(value);
}

/** The attributes of a change with their geometries set apart: before, and after. An attribute that only holds geometry keeps its name. */
export function attributeValues(attributes: readonly FeedAttribute[]): {
  readonly attributen: readonly Attribute[];
  readonly geometrie: readonly Geometry[];
  readonly oudeGeometrie: readonly Geometry[] | null;
} {
  const geometries = (side: 'oudeWaarde' | 'nieuweWaarde') =>
    attributes.flatMap((a) => (Array.isArray(a[side]) ? a[side].filter(isGeometry).map(geometryOf) : []));
  const old = geometries('oudeWaarde');
  return {
    attributen: attributes.map((a) => ({
      naam: a.naam,
      oudeWaarde: valueOf(a.oudeWaarde),
      nieuweWaarde: valueOf(a.nieuweWaarde),
    })),
    geometrie: geometries('nieuweWaarde'),
    oudeGeometrie: old.length > 0 ? old : null,
  };
}

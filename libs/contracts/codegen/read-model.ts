import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { CatalogusEntry } from '../src/catalogue.js';
import type { TopicSpec } from '../src/event-type.js';
import type { Gemeente } from '../src/gemeente.js';

export interface AvroField {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
  readonly doc: string;
  readonly klasse: string;
  readonly osloIri?: string;
}

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace: string;
  readonly doc: string;
  readonly fields: readonly AvroField[];
}

/** A schema of an event type with what the catalogue says of it. */
export interface SchemaFile {
  readonly entry: CatalogusEntry;
  readonly schema: AvroRecord;
  /** Relative to the repository: schemas/<domein>/<naam>/v<n>.avsc */
  readonly path: string;
  /** Folder and file stem, e.g. `bevolking/adreswijziging-aangegeven.v1`. */
  readonly stem: string;
  /** TypeScript name, e.g. `AdreswijzigingAangegevenV1`. */
  readonly name: string;
}

export interface Term {
  readonly term: string;
  readonly english: string;
  readonly meaning: string;
}

export interface Topic extends TopicSpec {
  readonly retention: string;
  readonly internal: boolean;
}

/** Everything under schemas/, read and joined. */
export interface Model {
  readonly entries: readonly CatalogusEntry[];
  readonly files: readonly SchemaFile[];
  /** Named types that several schemas use, by full name. */
  readonly sharedTypes: readonly { readonly schema: Record<string, unknown>; readonly path: string }[];
  readonly topics: readonly Topic[];
  readonly gemeenten: readonly Gemeente[];
  readonly terms: readonly Term[];
}

const daysMs = 86_400_000;
const retentionMs: Readonly<Record<string, number>> = {
  volledig: -1,
  P90D: 90 * daysMs,
  P1Y: 366 * daysMs,
  P10Y: 3653 * daysMs,
};

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** Reads `root`/schemas. Throws with the file's name when something does not join. */
export function readModel(root: string): Model {
  const folder = join(root, 'schemas');
  const catalogue = parse(readFileSync(join(folder, 'catalogus.yaml'), 'utf8')) as {
    types: Omit<CatalogusEntry, 'version'>[];
    topics: { name: string; partitions: number; retention: string; internal?: boolean }[];
  };
  const entries = catalogue.types.map((type) => ({ ...type, version: Number(/\.v(\d+)$/.exec(type.type)?.[1]) }));
  return {
    entries,
    files: entries.filter((entry) => entry.status === 'specified').map((entry) => schemaFile(root, entry)),
    sharedTypes: readdirSync(join(folder, '_types'))
      .sort()
      .map((file) => ({
        schema: json(join(folder, '_types', file)) as Record<string, unknown>,
        path: `schemas/_types/${file}`,
      })),
    topics: catalogue.topics.map(({ internal = false, ...topic }) => {
      const ms = retentionMs[topic.retention];
      if (ms === undefined) throw new Error(`catalogus.yaml: unknown retention ${topic.retention} of ${topic.name}`);
      return { ...topic, internal, retentionMs: ms };
    }),
    gemeenten: readGemeenten(join(folder, 'gemeenten.csv')),
    terms: (parse(readFileSync(join(folder, 'glossarium.yaml'), 'utf8')) as { terms: Term[] }).terms,
  };
}

function schemaFile(root: string, entry: CatalogusEntry): SchemaFile {
  const [, , domain, name] = entry.type.split('.');
  const path = `schemas/${domain}/${name}/v${entry.version}.avsc`;
  if (!existsSync(join(root, path)))
    throw new Error(`catalogus.yaml says ${entry.type} is specified, but ${path} is missing`);
  const schema = json(join(root, path)) as AvroRecord;
  if (`${schema.namespace}.${schema.name}` !== entry.record)
    throw new Error(`${path}: the record must be named ${entry.record}`);
  return { entry, schema, path, stem: `${domain}/${name}.v${entry.version}`, name: `${schema.name}V${entry.version}` };
}

function readGemeenten(path: string): Gemeente[] {
  const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [nis = '', naam = '', provincie = '', van = '', tot = '', opvolgers = ''] = line.split(',');
    return { nis, naam, provincie, van, tot: tot || null, opvolgers: opvolgers ? opvolgers.split(' ') : [] };
  });
}

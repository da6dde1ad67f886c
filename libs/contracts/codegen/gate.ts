import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { compatibility, type Objection } from '../src/compatibility.js';
import { houseRules, sharedTypeRules } from '../src/house-rules.js';
import type { Model, SchemaFile } from './read-model.js';

const careful = new Set(['PERSOON', 'BIJZONDER']);
const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const lines = (path: string, objections: readonly Objection[]): string[] =>
  objections.map(({ at, reason }) => `${path} ${at || '/'}: ${reason}`);

/** The released revisions of a schema file, oldest first: `released/v1.1.avsc`, `released/v1.2.avsc`, … */
export function releasedPaths(root: string, file: SchemaFile): string[] {
  const folder = join(root, dirname(file.path), 'released');
  const stem = basename(file.path, '.avsc');
  if (!existsSync(folder)) return [];
  const revision = (name: string): number => Number(name.slice(stem.length + 1, -'.avsc'.length));
  const names = readdirSync(folder).filter((name) => name.startsWith(`${stem}.`) && name.endsWith('.avsc'));
  return names.sort((a, b) => revision(a) - revision(b)).map((name) => join(folder, name));
}

/** Everything that forbids generating: in words, one line each. Empty: the schemas may stand. */
export function gate(root: string, model: Model): string[] {
  return [
    ...model.sharedTypes.flatMap(({ path, schema }) => lines(path, sharedTypeRules(schema))),
    ...model.files.flatMap((file) => [
      ...lines(file.path, houseRules(file.schema)),
      ...lines(file.path, compatibilityOf(root, file)),
      ...sharedAsDeclared(model, file),
      ...companions(root, file),
    ]),
    ...catalogueRules(root, model),
  ];
}

function compatibilityOf(root: string, file: SchemaFile): readonly Objection[] {
  const level = careful.has(file.entry.klasse) ? 'FULL_TRANSITIVE' : 'BACKWARD_TRANSITIVE';
  return compatibility({ current: file.schema, released: releasedPaths(root, file).map(json), level });
}

/** A type under _types stands in full in every schema that uses it: the copies must be the same. */
function sharedAsDeclared(model: Model, file: SchemaFile): string[] {
  const declared = new Map(
    model.sharedTypes.map(({ schema, path }) => [fullOf(schema), { path, text: expanded(schema) }]),
  );
  return named(file.schema).flatMap((type) => {
    const law = declared.get(fullOf(type));
    return law && law.text !== expanded(type, file.schema as unknown as Raw)
      ? [`${file.path}: ${fullOf(type)} is not as ${law.path} says`]
      : [];
  });
}

type Raw = Record<string, unknown>;
const fullOf = (type: Raw): string => `${String(type['namespace'])}.${String(type['name'])}`;

/** All named types that are written out inside a schema, with an explicit namespace. */
function named(schema: unknown): Raw[] {
  if (Array.isArray(schema)) return schema.flatMap(named);
  if (typeof schema !== 'object' || schema === null) return [];
  const type = schema as Raw;
  const own = typeof type['name'] === 'string' && typeof type['namespace'] === 'string' ? [type] : [];
  return [...own, ...Object.values(type).flatMap(named)];
}

/** A type as text, with the types it only names written out. */
function expanded(type: Raw, within: Raw = type): string {
  const known = new Map(named(within).map((other) => [fullOf(other), other]));
  const expand = (value: unknown): unknown => {
    if (typeof value === 'string') return known.has(value) ? expand(known.get(value)) : value;
    if (Array.isArray(value)) return value.map(expand);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, key === 'doc' ? part : expand(part)]));
  };
  return JSON.stringify(expand(type));
}

function companions(root: string, file: SchemaFile): string[] {
  const wanted = [file.path.replace('.avsc', '.example.json'), join(dirname(file.path), 'README.md')];
  return wanted.filter((path) => !existsSync(join(root, path))).map((path) => `${path} is missing`);
}

/** The catalogue joins: topics exist, schemas on disk are declared, every type says who withdraws it. */
function catalogueRules(root: string, model: Model): string[] {
  const topics = new Set(model.topics.map((topic) => topic.name));
  const paths = new Set(model.files.map((file) => file.path));
  const types = new Set(model.entries.map((entry) => entry.type));
  const onDisk = readdirSync(join(root, 'schemas'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\/v\d+\.avsc$/.test(path))
    .map((path) => `schemas/${path}`);
  return [
    ...model.entries
      .filter((entry) => !topics.has(entry.topic))
      .map((entry) => `catalogus.yaml: ${entry.type} stands on ${entry.topic}, which is not declared`),
    ...onDisk.filter((path) => !paths.has(path)).map((path) => `${path} is not in catalogus.yaml`),
    ...model.entries.flatMap((entry) =>
      entry.withdrawnBy
        .filter((other) => !types.has(other))
        .map((other) => `catalogus.yaml: ${entry.type} is withdrawn by ${other}, which does not exist`),
    ),
    ...model.entries
      .filter((entry) => entry.withdrawnBy.length === 0)
      .map((entry) => `catalogus.yaml: ${entry.type} says no type that withdraws it`),
  ];
}

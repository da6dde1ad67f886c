import type { Model, SchemaFile } from './read-model.js';
import { constName, header, quote, type Output } from './write-types.js';

const literal = (value: unknown): string =>
  typeof value === 'string'
    ? quote(value)
    : Array.isArray(value)
      ? `[${value.map(literal).join(', ')}]`
      : String(value);

const object = (fields: Readonly<Record<string, unknown>>): string =>
  `{ ${Object.entries(fields)
    .map(([key, value]) => `${key}: ${literal(value)}`)
    .join(', ')} }`;

/** The event types by name (`ev`), the list of them, and the look-ups. */
export function writeEventTypes(files: readonly SchemaFile[]): Output {
  return {
    path: 'generated/event-types.ts',
    text: [
      header('schemas/catalogus.yaml'),
      `import { EventTypes } from '../catalogue.js';`,
      `import type { EventType } from '../event-type.js';`,
      ...files.map((file) => `import { ${constName(file)} } from './${file.stem}.js';`),
      '',
      '/** Every event type that has a schema, by its name: `ev.AanvraagIngediendV1`. */',
      'export const ev = {',
      ...files.map((file) => `  ${file.name}: ${constName(file)},`),
      '};',
      '',
      'export const eventTypes: readonly EventType[] = Object.values<EventType>(ev);',
      '',
      'const types = new EventTypes(eventTypes);',
      '',
      '/** The type with this CloudEvents name; undefined when it does not exist or has no schema. */',
      'export const eventTypeOf = (type: string): EventType | undefined => types.of(type);',
      '',
      '/** The versions that exist of the same name, this one included; empty for an unknown name. */',
      'export const versionsOf = (type: string): readonly string[] => types.versionsOf(type);',
      '',
    ].join('\n'),
  };
}

export function writeCatalogue(model: Model): Output {
  const facts = (entry: Model['entries'][number]) => {
    const {
      type,
      version,
      record,
      topic,
      klasse,
      status,
      publisher,
      subject,
      key,
      shape,
      retention,
      legalBasis,
      meaning,
      withdrawnBy,
    } = entry;
    return object({
      type,
      version,
      record,
      topic,
      klasse,
      status,
      publisher,
      subject,
      key,
      shape,
      retention,
      legalBasis,
      meaning,
      withdrawnBy,
    });
  };
  return {
    path: 'generated/catalogus.ts',
    text: [
      header('schemas/catalogus.yaml'),
      `import type { CatalogusEntry } from '../catalogue.js';`,
      `import type { TopicSpec } from '../event-type.js';`,
      '',
      '/** Every event type, also those without a schema yet. */',
      'export const catalogus: readonly CatalogusEntry[] = [',
      ...model.entries.map((entry) => `  ${facts(entry)},`),
      '];',
      '',
      '/** Every topic, the internal ones included. */',
      'export const topics: readonly TopicSpec[] = [',
      ...model.topics.map(({ name, partitions, retentionMs }) => `  ${object({ name, partitions, retentionMs })},`),
      '];',
      '',
    ].join('\n'),
  };
}

export function writeGemeenten(model: Model): Output {
  return {
    path: 'generated/gemeenten.ts',
    text: [
      header('schemas/gemeenten.csv'),
      `import type { Gemeente } from '../gemeente.js';`,
      '',
      '/** The municipalities by NIS code, past ones included. */',
      'export const gemeenten: readonly Gemeente[] = [',
      ...model.gemeenten.map((gemeente) => `  ${object({ ...gemeente })},`),
      '];',
      '',
      'const byNis = new Map(gemeenten.map((gemeente) => [gemeente.nis, gemeente]));',
      '',
      '/** The municipality with this code, past or present; undefined for an unknown code. */',
      'export const gemeenteOf = (nis: string): Gemeente | undefined => byNis.get(nis);',
      '',
    ].join('\n'),
  };
}

/** One re-export, broken over lines where prettier would. */
function exported(keyword: string, names: readonly string[], from: string): string {
  const line = `${keyword} { ${names.join(', ')} } from ${quote(from)};`;
  if (line.length <= 120) return line;
  return [`${keyword} {`, ...names.map((name) => `  ${name},`), `} from ${quote(from)};`].join('\n');
}

/** The package's door: named re-exports only. */
export function writeIndex(
  files: readonly (SchemaFile & { readonly inner: readonly string[] })[],
  shared: readonly string[],
): Output {
  return {
    path: 'index.ts',
    text: [
      header('schemas'),
      `export { type CatalogusEntry } from './catalogue.js';`,
      `export { complete, type Draft } from './draft.js';`,
      `export type { Checked, Codec, EventType, FieldFacts, Klasse, SchemaIds, TopicSpec } from './event-type.js';`,
      `export type { Gemeente } from './gemeente.js';`,
      `export { readerOf } from './reader-of.js';`,
      `export { toInstant } from './instant.js';`,
      `export { depthMax, itemsMax, payloadBytesMax } from './limits.js';`,
      `export { catalogus, topics } from './generated/catalogus.js';`,
      `export { ev, eventTypeOf, eventTypes, versionsOf } from './generated/event-types.js';`,
      `export { gemeenteOf, gemeenten } from './generated/gemeenten.js';`,
      exported('export type', shared, './generated/_types.js'),
      ...files.map((file) => {
        const names = [`type ${file.name}`, ...file.inner.map((name) => `type ${name}`), constName(file)];
        return exported('export', names, `./generated/${file.stem}.js`);
      }),
      '',
    ].join('\n'),
  };
}

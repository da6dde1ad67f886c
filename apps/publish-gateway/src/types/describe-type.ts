import { catalogus, eventTypeOf, versionsOf, type CatalogusEntry } from '@kruispunt/contracts';
import { dataschemaOf } from '@kruispunt/event';
import { problem } from '@kruispunt/problem';

/** A type with all the catalogue knows of it. */
export interface DescribedType extends CatalogusEntry {
  readonly dataschema?: string;
  readonly versions: readonly string[];
  readonly fields?: readonly unknown[];
  /** The Avro schema, for those who send Avro. */
  readonly schema?: unknown;
}

/** Describes one type. Throws `unknown-version` when only other versions exist, else `unknown-type`. */
export function describeType(type: string): DescribedType {
  const entry = catalogus.find((candidate) => candidate.type === type);
  const versions = versionsOf(type);
  if (entry === undefined)
    throw versions.length > 0 ? problem('unknown-version', { versions }) : problem('unknown-type');
  const eventType = eventTypeOf(type);
  if (eventType === undefined) return { ...entry, versions };
  return {
    ...entry,
    versions,
    dataschema: dataschemaOf(eventType),
    fields: eventType.fields,
    schema: eventType.schema,
  };
}

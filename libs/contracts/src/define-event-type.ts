import { AvroCodec } from './codec.js';
import type { EventType, FieldFacts, Klasse } from './event-type.js';

interface Declared {
  readonly type: string;
  readonly version: number;
  readonly name: string;
  readonly record: string;
  readonly topic: string;
  readonly klasse: Klasse;
  /** The schema as JSON text: parsed at first use. */
  readonly schemaJson: string;
}

/** An event type from what the generator wrote down; schema, fields and codec are made when first asked for. */
export function defineEventType<P>(declared: Declared): EventType<P> {
  const { schemaJson, ...facts } = declared;
  let parsed: { fields: (FieldFacts & Record<string, unknown>)[] } | undefined;
  let fields: readonly FieldFacts[] | undefined;
  const schema = () => (parsed ??= JSON.parse(schemaJson) as NonNullable<typeof parsed>);
  return {
    ...facts,
    registrySubject: `${declared.topic}-${declared.record}`,
    codec: new AvroCodec<P>(declared, schema),
    get schema() {
      return schema();
    },
    get fields() {
      return (fields ??= schema().fields.map(fieldFacts));
    },
  };
}

const fieldFacts = ({ name, klasse, doc, osloIri }: FieldFacts): FieldFacts =>
  osloIri === undefined ? { name, klasse, doc } : { name, klasse, doc, osloIri };

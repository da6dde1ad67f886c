/** The shapes that generated contracts have. Payloads are their own JSON rendering: `date` is `YYYY-MM-DD`, `timestamp-micros` an RFC 3339 UTC text. */

export type Klasse = 'OPEN' | 'INTERN' | 'PERSOON' | 'BIJZONDER';

/** What checking a JSON payload against its schema says; `at` is a JSON Pointer into the payload. */
export type Checked<P> =
  { readonly ok: true; readonly value: P } | { readonly ok: false; readonly at: string; readonly reason: string };

/** Bytes and JSON of one schema version. */
export interface Codec<P> {
  /** Avro body without framing. Throws `schema-mismatch` when the payload does not fit. */
  encode(payload: P): Uint8Array;
  /** Guarded decode of an Avro body: size, depth, item counts, UTF-8, no trailing bytes. Throws `undecodable`, never anything else. */
  decode(body: Uint8Array): P;
  /** Strict check of parsed JSON: unknown fields, missing fields and wrong types are refused with the place. Fills defaults. */
  check(json: unknown): Checked<P>;
}

/** A field as the catalogue knows it: its privacy class and its OSLO IRI. Only top-level fields are projected. */
export interface FieldFacts {
  readonly name: string;
  readonly klasse: Klasse;
  readonly osloIri?: string;
  readonly doc: string;
}

/** One event type in one version: everything the machine knows of it. */
export interface EventType<P = unknown> {
  /** The CloudEvents type, e.g. `be.vlaanderen.bevolking.adreswijziging-aangegeven.v1`. */
  readonly type: string;
  readonly version: number;
  /** The TypeScript name, e.g. `AdreswijzigingAangegevenV1`. */
  readonly name: string;
  /** Full name of the Avro record. */
  readonly record: string;
  readonly topic: string;
  readonly klasse: Klasse;
  /** The Avro schema as parsed JSON: what is registered. */
  readonly schema: unknown;
  /** Subject in the registry: TopicRecordNameStrategy, `<topic>-<record>`. */
  readonly registrySubject: string;
  readonly fields: readonly FieldFacts[];
  readonly codec: Codec<P>;
}

/** A topic as the catalogue declares it. `retentionMs` -1 keeps everything. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
}

/** Registry ids of the contracts this process was built with; read-only. */
export interface SchemaIds {
  /** Throws `registry-unavailable` when the type is not registered. */
  idOf(type: EventType<never> | EventType): number;
  /** undefined: an id of a schema that this process does not know. */
  typeOf(id: number): EventType | undefined;
}

/** Where a record stands in the log. `offset` is below 2^53 (a Kafka offset that a JavaScript number holds exactly). */
export interface LogPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The privacy classes of the catalogue, lightest first. */
export const klassen = ['OPEN', 'INTERN', 'PERSOON', 'BIJZONDER'] as const;
export type Klasse = (typeof klassen)[number];

/** The CloudEvents extensions that Kruispunt carries: its own and four documented ones (lower case, at most 20 characters). */
export const extensionNames = [
  'kpcorrelationid',
  'kpcausationid',
  'kpgemeentenis',
  'kpgegevensklasse',
  'kpdossier',
  'kphoedanigheid',
  'kpreplay',
  'dataref',
  'traceparent',
  'tracestate',
  'sequence',
] as const;
export type ExtensionName = (typeof extensionNames)[number];

/**
 * A CloudEvents 1.0 envelope around a payload. `source` + `id` identify the event for ever; `subject` is the subject's stable
 * id (a PURI or a `urn:kruispunt:` pseudonym); `time` is the moment of recording (RFC 3339), never used for order.
 */
export interface Envelope<P = unknown> extends Partial<Readonly<Record<ExtensionName, string>>> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly time: string;
  readonly dataschema?: string;
  readonly data: P;
}

/** An event as it was read: the typed envelope and where it stands. `key` is the Kafka key as text. */
export interface StoredEvent<P = unknown> {
  readonly envelope: Envelope<P>;
  readonly key: string;
  readonly position: LogPosition;
  /** When the log took it, ms since the epoch. */
  readonly loggedAt: number;
}

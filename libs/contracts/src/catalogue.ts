import type { EventType, Klasse } from './event-type.js';

/** A type of the catalogue, with or without a schema. `reserved`: the name and the law are settled, the fields are not. */
export interface CatalogusEntry {
  readonly type: string;
  readonly version: number;
  readonly record: string;
  readonly topic: string;
  readonly klasse: Klasse;
  readonly status: 'specified' | 'reserved';
  readonly publisher: string;
  /** Pattern of the CloudEvents subject. */
  readonly subject: string;
  readonly key: string;
  readonly shape: string;
  /** ISO 8601 duration on the bus, or `volledig`: for ever. */
  readonly retention: string;
  readonly legalBasis: string;
  readonly meaning: string;
  /** Types whose arrival takes back what this one said; the type itself when a later event replaces it. */
  readonly withdrawnBy: readonly string[];
}

const versionPattern = /\.v\d+$/;

/** Look-ups over the generated list. A type is `<name>.v<n>`. */
export class EventTypes {
  private readonly all: readonly EventType[];
  private readonly byType: Map<string, EventType>;

  constructor(all: readonly EventType[]) {
    this.all = all;
    this.byType = new Map(all.map((eventType) => [eventType.type, eventType]));
  }

  /** undefined: no such type, or no schema for it yet. */
  of(type: string): EventType | undefined {
    return this.byType.get(type);
  }

  /** The types of the same name in any version, e.g. to tell a publisher which ones exist. Empty for an unknown name. */
  versionsOf(type: string): readonly string[] {
    const name = type.replace(versionPattern, '.v');
    return this.all.map((other) => other.type).filter((other) => other.replace(versionPattern, '.v') === name);
  }
}

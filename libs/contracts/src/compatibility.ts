import { describeSchema, type EnumFacts, type RecordFacts, type SchemaFacts } from './schema-facts.js';

/** Why a schema may not stand: `at` is the way to the place, e.g. `/geometrie/items/epsg`. */
export interface Objection {
  readonly at: string;
  readonly reason: string;
}

export interface Revision {
  readonly current: unknown;
  /** Every earlier revision of the same version, oldest first: compatibility is transitive. */
  readonly released: readonly unknown[];
  /** FULL: old readers must also read new events. */
  readonly level: 'BACKWARD_TRANSITIVE' | 'FULL_TRANSITIVE';
}

const klassen = ['OPEN', 'INTERN', 'PERSOON', 'BIJZONDER'];

/**
 * What stands between a schema and its release: Avro's own rules in the directions the level asks for, and what those miss.
 * A logical type, its scale and its precision never change; a field or symbol never goes; a default never changes; a privacy
 * class never gets lighter. Empty: it may be released. Same answers as a registry, but stricter: see the spec.
 */
export function compatibility({ current, released, level }: Revision): readonly Objection[] {
  const now = describeSchema(current);
  const objections = released
    .map(describeSchema)
    .flatMap((before) => [
      ...new Comparison('new reads old').compare(now, before, ''),
      ...(level === 'FULL_TRANSITIVE' ? new Comparison('old reads new').compare(before, now, '') : []),
    ]);
  const seen = new Set<string>();
  return objections.filter(({ at, reason }) => !seen.has(`${at} ${reason}`) && seen.add(`${at} ${reason}`));
}

const promotions: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
};

class Comparison {
  private readonly direction: 'new reads old' | 'old reads new';
  /** Pairs of records being compared: a record may hold itself. */
  private readonly open = new Set<string>();

  constructor(direction: 'new reads old' | 'old reads new') {
    this.direction = direction;
  }

  compare(reader: SchemaFacts, writer: SchemaFacts, at: string): Objection[] {
    if (writer.kind === 'union') return writer.branches.flatMap((branch) => this.compare(reader, branch, at));
    if (reader.kind === 'union') return this.intoUnion(reader.branches, writer, at);
    if (reader.logical !== writer.logical) {
      return [
        {
          at,
          reason: `logical type ${writer.logical || 'none'} became ${reader.logical || 'none'} (${this.direction})`,
        },
      ];
    }
    if (reader.kind !== writer.kind) {
      if (promotions[writer.kind]?.includes(reader.kind)) return [];
      return [{ at, reason: `${writer.kind} cannot be read as ${reader.kind} (${this.direction})` }];
    }
    if (reader.kind === 'array' || reader.kind === 'map')
      return this.compare(reader.items, (writer as typeof reader).items, `${at}/items`);
    if (reader.kind === 'enum') return this.symbols(reader, writer as EnumFacts, at);
    if (reader.kind === 'record') return this.fields(reader, writer as RecordFacts, at);
    return [];
  }

  private intoUnion(branches: readonly SchemaFacts[], writer: SchemaFacts, at: string): Objection[] {
    const candidates = branches.filter(
      (branch) => branch.kind === writer.kind || promotions[writer.kind]?.includes(branch.kind),
    );
    const verdicts = candidates.map((branch) => this.compare(branch, writer, at));
    const best = verdicts.sort((a, b) => a.length - b.length)[0];
    return best ?? [{ at, reason: `no branch reads ${writer.kind} (${this.direction})` }];
  }

  private symbols(reader: EnumFacts, writer: EnumFacts, at: string): Objection[] {
    const named = this.sameName(reader, writer, at);
    const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
    if (this.direction === 'old reads new')
      return reader.default !== undefined || missing.length === 0
        ? named
        : [...named, { at, reason: `an old reader has no default for ${missing.join(', ')}` }];
    const changed =
      reader.default !== writer.default ? [{ at, reason: `default ${writer.default} became ${reader.default}` }] : [];
    return [...named, ...changed, ...missing.map((symbol) => ({ at, reason: `symbol ${symbol} was removed` }))];
  }

  private fields(reader: RecordFacts, writer: RecordFacts, at: string): Objection[] {
    const pair = `${reader.name} ${writer.name}`;
    if (this.open.has(pair)) return [];
    this.open.add(pair);
    const byName = new Map(writer.fields.map((field) => [field.name, field]));
    const objections = reader.fields.flatMap((field): Objection[] => {
      const place = `${at}/${field.name}`;
      const written = byName.get(field.name);
      if (!written)
        return field.hasDefault
          ? []
          : [{ at: place, reason: `has no default, and the writer does not know it (${this.direction})` }];
      return [
        ...this.compare(field.facts, written.facts, place),
        ...(this.direction === 'new reads old' ? this.frozen(field, written, place) : []),
      ];
    });
    this.open.delete(pair);
    return [...this.sameName(reader, writer, at), ...objections, ...this.removed(reader, writer, at)];
  }

  private frozen(field: RecordFacts['fields'][number], before: RecordFacts['fields'][number], at: string): Objection[] {
    const lighter = klassen.indexOf(field.klasse) < klassen.indexOf(before.klasse);
    const otherDefault = before.hasDefault && JSON.stringify(field.default) !== JSON.stringify(before.default);
    return [
      ...(lighter ? [{ at, reason: `class ${before.klasse} became the lighter ${field.klasse}` }] : []),
      ...(otherDefault ? [{ at, reason: 'the default changed' }] : []),
    ];
  }

  private removed(reader: RecordFacts, writer: RecordFacts, at: string): Objection[] {
    if (this.direction === 'old reads new') return [];
    const kept = new Set(reader.fields.map((field) => field.name));
    return writer.fields
      .filter((field) => !kept.has(field.name))
      .map((field) => ({ at: `${at}/${field.name}`, reason: 'field was removed' }));
  }

  private sameName(reader: { readonly name: string }, writer: { readonly name: string }, at: string): Objection[] {
    return reader.name === writer.name ? [] : [{ at, reason: `${writer.name} became ${reader.name}` }];
  }
}

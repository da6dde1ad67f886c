import avro from 'avsc';
import { dateOf, dayMax, dayMin, daysOf, instantOf, microsMax, microsMin, microsOf } from './instant.js';

/** avsc's view of `date`: days in the bytes, `YYYY-MM-DD` in the payload. An answer of undefined makes avsc refuse the value. */
class DateText extends avro.types.LogicalType {
  protected override _fromValue(days: number): string | undefined {
    return days >= dayMin && days <= dayMax ? dateOf(days) : undefined;
  }
  protected override _toValue(text: unknown): number | undefined {
    return typeof text === 'string' ? daysOf(text) : undefined;
  }
  protected override _resolve(written: avro.Type): unknown {
    return avro.Type.isType(written, 'int') ? (days: number) => this._fromValue(days) : undefined;
  }
}

/** avsc's view of `timestamp-micros`: µs in the bytes, RFC 3339 in UTC in the payload. */
class InstantText extends avro.types.LogicalType {
  protected override _fromValue(micros: number): string | undefined {
    return micros >= microsMin && micros <= microsMax ? instantOf(micros) : undefined;
  }
  protected override _toValue(text: unknown): number | undefined {
    return typeof text === 'string' ? microsOf(text) : undefined;
  }
  protected override _resolve(written: avro.Type): unknown {
    return avro.Type.isType(written, 'int', 'long') ? (micros: number) => this._fromValue(micros) : undefined;
  }
}

/** A writer's schema without our logical types: what a reader's schema resolves against. Throws when it is no Avro schema. */
export const compileWriter = (schema: unknown): avro.Type =>
  avro.Type.forSchema(structuredClone(schema) as avro.Schema, { logicalTypes: {}, wrapUnions: 'never' });

/** Compiles a schema for avsc, with our two logical types. Costs about a millisecond: done once per schema, at first use. */
export const compile = (schema: unknown): avro.Type =>
  avro.Type.forSchema(structuredClone(schema) as avro.Schema, {
    logicalTypes: { date: DateText, 'timestamp-micros': InstantText },
    wrapUnions: 'never',
    omitRecordMethods: true,
  });

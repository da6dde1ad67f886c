import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventTypes } from './generated/event-types.js';
import type { EventType } from './event-type.js';

const schemas = join(import.meta.dirname, '../../../schemas');
const stem = ({ type, version }: EventType): string => {
  const [, , domain, name] = type.split('.');
  return join(schemas, domain!, name!, `v${version}`);
};

describe.each(eventTypes)('the golden bytes of $type', (eventType) => {
  const example: unknown = JSON.parse(readFileSync(`${stem(eventType)}.example.json`, 'utf8'));
  const golden = readFileSync(`${stem(eventType)}.golden.avro`);

  it('are what the example encodes to', () => {
    expect(Buffer.from(eventType.codec.encode(example)).toString('hex')).toBe(golden.toString('hex'));
  });

  it('decode to the example', () => {
    expect(eventType.codec.decode(golden)).toEqual(example);
  });

  it('belong to an example that the strict check takes as it is', () => {
    expect(eventType.codec.check(example)).toEqual({ ok: true, value: example });
  });
});

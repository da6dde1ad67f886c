import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { strictJson, strictJsonItems } from './strict-json.js';

const limits = { depthMax: 32, bytesMax: 1_048_576, itemsMax: 1_000 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string) => strictJson(bytes(text), limits);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('strict JSON', () => {
  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(!text.includes('__proto__')); // refused on purpose, see below
        expect(read(text)).toEqual({ kind: 'json', value: JSON.parse(text) as unknown });
      }),
    );
  });

  it('never throws and never accepts what JSON.parse refuses, on any text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...'{}[]",:\\u0123e-+.tfn \u0000'), { maxLength: 40 }).map((c) => c.join('')),
    );
    fc.assert(
      fc.property(text, (t) => {
        const json = read(t);
        if (json.kind === 'json') expect(json.value).toEqual(JSON.parse(t) as unknown);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (b) => expect(['json', 'refused']).toContain(strictJson(b, limits).kind)));
  });

  it.each([
    ['', 'not-json', ''],
    ['{"a":1', 'not-json', ''],
    ['{"a":[1,2,}', 'not-json', '/a/2'],
    ['{"a":1}x', 'not-json', ''],
    ['{a:1}', 'not-json', ''],
    ['[01]', 'not-json', ''],
    ['[1e999]', 'not-json', '/0'],
    ['["\\x"]', 'not-json', '/0'],
    ['["\\ud800"]', 'not-json', '/0'],
    ['["\u0007"]', 'not-json', '/0'],
    ['[NaN]', 'not-json', '/0'],
    ['\ufeff{}', 'not-json', ''],
    ['{"a":{"b/c":1,"b/c":2}}', 'duplicate-key', '/a/b~1c'],
    ['{"a":1,"\\u0061":2}', 'duplicate-key', '/a'],
    ['{"x":{"__proto__":{"y":1}}}', 'invalid-request', '/x/__proto__'],
    [nested(33), 'too-deep', '/0'.repeat(32)],
    [nested(100_000), 'too-deep', '/0'.repeat(32)],
  ])('refuses %.40s as %s and names the place', (text, slug, at) => {
    expect(read(text)).toMatchObject({ kind: 'refused', because: { slug, fields: { at } } });
  });

  it('takes nesting up to the limit', () => expect(read(nested(32)).kind).toBe('json'));

  it('refuses bytes that are not UTF-8', () => {
    expect(strictJson(new Uint8Array([0x22, 0xff, 0x22]), limits)).toMatchObject({ because: { slug: 'not-json' } });
    expect(strictJson(new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), limits)).toMatchObject({
      because: { slug: 'not-json' },
    });
  });

  it('refuses more bytes than the limit and says the limit', () => {
    expect(strictJson(bytes('[1,2]'), { depthMax: 2, bytesMax: 4 })).toMatchObject({
      because: { slug: 'body-too-large', fields: { limit: 4 } },
    });
  });

  it('shows no national number that stands in a key', () => {
    expect(read('{"85661500150":1,"85661500150":2}')).toMatchObject({
      because: { slug: 'duplicate-key', fields: { at: '/***' } },
    });
  });

  it('reads a text of a megabyte and an object of a hundred thousand keys', () => {
    expect(read(`"${'a'.repeat(1_000_000)}"`).kind).toBe('json');
    expect(read(`{${Array.from({ length: 90_000 }, (_, i) => `"k${i}":1`).join()}}`).kind).toBe('json');
  });
});

describe('strict JSON items', () => {
  it('spoils only the item that is flawed, and measures each in bytes', () => {
    const text = `[ {"a":1} , {"a":1,"a":2},${nested(40)}, "é" ]`;
    expect(strictJsonItems(bytes(text), limits)).toMatchObject({
      kind: 'items',
      items: [
        { kind: 'json', value: { a: 1 }, bytes: 7 },
        { kind: 'refused', because: { slug: 'duplicate-key', fields: { at: '/1/a' } } },
        { kind: 'refused', because: { slug: 'too-deep' }, bytes: 80 },
        { kind: 'json', value: 'é', bytes: 4 },
      ],
    });
  });

  it('refuses the whole when it is not JSON, no array, or too many', () => {
    expect(strictJsonItems(bytes('[{},'), limits)).toMatchObject({ because: { slug: 'not-json' } });
    expect(strictJsonItems(bytes('{}'), limits)).toMatchObject({ because: { slug: 'invalid-request' } });
    expect(strictJsonItems(bytes('[1,2,3]'), { ...limits, itemsMax: 2 })).toMatchObject({
      because: { slug: 'batch-too-large', fields: { limit: 2 } },
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { genesis, lineDigest, placeOf, referenceOf, verifyChain, type ReadLine } from './hash-chain.js';

const chainOf = (texts: readonly string[], chain = 'w-0'): ReadLine[] => {
  let previous = genesis;
  return texts.map((text, sequence) => {
    const reference = referenceOf({ chain, sequence });
    const line = { reference, previous, body: new TextEncoder().encode(`${reference} ${previous} ${text}`) };
    previous = lineDigest(line.body);
    return line;
  });
};
const five = chainOf(['a', 'b', 'c', 'd', 'e']);

describe('a chain of audit lines', () => {
  it('is intact as it was written, and an empty one too', () => {
    expect(verifyChain(five)).toMatchObject({ kind: 'intact', lines: 5, head: lineDigest(five[4]!.body) });
    expect(verifyChain([])).toEqual({ kind: 'intact', lines: 0, head: genesis });
  });

  it('is intact when the log holds a line twice', () => {
    expect(verifyChain([five[0]!, five[1]!, five[0]!, five[1]!, five[2]!])).toMatchObject({ kind: 'intact', lines: 3 });
  });

  it.each<[string, ReadLine[]]>([
    ['missing', [five[0]!, five[2]!]],
    ['missing', five.slice(1)],
    ['missing', [five[0]!, five[2]!, five[1]!]],
    ['other-chain', [five[0]!, ...chainOf(['a', 'x'], 'w-1').slice(1)]],
    ['altered', [five[0]!, ...chainOf(['x', 'b']).slice(1)]],
    ['out-of-order', [five[0]!, five[1]!, { ...five[1]!, body: new Uint8Array([1]) }]],
  ])('shows that it is %s', (because, lines) => {
    expect(verifyChain(lines)).toMatchObject({ kind: 'broken', because });
  });

  it('gives another head when its tail was cut, so that a checkpoint finds it', () => {
    const whole = verifyChain(five);
    const cut = verifyChain(five.slice(0, 4));
    expect(cut.kind === 'intact' && whole.kind === 'intact' && cut.head !== whole.head).toBe(true);
  });

  it('breaks on any flipped bit before the last line', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(), fc.nat(7), (line, at, bit) => {
        const body = Uint8Array.from(five[line]!.body);
        body[at % body.length]! ^= 1 << bit;
        const altered = five.map((l, i) => (i === line ? { ...l, body } : l));
        expect(verifyChain(altered).kind).toBe('broken');
      }),
    );
  });
});

it('a reference names its place, and nothing else does', () => {
  expect(placeOf('w/x-0/12')).toEqual({ chain: 'w/x-0', sequence: 12 });
  for (const odd of ['', '/1', 'w', 'w/', 'w/-1', 'w/1e3', 'w/9007199254740993']) expect(placeOf(odd)).toBeUndefined();
});

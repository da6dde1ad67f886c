import { describe, expect, it } from '@jest/globals';
import { afterTrouble, closedCircuit, startProbe, type Circuit } from './circuit.js';
import { standardLadder } from './ladder.js';

const facts = { now: 1_000, ladder: standardLadder, chance: 0.5 };
const after = (keys: readonly string[], from: Circuit = closedCircuit) =>
  keys.reduce((circuit, key) => afterTrouble(circuit, key, facts), from);

describe('the circuit', () => {
  it('opens at the fifth distinct key, not at the fifth failure of one', () => {
    expect(after(['a', 'a', 'a', 'a', 'a', 'b', 'c', 'd']).kind).toBe('closed');
    expect(after(['a', 'b', 'c', 'd', 'e'])).toEqual({ kind: 'open', step: 1, probeAt: 1_000 + 25_000, since: 1_000 });
  });

  it('probes when its step has passed, and takes the next step when the probe fails, for ever', () => {
    let circuit = after(['a', 'b', 'c', 'd', 'e']);
    expect(startProbe(circuit, 25_999)).toBeUndefined();
    for (let step = 1; step < 20; step++) {
      const probing = startProbe(circuit, Number.MAX_SAFE_INTEGER);
      expect(probing).toEqual({ kind: 'probing', step, since: 1_000 });
      circuit = afterTrouble(probing!, 'a', facts);
      expect(circuit).toMatchObject({ kind: 'open', step: step + 1 });
    }
    expect(circuit).toMatchObject({ probeAt: 1_000 + 52_000_000 });
  });

  it('is not moved by what was on its way when it opened', () => {
    const open = after(['a', 'b', 'c', 'd', 'e']);
    expect(afterTrouble(open, 'f', facts)).toBe(open);
  });
});

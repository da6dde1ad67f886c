import { pauseMs, type Ladder } from './ladder.js';

/**
 * The state of a whole subscription towards its receiver.
 *
 * `closed`: delivers; `failing` are the keys that failed since the last delivery. `open`: the position stands still; at `probeAt`
 * (ms) one event is tried. `probing`: that one is on its way. A success closes from any state; a failed probe takes the next step
 * of the ladder, for ever: an open circuit never parks.
 */
export type Circuit =
  | { readonly kind: 'closed'; readonly failing: readonly string[] }
  | { readonly kind: 'open'; readonly step: number; readonly probeAt: number; readonly since: number }
  | { readonly kind: 'probing'; readonly step: number; readonly since: number };

export const closedCircuit: Circuit = { kind: 'closed', failing: [] };

/** Distinct keys that must fail, with nothing delivered in between, before the circuit opens: fewer could be bad events, not a bad receiver. */
export const failingKeysMax = 5;

export interface CircuitFacts {
  readonly now: number;
  readonly ladder: Ladder;
  /** In [0, 1). */
  readonly chance: number;
}

/** After a failure that is the receiver's: of an ordinary attempt for `key`, or of the probe. */
export function afterTrouble(circuit: Circuit, key: string, facts: CircuitFacts): Circuit {
  const { now, ladder, chance } = facts;
  const probeAt = (step: number) => now + pauseMs(ladder, { failure: step, chance, overloaded: false });
  switch (circuit.kind) {
    case 'closed': {
      if (circuit.failing.includes(key)) return circuit;
      const failing = [...circuit.failing, key];
      if (failing.length < failingKeysMax) return { kind: 'closed', failing };
      return { kind: 'open', step: 1, probeAt: probeAt(1), since: now };
    }
    case 'probing':
      return { kind: 'open', step: circuit.step + 1, probeAt: probeAt(circuit.step + 1), since: circuit.since };
    case 'open':
      return circuit;
    default:
      return circuit satisfies never;
  }
}

/** When the probe may leave: the circuit as `probing`; undefined when it is not open or not yet due. */
export const startProbe = (circuit: Circuit, now: number): Circuit | undefined =>
  circuit.kind === 'open' && circuit.probeAt <= now
    ? { kind: 'probing', step: circuit.step, since: circuit.since }
    : undefined;

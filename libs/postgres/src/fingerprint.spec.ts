import { describe, expect, it } from '@jest/globals';
import type { Input } from '@kruispunt/chain-engine';
import { fingerprint } from './fingerprint.js';

const event = (name: string): Input => ({ kind: 'event', name, id: 'x', source: 's', payload: {} });
const hex = (input: Input, error: string, chain = 'verhuis') => fingerprint(chain, input, error).toString('hex');

describe('the fingerprint of a fault', () => {
  it('is one for the same fault in another case, and another for another fault, input or chain', () => {
    const one = hex(event('A'), 'Error: no place for "VH-1" of 3e2d1c0b-1a29-4837-8655-443322110099 after 12 days');
    expect(hex(event('A'), 'Error: no place for "VH-2" of 00000000-1a29-4837-8655-443322110099 after 3 days')).toBe(
      one,
    );
    const others = [
      hex(event('A'), 'Error: no room for "VH-1"'),
      hex(event('B'), 'Error: no place for "VH-1" of 3e2d1c0b-1a29-4837-8655-443322110099 after 12 days'),
      hex(event('A'), 'Error: no place for "VH-1" of 3e2d1c0b-1a29-4837-8655-443322110099 after 12 days', 'geboorte'),
    ];
    expect(others).not.toContain(one);
  });
});

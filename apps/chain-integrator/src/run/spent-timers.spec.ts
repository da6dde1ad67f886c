import { describe, expect, it } from '@jest/globals';
import { applyBatch, instanceId, type Known } from '@kruispunt/chain-engine';
import { gemeentefusie } from '@kruispunt/chains';
import type { DueTimer } from '@kruispunt/postgres';
import { startOfDay } from '@kruispunt/term';
import { spentTimers } from './spent-timers.js';

const definitions = [gemeentefusie()];
const ingangsdatum = '2027-01-01';
const due = startOfDay(ingangsdatum);
const instance = instanceId('gemeentefusie', `FUSIE-11056-46030-${ingangsdatum}`);
const payload = {
  ...{ vanNis: '11056', naarNis: '46030', gefusioneerdMet: [], nieuweNamen: {}, ingangsdatum },
  ...{ provincieGewijzigd: false, tijdstipRegistratie: '2026-12-01T08:00:00.000Z' },
};
const announced = { kind: 'event', name: 'GemeenteGefusioneerdV1', id: 'e1', source: 's', payload } as const;
const begun = applyBatch(
  definitions,
  { states: new Map(), blocked: new Set() },
  [{ instance, chain: 'gemeentefusie', input: announced }],
  startOfDay('2026-12-01'),
);
const states = new Map([...begun.states].map(([id, { state }]) => [id, state]));
const timer = (gen = states.get(instance)!.timers['main/due']!.gen): DueTimer => ({
  ...{ instance, name: 'main/due', gen, chain: 'gemeentefusie', due },
});
/** The rows that go when a batch takes this timer at a moment. */
const spentAt = (now: number, taken: DueTimer, blocked: Known['blocked'] = new Set()) => {
  const known = { states, blocked };
  const item = {
    instance,
    chain: 'gemeentefusie',
    input: { kind: 'timer', timer: taken.name, gen: taken.gen },
  } as const;
  return spentTimers([taken], { known, result: applyBatch(definitions, known, [item], now) });
};

describe('the row of a timer', () => {
  it('goes when the timer rang', () => {
    expect(spentAt(due, timer())).toEqual([timer()]);
  });

  it('stays when the clock was set back between the look and the batch, so that nothing is lost', () => {
    expect(spentAt(due - 1, timer())).toEqual([]);
  });

  it('goes when its token has moved on', () => {
    expect(spentAt(due, timer(99))).toEqual([timer(99)]);
  });

  it('goes when the timer waits in an incident: it is tried again from there', () => {
    expect(spentAt(due, timer(), new Set([instance]))).toEqual([timer()]);
  });
});

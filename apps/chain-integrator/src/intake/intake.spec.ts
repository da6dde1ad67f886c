import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '@kruispunt/clock';
import type { Claim } from '@kruispunt/postgres';
import { InMemoryEventLog, InMemoryPartitionStore } from '@kruispunt/testkit';
import { Intake } from './intake.js';

/** The order of what the router does at the rim, in words. */
function bench() {
  const told: string[] = [];
  const note = (what: string) => Promise.resolve(void told.push(what));
  const store = new InMemoryPartitionStore(new InMemoryEventLog());
  const intake = new Intake({
    definitions: [],
    schemaIds: { idOf: () => 1, typeOf: () => undefined },
    database: {} as never,
    store,
    routing: {
      holders: () => Promise.resolve(new Map()),
      keep: () => note('kept'),
      tellAmbiguous: () => Promise.resolve(),
      routed: () => note('routed'),
    } as never,
    quarantine: { put: () => Promise.resolve() } as never,
    early: { deliver: () => note('delivered'), deliverLeft: () => note('looked after what was left') } as never,
    clock: new VirtualClock(0),
  });
  return { told, store, intake };
}
const batch = (claim: Claim, from: number) => ({
  topic: claim.topic,
  partition: claim.partition,
  from,
  next: from + 1,
  highWatermark: from + 1,
  entries: [],
});

describe('the router that takes a partition over', () => {
  it('looks after what the last owner left before it calls anything routed, once per claim', async () => {
    const { told, store, intake } = bench();
    const first = await store.claim('chain-intake', 'intake', 0, 'a');
    await intake.handle(first, batch(first, 0));
    await intake.handle(first, batch(first, 1));
    expect(told).toEqual(['looked after what was left', 'kept', 'routed', 'kept', 'routed']);
    told.length = 0;
    const second = await store.claim('chain-intake', 'intake', 0, 'b');
    await intake.idle(second, 2);
    await intake.idle(second, 2);
    expect(told).toEqual(['looked after what was left', 'routed']);
  });
});

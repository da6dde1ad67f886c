import { describe, expect, it } from '@jest/globals';
import type { Protocol } from '@kruispunt/policy';
import { Problem } from '@kruispunt/problem';
import { Protocols, type ProtocolSource } from './protocols.js';

const protocol = (version: number, change: Partial<Protocol> = {}): Protocol => ({
  id: 'P',
  version,
  parties: [],
  hoedanigheid: 'h',
  purpose: 'p',
  legalGround: 'l',
  eventTypes: [],
  fieldsPerType: {},
  fetchFields: {},
  territory: 'all',
  subjectScope: 'all',
  validFrom: '2020-01-01',
  validTo: null,
  channels: 'all',
  withdrawn: false,
  ...change,
});

/** A store in memory: what stands, which revision that is, and who holds a lease of which. */
class Store implements ProtocolSource {
  revision = 1;
  protocols: readonly Protocol[] = [protocol(1)];
  answers = true;
  reads = 0;
  granted: number | undefined;

  change(protocols: readonly Protocol[]): void {
    this.revision += 1;
    this.protocols = protocols;
  }
  snapshot(): ReturnType<ProtocolSource['snapshot']> {
    this.reads += 1;
    return Promise.resolve({ revision: this.revision, protocols: this.protocols });
  }
  grant(revision: number): Promise<boolean> {
    if (!this.answers) return Promise.reject(new Error('no database'));
    if (revision !== this.revision) return Promise.resolve(false);
    this.granted = revision;
    return Promise.resolve(true);
  }
  leave(): Promise<void> {
    this.granted = undefined;
    return Promise.resolve();
  }
}

const open = async () => {
  const store = new Store();
  const time = { ms: 0 };
  const protocols = new Protocols(store, { leaseMs: 5_000, elapsedMs: () => time.ms });
  await protocols.refresh();
  return { store, time, protocols };
};
const named = { protocol: 'P', protocolVersion: 1 };

describe('the protocols in memory', () => {
  it('decide only under a lease, and no longer than it lasts', async () => {
    const { store, time, protocols } = await open();
    expect(protocols.find(named)?.version).toBe(1);
    store.answers = false;
    time.ms = 4_999;
    await protocols.refresh().catch(() => undefined);
    expect(protocols.standing()).toBe(1);
    time.ms = 5_000;
    expect(protocols.standing()).toBeUndefined();
    expect(() => protocols.find(named)).toThrow(Problem);
    // What needs no protocol needs no lease.
    expect(protocols.find({})).toBeUndefined();
    expect(protocols.lastRead(named)?.version).toBe(1);
  });

  it('hold no lease of a revision that is over: what changed is read first', async () => {
    const { store, protocols } = await open();
    store.change([protocol(1, { withdrawn: true })]);
    await protocols.refresh();
    expect([store.granted, protocols.find(named)?.withdrawn]).toEqual([2, true]);
  });

  it('are read only when they changed: renewing costs one statement', async () => {
    const { store, protocols } = await open();
    for (let n = 0; n < 5; n++) await protocols.refresh();
    expect(store.reads).toBe(1);
    expect(protocols.find(named)).toBe(protocols.find(named));
  });

  it('judge who names a replaced version by the one that took its place', async () => {
    const { store, protocols } = await open();
    store.change([protocol(1, { withdrawn: true, supersededBy: 2 }), protocol(2)]);
    await protocols.refresh();
    expect(protocols.find(named)?.version).toBe(2);
  });

  it('count from the request for the lease, not from its answer', async () => {
    const { store, time } = await open();
    const slow: ProtocolSource = {
      snapshot: () => store.snapshot(),
      grant: (revision) => {
        time.ms += 3_000;
        return store.grant(revision);
      },
      leave: () => store.leave(),
    };
    const protocols = new Protocols(slow, { leaseMs: 5_000, elapsedMs: () => time.ms });
    await protocols.refresh();
    time.ms += 2_000;
    expect(protocols.standing()).toBeUndefined();
  });

  it('give the lease up when the process ends', async () => {
    const { store, protocols } = await open();
    await protocols.close();
    await protocols.refresh();
    expect([protocols.standing(), store.granted]).toEqual([undefined, undefined]);
  });
});

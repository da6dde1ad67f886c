import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyHash, planDigest, summarise } from './freeze.js';
import { compileRequest, intents, planItems, type Before, type Candidate, type PlanRequest } from './plan.js';

const allowed = { kind: 'allowed' as const, fields: ['dossier'], rule: 'P-1@1' };
const candidate = (offset: number, over: Partial<Candidate> = {}): Candidate => ({
  position: { topic: 'verhuis', partition: 0, offset },
  id: `e-${offset}`,
  source: 'urn:s',
  type: 'be.vlaanderen.bevolking.inschrijving-voltooid.v1',
  key: `k${offset % 3}`,
  loggedAt: 1_000 + offset,
  personal: true,
  before: 'parked',
  verdict: allowed,
  ...over,
});
const request: PlanRequest = { subscription: 'S', intent: 'failed', order: 'preserve', reason: 'certificaat verlopen' };
const states = (r: Partial<PlanRequest>, ...candidates: Candidate[]) =>
  planItems({ ...request, ...r }, candidates).items.map((i) => (i.reason ? `${i.state}:${i.reason}` : i.state));
const each: Before[] = ['parked', 'waiting', 'in-flight', 'delivered', 'undelivered'];

describe('a replay plan', () => {
  it('never mixes its three intents', () => {
    const candidates = each.map((before, i) => candidate(i, { before }));
    expect(states({ intent: 'failed' }, ...candidates)).toEqual(['queued', 'skipped:waiting']);
    expect(states({ intent: 'missing' }, ...candidates)).toEqual([
      'skipped:parked',
      'skipped:waiting',
      'skipped:in-flight',
      'queued',
    ]);
    expect(states({ intent: 'all' }, ...candidates)).toEqual([
      'queued',
      'skipped:waiting',
      'skipped:in-flight',
      'queued',
      'queued',
    ]);
  });

  it('says of each event it leaves out why it may not or cannot go', () => {
    expect(
      states(
        {},
        candidate(1, { verdict: { kind: 'suppressed', rule: 'P-1@1:withdrawn' } }),
        candidate(2, { verdict: { kind: 'cannot-tell', reason: 'territory-missing' } }),
        candidate(3, { verdict: undefined }),
      ),
    ).toEqual([
      'skipped:not-allowed:P-1@1:withdrawn',
      'skipped:cannot-tell:territory-missing',
      'skipped:payload-expired',
    ]);
  });

  it('reaches only what was asked', () => {
    const asks = (r: Partial<PlanRequest>, over: Partial<Candidate> = {}) =>
      compileRequest({ ...request, ...r })(candidate(5, over));
    expect(asks({ from: 1_005, to: 1_006 })).toBe(true);
    expect(asks({ from: 1_006 })).toBe(false);
    expect(asks({ to: 1_005 })).toBe(false);
    expect(asks({ types: ['be.vlaanderen.bevolking.*'] })).toBe(true);
    expect(asks({ types: ['be.vlaanderen.bevolking'] })).toBe(false);
    expect(asks({ types: ['be.vlaanderen+bevolking.*'] })).toBe(false);
    expect(asks({ key: 'k2' })).toBe(true);
    expect(asks({ key: 'k1' })).toBe(false);
    expect(asks({ eventIds: ['e-5'] })).toBe(true);
    expect(asks({ eventIds: [] })).toBe(false);
    expect(asks({ group: 'ab' }, { group: 'ab' })).toBe(true);
    expect(asks({ group: 'ab' })).toBe(false);
  });

  it('stops at its limit and says that there was more', () => {
    const three = [1, 2, 3].map((n) => candidate(n));
    expect(planItems({ ...request, limit: 2 }, three)).toMatchObject({ limited: true, items: { length: 2 } });
    expect(planItems({ ...request, limit: 3 }, three)).toMatchObject({ limited: false, items: { length: 3 } });
  });

  it('shows what will happen before anything is sent', () => {
    const { items } = planItems({ ...request, intent: 'all' }, [
      candidate(1),
      candidate(2, { before: 'delivered' }),
      candidate(4, { verdict: undefined }),
      candidate(7, { before: 'waiting' }),
    ]);
    expect(summarise(items, { limited: false, ratePerSecond: 4 })).toEqual({
      queued: 2,
      skipped: { 'payload-expired': 1, waiting: 1 },
      byType: { [candidate(1).type]: 2 },
      byState: { delivered: 1, parked: 2, waiting: 1 },
      subjects: 2,
      oldestAt: 1_001,
      newestAt: 1_002,
      payloadExpired: 1,
      notAllowed: 0,
      duplicates: 1,
      personal: true,
      limited: false,
      estimatedMs: 500,
    });
  });
});

describe('the digest of a plan', () => {
  const someCandidates = fc
    .uniqueArray(fc.nat(50), { maxLength: 20 })
    .chain((offsets) =>
      fc.tuple(...offsets.map((offset) => fc.constantFrom(...each).map((before) => candidate(offset, { before })))),
    );

  it('is the same for the same request on the same log, in whatever order the log was read', () => {
    fc.assert(
      fc.property(someCandidates, fc.constantFrom(...intents), (candidates, intent) => {
        const asked = { ...request, intent };
        const digest = (list: readonly Candidate[]) => planDigest(asked, planItems(asked, list).items);
        expect(digest([...candidates].reverse())).toBe(digest(candidates));
      }),
    );
  });

  it('changes with any item, the intent, the order and the subscription, and not with the reason', () => {
    const { items } = planItems(request, [candidate(1), candidate(2)]);
    const digest = planDigest(request, items);
    expect(planDigest({ ...request, intent: 'all' }, items)).not.toBe(digest);
    expect(planDigest({ ...request, order: 'independent' }, items)).not.toBe(digest);
    expect(planDigest({ ...request, subscription: 'T' }, items)).not.toBe(digest);
    expect(planDigest(request, items.slice(1))).not.toBe(digest);
    expect(planDigest(request, [{ ...items[0]!, state: 'skipped', reason: 'x' }, items[1]!])).not.toBe(digest);
    expect(planDigest({ ...request, reason: 'een andere reden' } as PlanRequest, items)).toBe(digest);
  });

  it('holds no key', () => {
    expect(keyHash('9f3b')).toMatch(/^[0-9a-f]{16}$/);
    expect(keyHash('9f3b')).not.toContain('9f3b');
  });
});

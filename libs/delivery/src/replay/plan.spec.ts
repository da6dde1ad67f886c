import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Freezing, keyHash } from './freeze.js';
import { compileRequest, intents, type Before, type Candidate, type PlanRequest } from './plan.js';

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
function freeze(r: Partial<PlanRequest>, candidates: readonly Candidate[]) {
  const freezing = new Freezing({ ...request, ...r });
  const items = candidates.flatMap((c) => freezing.take(c) ?? []);
  return { items, ...freezing.end(4) };
}
const states = (r: Partial<PlanRequest>, ...candidates: Candidate[]) =>
  freeze(r, candidates).items.map((i) => (i.reason ? `${i.state}:${i.reason}` : i.state));
const each: Before[] = ['before-start', 'parked', 'discarded', 'waiting', 'in-flight', 'delivered', 'undelivered'];

describe('a replay plan', () => {
  it('never mixes its three intents', () => {
    const candidates = each.map((before, i) => candidate(i, { before }));
    expect(states({ intent: 'failed' }, ...candidates)).toEqual(['queued', 'skipped:waiting']);
    expect(states({ intent: 'missing' }, ...candidates)).toEqual([
      'skipped:parked',
      'skipped:discarded',
      'skipped:waiting',
      'skipped:in-flight',
      'queued',
    ]);
    expect(states({ intent: 'all' }, ...candidates)).toEqual([
      'skipped:before-start',
      'queued',
      'skipped:discarded',
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
    expect(freeze({ limit: 2 }, three)).toMatchObject({ summary: { limited: true }, items: { length: 2 } });
    expect(freeze({ limit: 3 }, three)).toMatchObject({ summary: { limited: false }, items: { length: 3 } });
  });

  it('shows what will happen before anything is sent', () => {
    const { summary } = freeze({ intent: 'all' }, [
      candidate(1),
      candidate(2, { before: 'delivered' }),
      candidate(4, { verdict: undefined }),
      candidate(7, { before: 'waiting' }),
    ]);
    expect(summary).toEqual({
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

  const inOrder = (list: readonly Candidate[]) => [...list].sort((a, b) => a.position.offset - b.position.offset);

  it('is the same for the same request on the same log', () => {
    fc.assert(
      fc.property(someCandidates, fc.constantFrom(...intents), (candidates, intent) => {
        const digest = () => freeze({ intent }, inOrder(candidates)).digest;
        expect(digest()).toBe(digest());
      }),
    );
  });

  it('is made in log order or not at all', () => {
    expect(() => freeze({}, [candidate(2), candidate(1)])).toThrow('log order');
    expect(() => freeze({}, [candidate(2), candidate(2)])).toThrow('log order');
  });

  it('changes with any item, the intent, the order and the subscription, and not with the reason', () => {
    const two = [candidate(1), candidate(2)];
    const { digest } = freeze({}, two);
    expect(freeze({ intent: 'all' }, two).digest).not.toBe(digest);
    expect(freeze({ order: 'independent' }, two).digest).not.toBe(digest);
    expect(freeze({ subscription: 'T' }, two).digest).not.toBe(digest);
    expect(freeze({}, two.slice(1)).digest).not.toBe(digest);
    expect(freeze({}, [candidate(1, { verdict: undefined }), candidate(2)]).digest).not.toBe(digest);
    expect(freeze({ reason: 'een andere reden' }, two).digest).toBe(digest);
  });

  it('holds no key', () => {
    expect(keyHash('9f3b')).toMatch(/^[0-9a-f]{16}$/);
    expect(keyHash('9f3b')).not.toContain('9f3b');
  });
});

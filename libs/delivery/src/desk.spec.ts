import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '@kruispunt/clock';
import { Desk } from './desk.js';
import { standardLimits, type DeskLimits } from './desk-limits.js';
import { standardLadder } from './ladder.js';
import type { OrderPolicy } from './subscription.js';
import { Track } from './track.js';

const none = new Uint8Array();
const later = { kind: 'later', afterMs: 100, trouble: true, reason: none } as const;
const parked = { kind: 'parked', reason: none, record: 'why' } as const;

/** A desk with one live track, and what it gives. */
function given(limits: Partial<DeskLimits> = {}, orderPolicy: OrderPolicy = 'hold') {
  const desk = new Desk<string, string>({
    ladder: standardLadder,
    limits: { ...standardLimits, ...limits },
    orderPolicy,
    random: new SeededRandom(1),
  });
  const reader = { next: 0 };
  const track = new Track<string>('t', 0, 0, false);
  desk.add(track);
  track.join(reader);
  const offer = (key: string) => {
    const offset = reader.next++;
    const taken = desk.offer(track, { offset, key, eventId: `e${offset}`, bytes: 10, event: key });
    if (taken === 'full') reader.next -= 1;
    return taken;
  };
  const all = (now: number) => {
    const out = [];
    for (let a = desk.next(now); a; a = desk.next(now)) out.push(a);
    return out;
  };
  return { desk, track, offer, all, reader, change: (now = 0) => desk.takeChange(track, now) };
}

describe('the desk', () => {
  it('makes one attempt at a time per key, in log order, and many keys side by side', () => {
    const { desk, offer, all } = given();
    for (const key of ['a', 'a', 'b', 'a', 'b']) offer(key);
    const first = all(0);
    expect(first.map((a) => a.offset)).toEqual([0, 2]);
    desk.settle(first[1]!, { kind: 'delivered' }, 0);
    expect(all(0).map((a) => a.offset)).toEqual([4]);
    expect(all(0)).toEqual([]);
  });

  it('commits up to the first open event only, and counts what it passes', () => {
    const { desk, offer, all, change } = given();
    for (const key of ['a', 'b', 'c']) offer(key);
    const [a, b, c] = all(0);
    desk.settle(b!, { kind: 'delivered' }, 0);
    desk.settle(c!, { kind: 'suppressed', rule: 'r' }, 0);
    expect(change()?.ledger).toMatchObject({ next: 0, behind: true, matched: 0, delivered: 0 });
    desk.settle(a!, { kind: 'delivered' }, 0);
    expect(change()?.ledger).toMatchObject({
      next: 3,
      behind: false,
      matched: 3,
      delivered: 2,
      suppressed: new Map([['r', 1]]),
    });
    expect(change()).toBeUndefined();
  });

  it('holds only the key that waits, with what stands behind it, and lets it go on in order', () => {
    const { desk, offer, all, change } = given();
    for (const key of ['a', 'a', 'b']) offer(key);
    const [a, b] = all(0);
    desk.settle(a!, later, 0);
    desk.settle(b!, { kind: 'delivered' }, 0);
    offer('a');
    const { ledger, holds } = change()!;
    expect(ledger).toMatchObject({ next: 4, behind: false, matched: 4, delivered: 1 });
    expect(ledger.held.map((i) => i.offset)).toEqual([0, 1, 3]);
    expect(holds.written).toMatchObject([{ key: 'a', failures: 1, hold: { state: 'waiting', nextAt: 100 } }]);
    expect(all(99)).toEqual([]);
    const again = all(100);
    expect(again).toMatchObject([{ offset: 0, attempt: 2, event: undefined }]);
    desk.settle(again[0]!, { kind: 'delivered' }, 100);
    for (let [next] = all(100); next; [next] = all(100)) desk.settle(next, { kind: 'delivered' }, 100);
    const end = change()!;
    expect(end.ledger).toMatchObject({ matched: 0, delivered: 3 });
    expect(end.ledger.heldGone.map((i) => i.offset)).toEqual([0, 1, 3]);
    expect(end.holds.gone).toEqual(['a']);
  });

  it('parks and holds the key until a person decides; the other keys go on', () => {
    const { desk, offer, all, track } = given();
    for (const key of ['a', 'a']) offer(key);
    desk.settle(all(0)[0]!, parked, 0);
    expect(all(10 ** 9)).toEqual([]);
    offer('b');
    expect(all(0).map((a) => a.key)).toEqual(['b']);
    desk.release(track, 'a', 5);
    expect(all(5).map((a) => a.offset)).toEqual([1]);
  });

  it('stores a key as parked no sooner than the event it is parked for (delivery seed 600006939)', () => {
    const { desk, offer, all, change } = given();
    for (const key of ['a', 'a', 'b']) offer(key);
    const [first, open] = all(0);
    desk.settle(first!, later, 0);
    offer('a');
    expect(change()?.holds.written).toMatchObject([{ key: 'a', hold: { state: 'waiting' } }]);
    for (const offset of [0, 1])
      desk.settle(
        all(100).find((a) => a.offset === offset)!,
        { kind: 'delivered' },
        100,
      );
    desk.settle(all(100)[0]!, parked, 100);
    const before = change(100)!;
    expect(before.ledger).toMatchObject({ next: 2, parked: [] });
    expect(before.holds.written).toMatchObject([{ key: 'a', hold: { state: 'waiting' } }]);
    desk.settle(open!, { kind: 'delivered' }, 100);
    const after = change(100)!;
    expect(after.ledger.parked).toMatchObject([{ offset: 3, key: 'a' }]);
    expect(after.holds.written).toMatchObject([{ key: 'a', hold: { state: 'parked' } }]);
    expect(change(100)).toBeUndefined();
  });

  it('lets the key go on under `release`, and says what is missing until it has been said', () => {
    const { desk, offer, all } = given({}, 'release');
    for (const key of ['a', 'a', 'a', 'a']) offer(key);
    desk.settle(all(0)[0]!, parked, 0);
    desk.settle(all(0)[0]!, parked, 0);
    const [third] = all(0);
    expect(third).toMatchObject({ offset: 2, gap: ['e0', 'e1'] });
    desk.settle(third!, { kind: 'delivered' }, 0);
    expect(all(0)).toMatchObject([{ offset: 3, gap: [] }]);
  });

  it('stands still when five keys fail with nothing delivered, probes with one event, and takes all up again', () => {
    const { desk, offer, all, change, track, reader } = given();
    for (let i = 0; i < 40; i++) offer(`k${i}`);
    for (const a of all(0)) desk.settle(a, later, 0);
    expect(desk.circuit).toMatchObject({ kind: 'open', step: 1 });
    expect(desk.hasRoom()).toBe(false);
    expect(track.live).toBe(false);
    const { ledger } = change()!;
    expect(ledger).toMatchObject({ next: 16, behind: true, matched: 16 });
    expect(ledger.held).toHaveLength(16);
    expect(all(100)).toEqual([]);
    const probeAt = desk.wakeAt()!;
    const probe = all(probeAt);
    expect(probe).toHaveLength(1);
    desk.settle(probe[0]!, { kind: 'delivered' }, probeAt);
    expect(desk.circuit.kind).toBe('closed');
    expect(track.frontier).toBe(16);
    expect(reader.next).toBe(40);
    expect(all(probeAt)).toHaveLength(15);
  });

  it('does not climb the ladder of an event that only probes', () => {
    const { desk, offer, all } = given();
    for (let i = 0; i < 5; i++) offer(`k${i}`);
    for (const a of all(0)) desk.settle(a, later, 0);
    for (let i = 0; i < 20; i++) {
      const [probe] = all(desk.wakeAt()!);
      expect(probe!.attempt).toBe(2);
      desk.settle(probe!, later, 0);
    }
  });

  it('is full at its bounds, and has room again when something was delivered', () => {
    const { desk, offer, all } = given({ queuedMax: 2 });
    expect([offer('a'), offer('b'), offer('c')]).toEqual(['taken', 'taken', 'full']);
    desk.settle(all(0)[0]!, { kind: 'delivered' }, 0);
    expect(offer('c')).toBe('taken');
  });

  it('never lets one open event keep more outcomes back than the bound: it becomes an exception, still on its way', () => {
    const { desk, offer, all, change } = given({ blockedMax: 3 });
    for (const key of ['slow', 'b', 'c', 'd', 'e']) offer(key);
    const [slow, ...others] = all(0);
    for (const a of others) desk.settle(a, { kind: 'delivered' }, 0);
    expect(change()?.ledger).toMatchObject({ next: 5, matched: 5, delivered: 4, held: [{ offset: 0 }] });
    desk.settle(slow!, { kind: 'delivered' }, 0);
    expect(change()?.ledger).toMatchObject({ delivered: 1, heldGone: [{ offset: 0 }] });
  });

  it('loses no step of the ladder when nothing left the house', () => {
    const { desk, offer, all } = given();
    offer('a');
    desk.settle(all(0)[0]!, { kind: 'postponed', afterMs: 50 }, 0);
    expect(all(49)).toEqual([]);
    expect(all(50)).toMatchObject([{ offset: 0, attempt: 1 }]);
  });

  it('pauses and goes on where it stood', () => {
    const { desk, offer, all, track } = given();
    for (const key of ['a', 'b']) offer(key);
    desk.pause(true, 0);
    expect(all(0)).toEqual([]);
    expect(track.frontier).toBe(0);
    desk.pause(false, 0);
    expect(desk.offer(track, { offset: 0, key: 'a', eventId: 'e0', bytes: 1, event: 'a' })).toBe('taken');
    expect(all(0)).toHaveLength(1);
  });
});

const batching: DeskLimits = { ...standardLimits, batchMax: 3 };
const spread = (n: number) => Array.from({ length: n }, (_, i) => ({ key: `k${i}`, offset: i }));

describe('a batch', () => {
  const filled = (items: readonly { key: string; offset: number }[], orderPolicy: OrderPolicy = 'hold') => {
    const desk = new Desk<string, string>({
      ladder: standardLadder,
      limits: batching,
      orderPolicy,
      random: new SeededRandom(1),
    });
    const track = new Track<string>('t', 0, 0, true);
    desk.add(track);
    for (const { key, offset } of items)
      desk.offer(track, { key, offset, eventId: `e${offset}`, bytes: 10, event: 'x' });
    return { desk, track };
  };

  it('is of distinct keys, and counts as one request', () => {
    const { desk } = filled(spread(7));
    const requests = [desk.nextRequest(0), desk.nextRequest(0), desk.nextRequest(0), desk.nextRequest(0)];
    expect(requests.map((r) => r.map((a) => a.key))).toEqual([['k0', 'k1', 'k2'], ['k3', 'k4', 'k5'], ['k6'], []]);
    expect(desk.inFlight).toBe(3);
    for (const attempt of requests[0]!) desk.settle(attempt, { kind: 'delivered' }, 0);
    expect(desk.inFlight).toBe(2);
  });

  it('is of one key in order when no other is ready, and goes on behind what was delivered', () => {
    const { desk, track } = filled([0, 1, 2, 3].map((offset) => ({ key: 'k', offset })));
    const first = desk.nextRequest(0);
    expect(first.map((a) => a.offset)).toEqual([0, 1, 2]);
    expect(desk.nextRequest(0)).toEqual([]);
    for (const attempt of first) desk.settle(attempt, { kind: 'delivered' }, 0);
    expect(desk.inFlight).toBe(0);
    expect(desk.nextRequest(0).map((a) => a.offset)).toEqual([3]);
    expect(desk.takeChange(track, 0)?.ledger).toMatchObject({ next: 3, delivered: 3 });
  });

  it('of one key stops at the one that was parked: what comes behind it never left', () => {
    const { desk, track } = filled([0, 1, 2].map((offset) => ({ key: 'k', offset })));
    const [a, b, c] = desk.nextRequest(0);
    desk.settle(a!, { kind: 'delivered' }, 0);
    desk.settle(b!, parked, 0);
    desk.settle(c!, { kind: 'postponed', afterMs: 0 }, 0);
    expect(desk.inFlight).toBe(0);
    expect(desk.nextRequest(0)).toEqual([]);
    expect(desk.takeChange(track, 0)?.ledger).toMatchObject({
      delivered: 1,
      parked: [{ offset: 1 }],
      held: [{ offset: 2 }],
    });
  });

  it('carries nothing that failed before: who was in bad company goes alone', () => {
    const { desk } = filled(spread(3));
    for (const [i, attempt] of desk.nextRequest(0).entries())
      desk.settle(attempt, { kind: 'later', afterMs: 100, trouble: i === 0, reason: none }, 0);
    expect(desk.nextRequest(100).map((x) => x.key)).toHaveLength(1);
    expect(desk.circuit).toMatchObject({ kind: 'closed' });
  });

  it('changes its size and its limit of requests while it works', () => {
    const { desk } = filled(spread(6));
    desk.change({ inFlightMax: 1, batchMax: 2, rateMax: undefined });
    expect(desk.nextRequest(0)).toHaveLength(2);
    expect(desk.nextRequest(0)).toHaveLength(0);
    desk.change({ inFlightMax: 3, batchMax: 1, rateMax: undefined });
    expect([desk.nextRequest(0), desk.nextRequest(0), desk.nextRequest(0)].map((r) => r.length)).toEqual([1, 1, 0]);
  });

  it('goes no faster than the subscriber’s own ceiling', () => {
    const { desk } = filled(spread(7));
    desk.change({ inFlightMax: 9, batchMax: 3, rateMax: 4 });
    expect([desk.nextRequest(5_000), desk.nextRequest(5_000), desk.nextRequest(5_000)].map((r) => r.length)).toEqual([
      3, 1, 0,
    ]);
    expect(desk.wakeAt()).toBe(5_250);
    expect(desk.nextRequest(5_250)).toHaveLength(1);
  });
});

describe('a gap (order policy `release`)', () => {
  it('is told with the next event of its key, and kept until then', () => {
    const make = (held: Parameters<Desk<string, string>['add']>[1], next: number) => {
      const desk = new Desk<string, string>({
        ladder: standardLadder,
        limits: batching,
        orderPolicy: 'release',
        random: new SeededRandom(1),
      });
      const track = new Track<string>('t', 0, next, true);
      desk.add(track, held);
      return { desk, track };
    };
    const offer = (desk: Desk<string, string>, track: Track<string>, offset: number) =>
      desk.offer(track, { key: 'k', offset, eventId: `e${offset}`, bytes: 10, event: 'x' });
    const before = make([], 0);
    offer(before.desk, before.track, 0);
    before.desk.settle(before.desk.next(0)!, parked, 0);
    const stored = before.desk.takeChange(before.track, 0)!.holds.written;
    expect(stored).toEqual([{ key: 'k', failures: 0, hold: undefined, gap: [{ offset: 0, eventId: 'e0' }] }]);

    const after = make([{ key: 'k', failures: 0, hold: undefined, events: [], gap: stored[0]!.gap }], 1);
    offer(after.desk, after.track, 1);
    const attempt = after.desk.next(0)!;
    expect(attempt.gap).toEqual(['e0']);
    after.desk.settle(attempt, { kind: 'delivered' }, 0);
    expect(after.desk.takeChange(after.track, 0)!.holds).toEqual({ written: [], gone: ['k'] });
    offer(after.desk, after.track, 2);
    expect(after.desk.next(0)!.gap).toEqual([]);
  });
});

describe('what retention took', () => {
  it('is said once, with its range, when the position has passed it', () => {
    const track = new Track<string>('t', 0, 5, true);
    track.enter({ offset: 6, key: 'k', eventId: 'e6' });
    track.pass(20);
    expect(track.takeChange()?.passed ?? []).toEqual([]);
    track.settle({ offset: 6, key: 'k', eventId: 'e6' }, { kind: 'delivered' });
    expect(track.takeChange()).toMatchObject({ next: 20, passed: [{ from: 7, to: 20 }], delivered: 1 });
    track.pass(15);
    expect(track.takeChange()).toBeUndefined();
  });
});

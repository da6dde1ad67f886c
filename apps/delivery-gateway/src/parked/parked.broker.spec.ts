import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PostgresParkedStore, PostgresPositionStore } from '@kruispunt/postgres';
import {
  clock,
  difference,
  openReplayWorld,
  openScene,
  operator,
  type,
  type ReplayWorld,
  type Scene,
} from '../replay/replay-scene.kit.js';
import { discard, notePark, restore } from './act-on-parked.js';
import { exportParked } from './export-parked.js';
import { eraseDue } from './keep-tidy.js';
import { listGroups, selectionOf, showParked } from './list-parked.js';
import { ParkedParts } from './parked-parts.js';
import { retryParked } from './retry-parked.js';

let world: ReplayWorld;
let aheadMs = 0;
const later = { now: () => clock.now() + aheadMs };

beforeAll(async () => {
  world = await openReplayWorld();
}, 60_000);
afterAll(() => world.close());

/** Parked events of one subscription, in a group of their own. */
async function scene(n: number, options: Parameters<typeof openScene>[2] = {}) {
  const s = await openScene(world, n, options);
  const group = randomUUID().replaceAll('-', '');
  await world.sql('t-group', `update parked set fingerprint = decode($2, 'hex'), payload = 'sealed' where sub = $1`, [
    s.subscription.id,
    group,
  ]);
  const store = new PostgresParkedStore(world.database);
  const parts = new ParkedParts(store, s.parts.stores.acts, s.parts.audit, later, s.parts);
  return { ...s, parked: parts, group, store };
}
const an = operator('an');
const why = { reason: 'afgesproken met de ontvanger', dryRun: false };
const auditEnd = async (s: Scene) =>
  (await s.parts.log.admin.offsets('be.vlaanderen.kruispunt.audit.v1')).reduce((sum, { next }) => sum + next, 0);
const keys = (s: Scene) =>
  world.sql('t-keys', 'select state, gap from held_key where sub = $1 order by key', [s.subscription.id]);

describe('a discard', () => {
  it('sets a group aside, lets its keys go on and tells the receiver what it will not get', async () => {
    const s = await scene(2);
    await world.sql(
      't-behind',
      `insert into held_event (sub, topic, part, key, off, event_id) select sub, topic, part, key, off + 1000, 'behind' from parked where sub = $1`,
      [s.subscription.id],
    );
    await world.sql(
      't-count',
      `update position p set matched = matched + (select count(*) from held_event h where h.sub = p.sub and h.part = p.part) where sub = $1`,
      [s.subscription.id],
    );
    const acted = await discard(s.parked, an, selectionOf(s.group), why);
    expect(acted).toMatchObject({
      verb: 'discard',
      subscriptions: [{ subscription: s.subscription.id, events: 2, keysFreed: 2, eventsBehind: 2 }],
    });
    expect(await s.store.list({ subscription: s.subscription.id, limit: 9 })).toEqual([]);
    expect(await s.store.list({ subscription: s.subscription.id, discarded: true, limit: 9 })).toHaveLength(2);
    await world.sql(
      't-release-owner',
      `insert into partition_owner (consumer, topic, part, epoch) select distinct 'delivery', topic, part, 7 from held_key where sub = $1
       on conflict (consumer, topic, part) do update set epoch = 7`,
      [s.subscription.id],
    );
    const parts = await world.sql('t-release-parts', 'select distinct part from held_key where sub = $1', [
      s.subscription.id,
    ]);
    const positions = new PostgresPositionStore(world.database);
    const held = (epoch: number) => parts.map(({ part }) => ({ topic: type.topic, partition: Number(part), epoch }));
    expect(await positions.takeReleased(held(6))).toEqual({ released: [], lost: held(6) });
    const { released } = await positions.takeReleased(held(7));
    expect(await positions.takeReleased(held(7))).toEqual({ released: [], lost: [] });
    const mine = released.filter((one) => one.subscription === s.subscription.id);
    expect(mine.flatMap(({ gap }) => gap.map(({ eventId }) => eventId)).sort()).toEqual([...s.ids].sort());
    expect(await difference(s)).toEqual({ d: 0, p: 0 });
    await expect(discard(s.parked, an, selectionOf(s.group), why)).rejects.toMatchObject({ slug: 'conflict' });
  });

  it('is undone within 30 days, by event or by group; the books balance at each step', async () => {
    const s = await scene(3);
    const [first] = await s.store.list({ subscription: s.subscription.id, limit: 1 });
    await discard(s.parked, an, selectionOf(first!.id), why);
    expect(await difference(s)).toEqual({ d: 0, p: 2 });
    await discard(s.parked, an, selectionOf(s.group), why);
    expect(await difference(s)).toEqual({ d: 0, p: 0 });
    expect(await restore(s.parked, an, selectionOf(s.group), why)).toMatchObject({ subscriptions: [{ events: 3 }] });
    expect(await difference(s)).toEqual({ d: 0, p: 3 });
    await expect(restore(s.parked, an, selectionOf(s.group), why)).rejects.toMatchObject({ slug: 'conflict' });
  });

  it('can no longer be undone after 30 days: the payload is erased, the place stays', async () => {
    const s = await scene(2);
    await discard(s.parked, an, selectionOf(s.group), why);
    aheadMs += 30 * 86_400_000 - 60_000;
    expect(await eraseDue({ ...s.parts.operator, clock: later })).toBe(0);
    aheadMs += 120_000;
    expect(await eraseDue({ ...s.parts.operator, clock: later })).toBeGreaterThanOrEqual(2);
    await expect(restore(s.parked, an, selectionOf(s.group), why)).rejects.toMatchObject({ slug: 'conflict' });
    expect(
      await world.sql('t-left', 'select distinct payload, error from parked where sub = $1', [s.subscription.id]),
    ).toEqual([{ payload: null, error: { class: '500', reason: 'erased' } }]);
    expect(await difference(s)).toEqual({ d: 0, p: 0 });
  });

  it('that is rehearsed says the same, changes nothing and leaves no line', async () => {
    const s = await scene(2);
    const before = await auditEnd(s);
    const rehearsed = await discard(s.parked, an, selectionOf(s.group), { ...why, dryRun: true });
    expect(rehearsed.subscriptions).toMatchObject([{ events: 2, keysFreed: 2 }]);
    expect(await auditEnd(s)).toBe(before);
    expect(await difference(s)).toEqual({ d: 0, p: 2 });
    expect(new Set((await keys(s)).map(({ state }) => state))).toEqual(new Set(['parked']));
  });

  it('does not happen without its audit line', async () => {
    const s = await scene(1);
    const silent = { append: () => Promise.reject(new Error('no audit')) };
    const parts = new ParkedParts(s.store, s.parts.stores.acts, silent, later, s.parts);
    await expect(discard(parts, an, selectionOf(s.group), why)).rejects.toThrow('no audit');
    expect(await difference(s)).toEqual({ d: 0, p: 1 });
  });
});

describe('a group', () => {
  it('carries a note and who looks at it, also for what joins it later', async () => {
    const s = await scene(2);
    await notePark(s.parked, an, selectionOf(s.group), { ...why, note: 'certificaat verlopen' });
    await notePark(s.parked, an, selectionOf(s.group), { ...why, assignee: 'bo' });
    const rows = await s.store.list({ group: s.group, limit: 9 });
    expect(rows.map(({ note, assignee }) => [note, assignee])).toEqual([
      ['certificaat verlopen', 'bo'],
      ['certificaat verlopen', 'bo'],
    ]);
    await notePark(s.parked, an, selectionOf(rows[0]!.id), { ...why, note: 'deze eerst' });
    await notePark(s.parked, an, selectionOf(s.group), { ...why, note: null });
    const after = await s.store.list({ group: s.group, limit: 9 });
    expect(after.map(({ note }) => note).sort()).toEqual(['deze eerst', null]);
    expect(new Set(after.map(({ assignee }) => assignee))).toEqual(new Set(['bo']));
    await expect(notePark(s.parked, an, selectionOf('ab'.repeat(16)), { ...why, note: 'niets' })).rejects.toMatchObject(
      { slug: 'not-found' },
    );
  });

  it.each(['reason', 'type', 'subscription', 'key'] as const)('is found by %s, and never shows a key', async (by) => {
    const s = await scene(4, { keys: 2 });
    const mine = {
      reason: s.group,
      type: type.type,
      subscription: s.subscription.id,
      key: (await s.parts.stores.plans.items((await retryParked(s.parked, an, s.group, why)).id, { limit: 1 }))[0]!
        .keyHash,
    }[by];
    const groups = (await listGroups(s.store, { by })) as { groups: { group: string; count: number; keys: number }[] };
    const found = groups.groups.find(({ group }) => group === mine);
    expect(found?.count).toBeGreaterThanOrEqual(by === 'key' ? 2 : 4);
    if (by === 'key') expect(found?.keys).toBe(1);
    expect(JSON.stringify(groups)).not.toContain('urn:kruispunt:dossier');
  });

  it('is retried as a plan of that group and of nothing else', async () => {
    const [s, other] = [await scene(3), await scene(2)];
    const plan = await retryParked(s.parked, an, s.group, why);
    expect(plan).toMatchObject({
      subscription: s.subscription.id,
      request: { group: s.group },
      summary: { queued: 3 },
    });
    const [one] = await other.store.list({ group: other.group, limit: 1 });
    expect(await retryParked(other.parked, an, one!.id, why)).toMatchObject({ summary: { queued: 1 } });
    await discard(s.parked, an, selectionOf(s.group), why);
    await expect(retryParked(s.parked, an, s.group, why)).rejects.toMatchObject({ slug: 'not-found' });
  });
});

it('an export is a file without payloads and keys, and leaves a line; rehearsed it is empty', async () => {
  const s = await scene(3);
  const before = await auditEnd(s);
  const query = { subscription: s.subscription.id, limit: 1 };
  const jsonl = await exportParked(s.parked, an, query, { ...why, format: 'jsonl' });
  expect(await auditEnd(s)).toBeGreaterThan(before);
  const lines = jsonl.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { eventId: string });
  expect(lines.map(({ eventId }) => eventId).sort()).toEqual([...s.ids].sort());
  const csv = await exportParked(s.parked, an, query, { ...why, format: 'csv' });
  expect(csv.body.split('\r\n')).toHaveLength(5);
  for (const { body } of [jsonl, csv]) expect(body).not.toContain('urn:kruispunt:dossier');
  expect((await exportParked(s.parked, an, query, { ...why, dryRun: true, format: 'jsonl' })).body).toBe('');
});

it('one event is shown by its id, discarded or not', async () => {
  const s = await scene(1);
  const [row] = await s.store.list({ group: s.group, limit: 1 });
  await discard(s.parked, an, selectionOf(row!.id), why);
  expect(await showParked(s.store, row!.id)).toMatchObject({ kind: 'Parked', discardedBy: 'an', copyKept: true });
  expect(await showParked(s.store, s.ids[0]!)).toMatchObject({ kind: 'Parked', discardReason: why.reason });
  await expect(showParked(s.store, randomUUID())).rejects.toMatchObject({ slug: 'not-found' });
});

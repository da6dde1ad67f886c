import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freshDatabase } from '@kruispunt/testkit';
import { openDatabase, type Database } from './database.js';
import { PostgresGapStore } from './gap-store.js';
import { migrate } from './migrate.js';
import { PostgresPositionStore } from './position-store.js';

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
const id = randomUUID();
const at = { topic: 't', partition: 0 };

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openDatabase(fresh.url);
  await migrate(database);
  await database.query({
    name: 'spec-sub',
    text: `insert into subscription (id, name, org, hoedanigheid, types, channel, state) values ($1, 'n', 'OVO999301', 'h', '{}', 'PULL', 'paused')`,
    values: [id],
  });
  await database.query({
    name: 'spec-pos',
    text: `insert into position (sub, topic, part, next, behind) values ($1, 't', 0, 5, true)`,
    values: [id],
  });
});
afterAll(async () => {
  await database?.close();
  await fresh?.drop();
});

it('finds who stands below a boundary, and warns of one position once, however often it is asked', async () => {
  const gaps = new PostgresGapStore(database);
  expect(await gaps.below('t', 0, 5)).toEqual([]);
  expect(await gaps.below('t', 0, 6)).toEqual([{ id, org: 'OVO999301', next: 5 }]);
  const warning = { owner: { id, org: 'OVO999301' }, from: 5, to: 9, expectedAt: Date.now() };
  const warn = (from: number) => database.transaction((tx) => gaps.warn(tx, at, [{ ...warning, from }]));
  expect(await warn(5)).toHaveLength(1);
  expect(await warn(5)).toEqual([]);
  expect(await warn(6)).toEqual([]);
});

it('keeps what retention took with the position that passed it, and a gap of a key over a restart', async () => {
  const positions = new PostgresPositionStore(database);
  const gap = [{ offset: 3, eventId: 'e3' }];
  const ledger = {
    next: 20,
    behind: true,
    matched: 0,
    delivered: 0,
    suppressed: new Map(),
    held: [],
    heldGone: [],
    parked: [],
  };
  const holds = { written: [{ key: 'k', failures: 0, hold: undefined, gap }], gone: [] };
  const change = { ledger: { ...ledger, passed: [{ from: 5, to: 20 }] }, holds };
  await database.transaction((tx) => positions.write(tx, 't', 0, [{ subscription: id, change }]));
  const rows = await database.query({
    name: 'spec-gaps',
    text: `select kind, from_off, to_off from delivery_gap where kind = 'OPGETREDEN'`,
  });
  expect(rows).toEqual([{ kind: 'OPGETREDEN', from_off: 5, to_off: 20 }]);
  await database.query({
    name: 'spec-push',
    text: `update subscription set channel = 'KAFKA' where id = $1`,
    values: [id],
  });
  expect(await positions.load('t', 0)).toMatchObject([
    { subscription: id, next: 20, lanes: [{ key: 'k', hold: undefined, gap, events: [] }] },
  ]);
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InMemoryAuditTrail } from '@kruispunt/audit';
import {
  chain,
  firstBroken,
  fold,
  instanceId,
  migrationPlan,
  outline,
  type ChainDefinition,
  type Item,
} from '@kruispunt/chain-engine';
import { SystemTimers, VirtualClock } from '@kruispunt/clock';
import { ev, eventTypes, type SchemaIds } from '@kruispunt/contracts';
import { partitionOfKey } from '@kruispunt/kafka';
import type { Caller } from '@kruispunt/policy';
import {
  migrate,
  openDatabase,
  PostgresChainIncidents,
  PostgresChainOrders,
  PostgresChainRouting,
  PostgresChainStore,
  PostgresChainView,
  PostgresPartitionStore,
  PostgresQuarantine,
  type Claim,
  type Database,
} from '@kruispunt/postgres';
import type { Log } from '@kruispunt/telemetry';
import { startOfDay } from '@kruispunt/term';
import { freshDatabase, InMemoryEventLog } from '@kruispunt/testkit';
import { OrderDesk } from '../operate/order-desk.js';
import { EarlyDelivery } from '../run/early-delivery.js';
import { ketenIn } from '../run/keten-in.js';
import { Orders } from '../run/orders.js';
import { Run } from '../run/run.js';
import { Watermark } from '../run/watermark.js';
import { adopt, adoptions } from './adopt.js';
import { MigrationDesk } from './migration-desk.js';

interface Vars {
  readonly dossier: string;
  readonly op: string;
  readonly kapot: boolean;
}

const begun = (version: number, adopts?: readonly number[]) =>
  chain('proef', { version, owner: 'OVO002949', events: ev, ...(adopts && { adopts }) })
    .state<Vars>({ dossier: (v) => v.dossier, gemeente: () => '24062' })
    .key('dossier', {
      of: (v) => [v.dossier],
      from: { AdreswijzigingAangegevenV1: (e) => [e.dossier], WoonstcontroleUitgevoerdV1: (e) => [e.dossier] },
      early: 'park',
      afterEnd: 'keep',
    })
    .start('AdreswijzigingAangegevenV1', { key: 'dossier', toestand: 'Begonnen', to: ['wacht'] }, (e) => ({
      vars: { dossier: e.dossier, op: e.aangiftedatum, kapot: e.nisNieuw === '00000' },
      to: 'wacht',
    }))
    .wait('wacht', { toestand: 'Wachtend' }, (w) =>
      w
        .event('WoonstcontroleUitgevoerdV1', { to: ['klaar'] }, () => ({ to: 'klaar' }))
        .term('verhuis.woonstcontrole', { from: (v) => v.op, to: ['klaar'] }, () => ({ to: 'klaar' })),
    )
    .end('klaar', { toestand: `Klaar${version}` });
const one = begun(1).build();
const two = begun(2)
  .wait('nazien', { toestand: 'Nazien' }, (w) =>
    w
      .event('WoonstcontroleUitgevoerdV1', { to: ['klaar'] }, () => ({ to: 'klaar' }))
      .term('verhuis.woonstcontrole', { from: (v) => v.op, remindBefore: [2], to: ['klaar'] }, () => ({ to: 'klaar' })),
  )
  .build();
const three = begun(3, [2])
  .wait('nazien', { toestand: 'Nazien' }, (w) =>
    w
      .event('WoonstcontroleUitgevoerdV1', { to: ['klaar'] }, () => ({ to: 'klaar' }))
      .term('verhuis.woonstcontrole', { from: (v) => v.op, to: ['klaar'] }, () => ({ to: 'klaar' })),
  )
  .build();
const plan = migrationPlan('proef-1-2', {
  ...{ from: one, to: two, places: { wacht: 'nazien' }, terms: { wacht: 'restart' } },
  vars: (v: Vars) => {
    if (v.kapot) throw new Error('kapot');
    return v;
  },
});

const partitions = 2;
const day = '2026-04-20';
const schemaIds: SchemaIds = {
  idOf: (type) => eventTypes.findIndex((t) => t.type === type.type) + 1,
  typeOf: (id) => eventTypes[id - 1],
};
const operator: Caller = { organisation: 'OVO002949', nis: [], scopes: ['kruispunt.repair'], subject: 'operator' };
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} } as unknown as Log;
const clock = new VirtualClock(startOfDay(day) + 9 * 3_600_000);

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
let view: PostgresChainView;
let claims: readonly Claim[];
let store: PostgresPartitionStore;
let orderStore: PostgresChainOrders;
let open = true;
let serving: Promise<void>;

/** What a process is that carries these versions; the first carries the oldest alone. */
function carrying(definitions: readonly ChainDefinition[], plans = [plan, ...adoptions(definitions)]) {
  const routing = new PostgresChainRouting(database);
  const log = new InMemoryEventLog();
  const early = new EarlyDelivery(routing, log, new Watermark({ offsets: () => Promise.resolve([]) }, routing, []));
  const parts = { definitions, plans, schemaIds, routing, incidents: new PostgresChainIncidents(), clock };
  const quarantine = new PostgresQuarantine(database);
  const run = new Run({ ...parts, store, chains: new PostgresChainStore(), quarantine, early, log: silent });
  const orders = new Orders({ ...parts, run, orders: orderStore, partitions });
  const audit = new InMemoryAuditTrail();
  const timers = new SystemTimers();
  const needsSecond = () => false;
  const desk = new OrderDesk({
    database,
    store: orderStore,
    orders,
    run,
    audit,
    clock,
    timers,
    partitions,
    needsSecond,
  });
  return { run, orders, audit, desk: new MigrationDesk({ definitions, plans, view, orders: desk, clock }) };
}
let old: ReturnType<typeof carrying>;
let now: ReturnType<typeof carrying>;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openDatabase(fresh.url, { sessionsMax: 6 });
  await migrate(database);
  store = new PostgresPartitionStore(database, new InMemoryEventLog());
  orderStore = new PostgresChainOrders(database);
  view = new PostgresChainView(database);
  claims = await Promise.all(
    Array.from({ length: partitions }, (_, part) => store.claim('chain', ketenIn, part, 'spec')),
  );
  old = carrying([one], [plan]);
  now = carrying([two, one], [plan]);
  serving = (async () => {
    while (open) {
      await now.orders.tick();
      for (const claim of claims) await now.orders.serve(claim, claim.next);
      await new SystemTimers().sleep(10);
    }
  })();
}, 60_000);

afterAll(async () => {
  open = false;
  await serving;
  await database?.close();
  await fresh?.drop();
}, 60_000);

const give = async ({ run }: typeof old, dossier: string, name: string, payload: object) => {
  const instance = instanceId('proef', dossier);
  const input = {
    kind: 'event',
    name,
    id: randomUUID(),
    source: 'urn:spec',
    payload: { dossier, ...payload },
  } as const;
  const item: Item = { instance, chain: 'proef', input };
  const claim = claims[partitionOfKey(instance, partitions)]!;
  await run.apply(claim, claim.next, () => Promise.resolve([item]));
  return instance;
};
const declare = (by: typeof old, dossier: string, nisNieuw = '24062') =>
  give(by, dossier, 'AdreswijzigingAangegevenV1', { aangiftedatum: day, nisNieuw });
const reason = 'nieuwe versie van de keten';
const undo = (order: string) => now.desk.undo(operator, order, { reason, id: undefined, dryRun: false });
const start = (canary?: number) => now.desk.start(operator, 'proef-1-2', { reason, canary, id: undefined });
const stateOf = async (id: string) => (await view.find(id))!;
const timersOf = async (id: string) =>
  (
    await database.query<{ name: string }>({
      name: 'timers',
      text: 'select name from chain_timer where id = $1 order by name',
      values: [id],
    })
  ).map((t) => t.name);

describe('running instances and a new version', () => {
  it('are tried without a trace, begun with a few, undone exactly, and taken on whole', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await declare(old, `VH-${n}`));
    const broken = await declare(old, 'VH-kapot', '00000');
    const before = await Promise.all(ids.map(stateOf));

    expect(await now.desk.dryRun('proef-1-2')).toEqual({
      ...{ plan: 'proef-1-2', instances: 7, fit: 6, failed: 1, findings: [] },
      places: [{ from: 'wacht', to: 'nazien', count: 6 }],
      failures: [{ instance: broken, dossier: 'VH-kapot', because: 'het plan faalt: kapot' }],
    });
    expect(await Promise.all(ids.map(stateOf))).toEqual(before);

    const canary = await start(2);
    expect([canary.state, canary.items]).toEqual(['DONE', 2]);
    const moved = (await Promise.all(ids.map(stateOf))).filter((s) => s.version === 2);
    expect(moved.length).toBe(canary.counts['DONE']);
    for (const { id } of moved) expect(await timersOf(id)).toEqual(['main/due', 'main/remind-1']);

    const [touched, ...untouched] = moved;
    if (touched) await give(now, touched.dossier, 'WoonstcontroleUitgevoerdV1', { resultaat: 'ONBEKEND' });
    const back = await undo(canary.id);
    expect(back.counts).toEqual({
      ...(untouched.length > 0 && { DONE: untouched.length }),
      ...(touched && { REFUSED: 1 }),
    });
    for (const { id } of untouched) {
      const { rev: _, head: __, updatedAt: ___, ...was } = before.find((s) => s.id === id)!;
      expect(await stateOf(id)).toMatchObject(was);
      expect(await timersOf(id)).toEqual(['main/due']);
    }

    const all = await start();
    expect(all.counts).toEqual({ DONE: 6 - (touched ? 1 : 0), REFUSED: 1 });
    for (const id of ids) {
      const [state, rows] = [await stateOf(id), await view.history(id)];
      expect(state.version).toBe(2);
      expect([fold([two, one], rows, state.definition), firstBroken(rows)]).toEqual([state, undefined]);
    }
    const versions = await now.desk.versions();
    expect(versions.map((v) => [v.version, v.open, v.newest])).toEqual([
      [2, touched ? 5 : 6, true],
      [1, 1, false],
    ]);
  }, 60_000);

  it('keep a process from starting that lacks the version they are pinned to', async () => {
    const noted = (d: ChainDefinition) => ({ ...d, outline: outline(d) });
    expect(await view.missingDefinitions([noted(two), noted(one)])).toEqual([]);
    expect(await view.missingDefinitions([noted(two)])).toEqual([one.hash]);
  });

  it('go on by themselves under a version that only adds, and under no version that takes something away', async () => {
    const id = await declare(now, 'VH-adopt');
    now = carrying([three, two, one]);
    const asked = await adopt(adoptions([three, two, one]), { database, store: orderStore, clock });
    expect(asked).toBeGreaterThan(0);
    for (let n = 0; n < 500 && (await stateOf(id)).version !== 3; n += 1) await new SystemTimers().sleep(10);
    expect((await stateOf(id)).version).toBe(3);
    const less = begun(4, [3]).build();
    expect(() => adoptions([less, three])).toThrow(expect.objectContaining({ slug: 'conflict' }));
  }, 30_000);
});

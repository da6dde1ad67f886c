import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InMemoryAuditTrail } from '@kruispunt/audit';
import { firstBroken, fold, instanceId, type Item } from '@kruispunt/chain-engine';
import { chains } from '@kruispunt/chains';
import { SystemTimers, VirtualClock } from '@kruispunt/clock';
import { eventTypes, type SchemaIds } from '@kruispunt/contracts';
import { partitionOfKey } from '@kruispunt/kafka';
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
import type { Caller } from '@kruispunt/policy';
import type { Log } from '@kruispunt/telemetry';
import { startOfDay } from '@kruispunt/term';
import { freshDatabase, InMemoryEventLog } from '@kruispunt/testkit';
import { EarlyDelivery } from '../run/early-delivery.js';
import { ketenIn } from '../run/keten-in.js';
import { Orders } from '../run/orders.js';
import { Run } from '../run/run.js';
import { Watermark } from '../run/watermark.js';
import { LookDesk } from '../view/look-desk.js';
import { fourEyes } from './four-eyes.js';
import { OrderDesk } from './order-desk.js';
import type { OrderView } from './order-view.js';
import { readDecree } from './read-decree.js';
import { readOrder } from './read-order.js';

const partitions = 2;
const day = '2026-04-20';
const definitions = chains({ datarefBase: '/v1/personen' });
const schemaIds: SchemaIds = {
  idOf: (type) => eventTypes.findIndex((t) => t.type === type.type) + 1,
  typeOf: (id) => eventTypes[id - 1],
};
const scopes = ['kruispunt.operate', 'kruispunt.repair', 'kruispunt.law'];
const operator: Caller = { organisation: 'OVO002949', nis: [], scopes, subject: 'operator' };
const colleague: Caller = { ...operator, scopes: ['kruispunt.operate', 'kruispunt.approve'], subject: 'collega' };
const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} } as unknown as Log;

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
let log: InMemoryEventLog;
let store: PostgresPartitionStore;
let run: Run;
let orders: Orders;
let desk: OrderDesk;
let deskParts: ConstructorParameters<typeof OrderDesk>[0];
let view: PostgresChainView;
let claims: readonly Claim[];
const clock = new VirtualClock(startOfDay(day) + 9 * 3_600_000);
const audit = new InMemoryAuditTrail();
const incidents = new PostgresChainIncidents();
let open = true;
let serving: Promise<void>;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openDatabase(fresh.url, { sessionsMax: 6 });
  await migrate(database);
  log = new InMemoryEventLog();
  store = new PostgresPartitionStore(database, log);
  const routing = new PostgresChainRouting(database);
  const watermark = new Watermark({ offsets: () => Promise.resolve([]) }, routing, []);
  const early = new EarlyDelivery(routing, log, watermark);
  const parts = { definitions, schemaIds, routing, incidents, clock };
  const quarantine = new PostgresQuarantine(database);
  run = new Run({ ...parts, store, chains: new PostgresChainStore(), quarantine, early, log: silent });
  const orderStore = new PostgresChainOrders(database);
  orders = new Orders({ plans: [], ...parts, run, orders: orderStore, partitions });
  const needsSecond = fourEyes('huwelijk=move-token');
  const timers = new SystemTimers();
  deskParts = { database, store: orderStore, orders, run, audit, clock, timers, partitions, needsSecond };
  desk = new OrderDesk(deskParts);
  view = new PostgresChainView(database);
  claims = await Promise.all(
    Array.from({ length: partitions }, (_, part) => store.claim('chain', ketenIn, part, 'spec')),
  );
  serving = (async () => {
    while (open) {
      await orders.tick();
      for (const claim of claims) await orders.serve(claim, claim.next);
      await timers.sleep(20);
    }
  })();
}, 60_000);

afterAll(async () => {
  open = false;
  await serving;
  await database?.close();
  await fresh?.drop();
}, 60_000);

const fresher = () => `VH-${randomUUID()}`;
const claimOf = (instance: string) => claims[partitionOfKey(instance, partitions)]!;
const give = async (dossier: string, name: string, payload: unknown, id: string = randomUUID()) => {
  const instance = instanceId('verhuis', dossier);
  const item: Item = { instance, chain: 'verhuis', input: { kind: 'event', name, id, source: 'urn:spec', payload } };
  const claim = claimOf(instance);
  await run.apply(claim, claim.next, () => Promise.resolve([item]));
  return instance;
};
const declare = (dossier: string, more: object = {}) =>
  give(dossier, 'AdreswijzigingAangegevenV1', {
    dossier,
    subjectPseudoniemen: [`p1.${dossier}`],
    wijziging: 'ANDERE_GEMEENTE',
    aangiftedatum: day,
    betrekkingsdatum: null,
    nisOud: '24055',
    nisNieuw: '24062',
    adresRef: 'https://data.vlaanderen.be/id/adres/1',
    domiciliestatus: null,
    tijdstipRegistratie: `${day}T08:00:00.000Z`,
    ...more,
  });
const reportOf = (dossier: string, resultaat = 'BEVESTIGD') => ({
  dossier,
  resultaat,
  controledatum: day,
  pogingen: 1,
  verslagRef: 'v',
  politiezone: 'z',
  tijdstipRegistratie: `${day}T09:00:00.000Z`,
});
const report = (dossier: string, resultaat?: string) =>
  give(dossier, 'WoonstcontroleUitgevoerdV1', reportOf(dossier, resultaat));
/** What no version of the chain can read: the same as a bug in it. */
const unreadable = (dossier: string) => give(dossier, 'WoonstcontroleUitgevoerdV1', null);

const reason = 'afgesproken met de gemeente';
const ask = (body: object, caller = operator): Promise<OrderView> =>
  desk.ask(caller, readOrder({ reason, ...body }, partitions));
const on = (...instances: readonly string[]) => ({ scope: { instances } });
const stateOf = async (id: string) => (await view.find(id))!;
const openOf = (id: string) => incidents.open(database, partitionOfKey(id, partitions), [id]);
const slugOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'done',
    (thrown: { readonly slug?: string }) => thrown.slug,
  );

describe('orders on incidents', () => {
  it('retries what failed; what stood behind it goes on in order by itself, and what fails again counts its attempts', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    await unreadable(dossier);
    await report(dossier);
    expect((await openOf(id)).map((w) => w.behind)).toEqual([false, true]);
    const failed = await ask({ verb: 'retry', ...on(id) });
    expect([failed.state, failed.counts]).toEqual(['DONE', { FAILED: 1 }]);
    expect(failed.sample[0]?.because).toContain('TypeError');
    const row = await database.query<{ attempts: number }>({
      name: 'attempts',
      text: 'select attempts from chain_incident where id = $1 and not behind',
      values: [id],
    });
    expect(row[0]?.attempts).toBe(2);
    await ask({ verb: 'discard', ...on(id) });
    await settled(id, 'Ingeschreven');
    expect(await openOf(id)).toEqual([]);
  });

  it('lets an operator put right an event under a new id, with the original marked, and refuses what does not fit the schema', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    await unreadable(dossier);
    const wrong = await ask({ verb: 'edit', ...on(id), args: { payload: { dossier } } });
    expect([wrong.counts, wrong.sample[0]?.because]).toEqual([
      { REFUSED: 1 },
      expect.stringContaining('past niet bij het schema'),
    ]);
    const right = await ask({ verb: 'edit', ...on(id), args: { payload: reportOf(dossier) } });
    expect(right.sample[0]?.after).toMatchObject({ toestand: 'Ingeschreven' });
    const outcome = await database.query<{ outcome: string; op: string }>({
      name: 'outcome',
      text: 'select outcome, op from chain_incident where id = $1',
      values: [id],
    });
    expect(outcome).toEqual([{ outcome: 'edited', op: right.id }]);
  });

  it('leads past it with an output of its own', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    await unreadable(dossier);
    const done = await ask({ verb: 'resolve', ...on(id), args: { to: 'inschrijven', uitkomst: 'BEVESTIGD' } });
    expect([done.counts, (await stateOf(id)).toestand, await openOf(id)]).toEqual([{ DONE: 1 }, 'Ingeschreven', []]);
  });

  it('takes a whole group of one cause at once', async () => {
    const dossiers = [fresher(), fresher(), fresher()];
    for (const dossier of dossiers) await declare(dossier).then(() => unreadable(dossier));
    const [group] = await incidents.groups(database, 10);
    expect(group?.count).toBe(3);
    const done = await ask({ verb: 'discard', scope: { fingerprint: group?.fingerprint } });
    expect([done.items, done.counts]).toEqual([3, { DONE: 3 }]);
  });

  it('says that there is nothing to repair', async () => {
    const id = await declare(fresher());
    expect((await ask({ verb: 'retry', ...on(id) })).sample[0]?.because).toBe('geen open incident');
    expect(await slugOf(ask({ verb: 'retry', ...on(randomUUID()) }))).toBe('not-found');
  });
});

describe('orders on where an instance stands', () => {
  it('moves, adds, cancels, hands over, notes; each a row of the history with who and why', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    await ask({ verb: 'add-token', ...on(id), args: { token: 'extra', to: 'geescaleerd' } });
    await ask({ verb: 'cancel-branch', ...on(id), args: { token: 'extra' } });
    const moved = await ask({
      verb: 'move-token',
      ...on(id),
      args: { to: 'geescaleerd' },
      basis: 'KB 16-07-1992 art. 10',
    });
    expect([moved.sample[0]?.before?.tokens, moved.sample[0]?.after?.tokens]).toEqual([
      { main: 'woonstcontrole' },
      { main: 'geescaleerd' },
    ]);
    await ask({ verb: 'annotate', ...on(id), args: { note: 'gebeld met de wijkagent' } });
    const rows = await view.history(id);
    expect(
      rows.flatMap((r) => (r.input.kind === 'op' ? [[r.input.act.verb, r.input.by.actor, r.input.by.role]] : [])),
    ).toEqual([
      ['add-token', 'operator', 'repair'],
      ['cancel-branch', 'operator', 'repair'],
      ['move-token', 'operator', 'repair'],
      ['annotate', 'operator', 'operate'],
    ]);
    const state = await stateOf(id);
    const definition = definitions.find((d) => d.hash === state.definition)!;
    expect([fold(definition, rows), firstBroken(rows)]).toEqual([state, undefined]);
  });

  it('hands a task to another role', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    await report(dossier, 'UITZONDERING');
    const [task] = Object.keys((await stateOf(id)).tasks);
    await ask({ verb: 'reassign-task', ...on(id), args: { task, role: 'dienst-bevolking' } });
    expect((await view.openTasks(500)).find((t) => t.instance === id)?.role).toBe('dienst-bevolking');
  });

  it('forks into a new instance that keeps its line, and leaves the origin as it was', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    const before = await stateOf(id);
    const forked = await ask({ verb: 'fork', ...on(id), args: { seq: 1 } });
    const note = (await view.history(id)).at(-1)?.input;
    const as = note?.kind === 'op' && note.act.verb === 'annotate' ? String(note.act.about?.['forked']) : '';
    const fork = await stateOf(as);
    expect([forked.counts, fork.tokens['main']?.node, fork.dossier]).toEqual([{ DONE: 1 }, 'woonstcontrole', dossier]);
    expect(partitionOfKey(as, partitions)).toBe(partitionOfKey(id, partitions));
    expect((await stateOf(id)).tokens).toEqual(before.tokens);
    const [first] = await view.history(as);
    expect(first?.input).toMatchObject({ kind: 'op', act: { verb: 'fork', from: { instance: id, seq: 1 } } });
  });

  it('begins again, compensates from a step, and publishes a stretch again under the same ids', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    await report(dossier);
    const idsOf = (records: readonly { readonly headers: Readonly<Record<string, string>> }[]) =>
      records.filter((r) => r.headers['ce_kpcorrelationid'] === id).map((r) => r.headers['ce_id']);
    const first = idsOf(log.records);
    const from = log.records.length;
    await ask({ verb: 'republish', ...on(id) });
    await inLog(() => log.records.length > from);
    expect(idsOf(log.records.slice(from))).toEqual(first);
    await ask({ verb: 'compensate', ...on(id), args: { node: 'woonstcontrole' } });
    await ask({ verb: 'restart', ...on(id) });
    const state = await stateOf(id);
    expect([state.status, state.tokens['main']?.node]).toEqual(['OPEN', 'woonstcontrole']);
    await report(dossier);
    expect((await stateOf(id)).toestand).toBe('Ingeschreven');
  });
});

describe('an order on an event that nobody claimed', () => {
  it('brings it to the instance that is named, by the log, once', async () => {
    const id = await declare(fresher());
    const token = randomUUID();
    const early = { key: randomUUID(), token, kind: 'park', chain: 'verhuis', headers: { ce_id: 'e' } } as const;
    await new PostgresChainRouting(database).keep(database, [{ ...early, value: Buffer.from('x') }], clock.now());
    const done = await ask({ verb: 'recorrelate', ...on(id), args: { event: token } });
    await inLog(() => log.records.some((r) => r.key === id));
    const brought = log.records.filter((r) => r.topic === ketenIn && r.key === id);
    expect([done.counts, brought.length, brought[0]?.headers['kp-chain']]).toEqual([{ DONE: 1 }, 1, 'verhuis']);
    const gone = await ask({ verb: 'recorrelate', ...on(id), args: { event: randomUUID() } });
    expect(gone.sample[0]?.because).toBe('deze gebeurtenis staat niet meer geparkeerd');
  });

  it('finds what it touches by a query too', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    await report(dossier, 'UITZONDERING');
    const found = await ask({
      verb: 'annotate',
      scope: { chain: 'verhuis', node: 'geescaleerd' },
      args: { note: 'x' },
    });
    expect(found.sample.map((s) => s.instance)).toContain(id);
    expect(found.counts['DONE']).toBe(found.items);
  });
});

describe('orders that let things stand still', () => {
  it.each<[string, (id: string) => object]>([
    ['one instance', (id) => on(id)],
    ['a chain', () => ({ args: { kind: 'chain', key: 'verhuis' } })],
    ['a place', () => ({ args: { kind: 'node', key: 'verhuis/woonstcontrole' } })],
    ['a participant', () => ({ args: { kind: 'participant', key: 'urn:spec' } })],
    ['a partition', (id) => ({ args: { kind: 'partition', key: String(partitionOfKey(id, partitions)) } })],
  ])('holds what comes for %s in order, and lets it go on resume', async (_, what) => {
    const dossier = fresher();
    const id = await declare(dossier);
    await ask({ verb: 'pause', ...what(id) });
    await report(dossier, 'NIET_AANGETROFFEN');
    await report(dossier);
    expect([(await stateOf(id)).toestand, (await openOf(id)).length]).toEqual(['Aangegeven', 2]);
    await ask({ verb: 'resume', ...what(id) });
    await settled(id, 'Ingeschreven');
    const outcomes = (await view.history(id)).flatMap((r) => (r.input.kind === 'event' ? [r.verdict] : []));
    expect(outcomes).toEqual(['applied', 'applied', 'applied']);
  });
});

describe('orders on the legal clock', () => {
  it('extends only where the law does, waives, moves the anchor, and sets the timers again', async () => {
    const id = await declare(fresher());
    const term = { on: day, ground: 'vergissing in de aangifte' };
    const refused = await ask({ verb: 'extend-term', ...on(id), args: term });
    expect([refused.counts, refused.sample[0]?.because]).toEqual([{ REFUSED: 1 }, 'niet verlengbaar']);
    const moved = await ask({ verb: 're-anchor-term', ...on(id), args: { ...term, on: '2026-04-21' } });
    expect(moved.sample[0]?.after?.terms['main']).toBe('verhuis.woonstcontrole running 2026-05-13');
    const freed = await ask({ verb: 'reproject-term', ...on(id), args: { ...term, calendar: '2026-05-04' } });
    expect(freed.sample[0]?.after?.terms['main']).toBe('verhuis.woonstcontrole running 2026-05-15');
    await ask({ verb: 'waive-term', ...on(id), args: term });
    expect((await stateOf(id)).timers).toEqual({});
  });
});

describe('a decree', () => {
  const decree = (more: object) =>
    readDecree({ selector: { rule: 'verhuis.woonstcontrole' }, on: day, basis: 'noodbesluit 2026/7', reason, ...more });
  const lastOf = async (id: string) => (await look(id)).waits[0]?.term?.due;
  const look = (id: string) => new LookDesk({ database, view, incidents, definitions, clock }).explain(id);

  it('shows how many and what would move, waits for a second person, and leaves a row per term', async () => {
    const ids = await Promise.all([fresher(), fresher(), fresher()].map((dossier) => declare(dossier)));
    const wish = decree({ change: 'extend', days: 10 });
    const plan = await desk.ask(operator, { ...wish, dryRun: true }, true);
    expect([plan.items >= 3, plan.sample[0]?.state, plan.dryRun]).toEqual([true, 'DONE', true]);
    expect(await lastOf(ids[0]!)).toBe('2026-05-12');
    const asked = await desk.ask(operator, wish, true);
    expect([asked.state, asked.items]).toEqual(['PROPOSED', plan.items]);
    const done = await desk.decide(colleague, asked.id, { state: 'RUNNING', digest: asked.digest, reason });
    expect([done.state, done.counts]).toEqual(['DONE', { DONE: asked.items }]);
    expect(await Promise.all(ids.map(lastOf))).toEqual(ids.map(() => '2026-05-28'));
    const explained = (await look(ids[0]!)).waits[0]?.term?.lines.find((line) => line.startsWith('verlengd'));
    expect(explained).toContain(`noodbesluit 2026/7 (besluit ${asked.id})`);
    const row = (await view.history(ids[0]!)).at(-1)?.input;
    expect(row).toMatchObject({
      id: asked.id,
      by: { actor: 'operator', second: 'collega', basis: 'noodbesluit 2026/7' },
    });
    const touched = (await desk.report(asked.id)).sample.filter((s) => ids.includes(s.instance));
    expect(touched.map((s) => s.token)).toEqual(['main', 'main', 'main']);
  });

  it('counts running terms again under another calendar, and tells which moved', async () => {
    const moved = await declare(fresher());
    const asked = await desk.ask(operator, decree({ change: 'reproject', calendar: '2026-05-04' }), true);
    await desk.decide(colleague, asked.id, { state: 'RUNNING', digest: asked.digest, reason });
    const touched = (await desk.report(asked.id)).sample.find((s) => s.instance === moved);
    expect([touched?.before?.terms['main'], touched?.after?.terms['main']]).toEqual([
      'verhuis.woonstcontrole running 2026-05-12',
      'verhuis.woonstcontrole running 2026-05-13',
    ]);
  });

  it('needs the law: a basis, a rule that says which terms, and the role', async () => {
    expect(() => decree({ change: 'extend', days: 10, basis: undefined })).toThrow('The request is not valid');
    expect(() => decree({ change: 'extend' })).toThrow('The request is not valid');
    expect(() => decree({ change: 'suspend', selector: {} })).toThrow('The request is not valid');
    const only = { ...operator, scopes: ['kruispunt.operate'] };
    expect(await slugOf(desk.ask(only, decree({ change: 'suspend' }), true))).toBe('forbidden');
  });
});

describe('looking without touching', () => {
  it('explains, foresees and shadows what stands in the database, and changes nothing', async () => {
    const dossier = fresher();
    const id = await declare(dossier);
    await unreadable(dossier);
    const before = await stateOf(id);
    const look = new LookDesk({ database, view, incidents, definitions, clock });
    const explained = await look.explain(id);
    expect(explained.stoppedBy).toEqual([expect.stringContaining('incident: TypeError')]);
    expect(explained.waits[0]?.term).toMatchObject({ rule: 'verhuis.woonstcontrole', due: '2026-05-12' });
    expect(await look.whatIf(id, '40')).toMatchObject({
      foreseen: [{ signal: 'NADERT' }, { signal: 'VERSTREKEN', after: { toestand: 'TermijnVerstreken' } }],
    });
    expect(await look.shadow(id, undefined)).toMatchObject({ differences: [], end: { toestand: before.toestand } });
    expect(await look.ics(id)).toContain('DTSTART;VALUE=DATE:20260512');
    expect(await stateOf(id)).toEqual(before);
    expect(await slugOf(look.whatIf(id, '0'))).toBe('invalid-request');
    expect(await slugOf(look.shadow(id, '99'))).toBe('not-found');
  });
});

describe('how an order is asked', () => {
  it('shows before and after in a dry run, and changes nothing at all', async () => {
    const id = await declare(fresher());
    const before = await stateOf(id);
    const lines = audit.lines.length;
    const shown = await ask({ verb: 'move-token', ...on(id), args: { to: 'geescaleerd' }, dryRun: true });
    expect([shown.dryRun, shown.sample[0]?.after?.tokens]).toEqual([true, { main: 'geescaleerd' }]);
    expect([await stateOf(id), audit.lines.length]).toEqual([before, lines]);
    expect(await slugOf(desk.show(shown.id))).toBe('not-found');
  });

  it('is one order however often it is asked under one id, and another under that id is refused', async () => {
    const instance = await declare(fresher());
    const order = { id: randomUUID(), verb: 'annotate', ...on(instance), args: { note: 'eenmaal' } };
    await Promise.all([ask(order), ask(order).catch(() => undefined)]);
    await ask(order);
    expect((await view.history(instance)).filter((r) => r.input.kind === 'op').length).toBe(1);
    expect(await slugOf(ask({ ...order, args: { note: 'iets anders' } }))).toBe('conflict');
  });

  it('needs the role of its verb, a reason, and what its verb needs', async () => {
    const id = await declare(fresher());
    const only = { ...operator, scopes: ['kruispunt.operate'] };
    expect(await slugOf(ask({ verb: 'move-token', ...on(id), args: { to: 'geescaleerd' } }, only))).toBe('forbidden');
    expect(() => readOrder({ verb: 'retry', ...on(id), reason: 'kort' }, partitions)).toThrow('A reason is required');
    for (const body of [
      { verb: 'verwijder', ...on(id) },
      { verb: 'move-token', ...on(id) },
      { verb: 'retry', ...on(id), args: { to: 'x' } },
      { verb: 'retry', scope: {} },
      { verb: 'retry', scope: { instances: ['x'] } },
      { verb: 'pause', args: { kind: 'partition', key: '99' } },
    ])
      expect(() => readOrder({ reason, ...body }, partitions)).toThrow('The request is not valid');
  });

  it('waits for a second person where the chain says so, bound to what was seen', async () => {
    const id = await declare(fresher());
    const guarded = new OrderDesk({ ...deskParts, needsSecond: fourEyes('*=move-token') });
    const asked = await guarded.ask(
      operator,
      readOrder({ verb: 'move-token', ...on(id), args: { to: 'geescaleerd' }, reason }, partitions),
    );
    expect([asked.state, (await stateOf(id)).tokens['main']?.node]).toEqual(['PROPOSED', 'woonstcontrole']);
    const word = { state: 'RUNNING', digest: asked.digest, reason } as const;
    expect(await slugOf(guarded.decide({ ...colleague, subject: 'operator' }, asked.id, word))).toBe('conflict');
    expect(await slugOf(guarded.decide(colleague, asked.id, { ...word, digest: 'ander' }))).toBe('plan-changed');
    const done = await guarded.decide(colleague, asked.id, word);
    expect([done.state, done.second, (await stateOf(id)).tokens['main']?.node]).toEqual([
      'DONE',
      'collega',
      'geescaleerd',
    ]);
    expect(audit.lines.slice(-1)).toMatchObject([{ action: 'chain.approve', user: 'collega', digest: asked.digest }]);
    expect(() => fourEyes('*=verplaats')).toThrow('The request is not valid');
  });

  it('does nothing when the audit trail takes no line', async () => {
    const id = await declare(fresher());
    audit.broken = true;
    expect(await slugOf(ask({ verb: 'annotate', ...on(id), args: { note: 'x' } }))).toBe('audit-unavailable');
    audit.broken = false;
    expect((await view.history(id)).length).toBe(1);
  });
});

async function settled(id: string, toestand: string): Promise<void> {
  for (let n = 0; n < 200 && (await stateOf(id)).toestand !== toestand; n += 1) await new SystemTimers().sleep(25);
  expect((await stateOf(id)).toestand).toBe(toestand);
}

async function inLog(found: () => boolean): Promise<void> {
  for (let n = 0; n < 200 && !found(); n += 1) await new SystemTimers().sleep(25);
}

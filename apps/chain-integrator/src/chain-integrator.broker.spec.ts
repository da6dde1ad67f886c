import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstBroken, fold, instanceId } from '@kruispunt/chain-engine';
import { chains } from '@kruispunt/chains';
import { MovableClock } from '@kruispunt/clock';
import { complete, ev, eventTypes, topics, type EventType } from '@kruispunt/contracts';
import { startIssuer, type RunningIssuer } from '@kruispunt/embedded';
import { fromEntry, toRecord, type StoredEvent } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver, type LogReader } from '@kruispunt/kafka';
import { bootstrap, routesOf, type RunningApp } from '@kruispunt/nest';
import { migrate, openDatabase, PostgresChainView, PostgresPartitionStore, type Database } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { civilDateAt, dueAt, addWorkingDays } from '@kruispunt/term';
import { freshDatabase, freshName, serviceUrl, until } from '@kruispunt/testkit';
import { compose } from './compose.js';
import { config } from './config.js';
import { routes } from './openapi.js';
import type { InstanceSummary, InstanceView } from './view/show-instance.js';

const datarefBase = 'https://bevolking.test/personen';
const driver = platformaticDriver({ brokers: [serviceUrl('KAFKA_BROKERS')], clientId: 'chain-spec' });
const registry = ConfluentRegistry.connect(serviceUrl('SCHEMA_REGISTRY_URL'));
const group = freshName('chain');

let database: Awaited<ReturnType<typeof freshDatabase>>;
let issuer: RunningIssuer;
let app: RunningApp;
let clock: MovableClock;
let log: KafkaEventLog;
let reader: LogReader;
let store: Database;
/** Where the log ended before: what comes later is ours to look at. */
const endsBefore = new Map<string, number>();
let schemaIds: Awaited<ReturnType<typeof registry.schemaIds>>;

const start = async (mode = 'proeftuin'): Promise<RunningApp> => {
  clock = new MovableClock();
  return bootstrap(compose(clock), {
    name: 'chain-integrator',
    config,
    clock,
    port: () => 0,
    ownsProcess: false,
    env: {
      KAFKA_BROKERS: serviceUrl('KAFKA_BROKERS'),
      SCHEMA_REGISTRY_URL: serviceUrl('SCHEMA_REGISTRY_URL'),
      DATABASE_URL: database.url,
      KP_ISSUER_URL: issuer.url,
      KP_ISSUER_JWKS_URL: issuer.jwksUrl,
      KP_MODE: mode,
      KP_LOG_LEVEL: 'silent',
      KP_CHAIN_GROUP: group,
      KP_CHAIN_DATAREF_BASE: datarefBase,
      KP_CHAIN_GRACE_MS: '0',
    },
  });
};

beforeAll(async () => {
  const admin = await driver.admin();
  await admin.ensureTopics(topics);
  for (const { name: topic } of topics) {
    for (const { partition, next } of await admin.offsets(topic)) endsBefore.set(`${topic}/${partition}`, next);
  }
  await admin.close();
  for (const type of eventTypes) await registry.register(type);
  schemaIds = await registry.schemaIds(eventTypes);
  database = await freshDatabase();
  store = openDatabase(database.url, { sessionsMax: 2 });
  issuer = await startIssuer({ port: 0 });
  log = await KafkaEventLog.open(driver);
  reader = await driver.reader();
  await skipPast(database.url);
  app = await start();
}, 120_000);

afterAll(async () => {
  await app?.stop();
  await issuer?.stop();
  await log?.close();
  await reader?.close();
  await store?.close();
  await database?.drop();
}, 60_000);

/** Positions at the end of the log, as if all before had been read: others use the same topics. */
async function skipPast(url: string): Promise<void> {
  const [admin, database] = [await driver.admin(), openDatabase(url, { sessionsMax: 2 })];
  await migrate(database);
  const store = new PostgresPartitionStore(database, log);
  for (const [consumer, topic] of [
    ['chain-intake', ev.AdreswijzigingAangegevenV1.topic],
    ['chain-intake', ev.GemeenteGefusioneerdV1.topic],
    ['chain-intake', ev.AanvraagIngediendV1.topic],
    ['chain-intake', ev.AkteOndertekendV1.topic],
    ['chain-intake', ev.IdentificatieToegekendV1.topic],
    ['chain-intake', ev.OverlijdenHerroepenV1.topic],
    ['chain', 'be.vlaanderen.keten.in.v1'],
  ] as const) {
    for (const { partition, next } of await admin.offsets(topic)) {
      const claim = await store.claim(consumer, topic, partition, 'spec');
      await store.transact(claim, { from: claim.next, next }, () => Promise.resolve());
    }
  }
  await Promise.all([admin.close(), database.close()]);
}

const token = () => issuer.token({ organisation: 'OVO002949', scopes: ['kruispunt.operate'], subject: 'operator' });
const get = async <T>(path: string): Promise<T> =>
  (await (await fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${await token()}` } })).json()) as T;
const move = async (advance: string, at = app) =>
  fetch(`${at.url}/v1/clock`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ advance }),
  });

const today = () => civilDateAt(clock.now());
const publish = <P>(type: EventType<P>, dossier: string, data: object, id: string = randomUUID()) =>
  log.append([
    toRecord<P>(
      {
        specversion: '1.0',
        id,
        source: 'urn:be:kbo:0999990024:systeem:spec',
        type: type.type,
        subject: `urn:kruispunt:dossier:${dossier}`,
        time: new Date().toISOString(),
        data: complete(type, { tijdstipRegistratie: new Date(clock.now()).toISOString(), ...data } as never),
      },
      type,
      schemaIds,
    ),
  ]);
const declare = (dossier: string, person = `p1.${randomUUID()}`) =>
  publish(ev.AdreswijzigingAangegevenV1, dossier, {
    dossier,
    subjectPseudoniemen: [person],
    wijziging: 'ANDERE_GEMEENTE',
    aangiftedatum: today(),
    nisOud: '24055',
    nisNieuw: '24062',
    adresRef: 'https://data.vlaanderen.be/id/adres/3064179',
  });
const report = (dossier: string, resultaat: string, id?: string) =>
  publish(
    ev.WoonstcontroleUitgevoerdV1,
    dossier,
    { dossier, resultaat, controledatum: today(), pogingen: 1, verslagRef: 'verslag', politiezone: 'PZ-24062' },
    id,
  );

const stateOf = async (dossier: string) =>
  (await get<{ instances: InstanceSummary[] }>(`/v1/instances?dossier=${dossier}`)).instances[0]?.state;
const comesTo = (dossier: string, state: string) =>
  until(`${dossier} comes to ${state}`, async () => (await stateOf(dossier)) === state);
const show = (dossier: string) => get<InstanceView>(`/v1/instances/${instanceId('verhuis', dossier)}`);
const fresh = () => `VH-${randomUUID()}`;

/** Every event of a topic that belongs to a dossier, as the log has it. */
async function published(type: EventType<never> | EventType, dossier: string): Promise<readonly StoredEvent[]> {
  const admin = await driver.admin();
  const ends = await admin.offsets(type.topic);
  await admin.close();
  const found: StoredEvent[] = [];
  for (const { partition, next } of ends) {
    for (let offset = endsBefore.get(`${type.topic}/${partition}`) ?? 0; offset < next;) {
      const batch = await reader.read({ topic: type.topic, partition, offset });
      for (const entry of batch.entries) {
        if (entry.headers['ce_type'] !== type.type || entry.headers['ce_kpdossier'] !== dossier) continue;
        const decoded = fromEntry(entry, schemaIds);
        if (decoded.kind === 'event') found.push(decoded.event);
      }
      offset = batch.next;
    }
  }
  return found;
}

describe('the chain integrator on the real log and database', () => {
  it('carries a move from its declaration to its registration', async () => {
    const dossier = fresh();
    await declare(dossier);
    await comesTo(dossier, 'ControleAangevraagd');
    const [asked] = await published(ev.WoonstcontroleAangevraagdV1, dossier);
    expect(asked?.envelope.data).toMatchObject({ dossier, poging: 1, uitersteDatum: addWorkingDays(today(), 15) });
    const running = await show(dossier);
    expect(running.waitsFor).toEqual([
      { node: 'woonstcontrole', events: [ev.WoonstcontroleAangevraagdV1.type, ev.WoonstcontroleUitgevoerdV1.type] },
    ]);
    expect(running.terms[0]?.explain.at(-1)).toContain(addWorkingDays(today(), 15));

    await report(dossier, 'BEVESTIGD');
    await comesTo(dossier, 'Ingeschreven');
    const [registered, ...more] = await published(ev.InschrijvingVoltooidV1, dossier);
    expect(registered?.envelope).toMatchObject({
      kpdossier: dossier,
      kpgemeentenis: '24062',
      data: { ingangsdatum: today(), nisOud: '24055', nisNieuw: '24062' },
    });
    expect(more).toEqual([]);
    expect((await published(ev.KetenAfgeslotenV1, dossier)).length).toBe(1);
  }, 60_000);

  it('does each thing once, though the same report comes again and again', async () => {
    const dossier = fresh();
    await declare(dossier);
    const id = randomUUID();
    for (let i = 0; i < 3; i += 1) await report(dossier, 'BEVESTIGD', id);
    await comesTo(dossier, 'Ingeschreven');
    await report(dossier, 'BEVESTIGD', id);
    await report(dossier, 'NIET_BEVESTIGD');
    await until('the other report is stored', async () =>
      (await show(dossier)).history.some((h) => h.verdict === 'ignored' && h.reason === 'afgesloten'),
    );
    expect((await published(ev.InschrijvingVoltooidV1, dossier)).length).toBe(1);
    expect((await published(ev.InschrijvingGeweigerdV1, dossier)).length).toBe(0);
  }, 60_000);

  it('keeps a report that comes before its declaration', async () => {
    const dossier = fresh();
    await report(dossier, 'BEVESTIGD');
    await until(
      'it is parked',
      async () =>
        (
          await store.query({
            name: 'parked',
            text: `select 1 from chain_parked where kind = 'park' and headers->>'ce_subject' = $1`,
            values: [`urn:kruispunt:dossier:${dossier}`],
          })
        ).length === 1,
    );
    await declare(dossier);
    await comesTo(dossier, 'Ingeschreven');
    await until(
      'nothing is parked any more',
      async () =>
        (
          await store.query({
            name: 'parked',
            text: `select 1 from chain_parked where kind = 'park' and headers->>'ce_subject' = $1`,
            values: [`urn:kruispunt:dossier:${dossier}`],
          })
        ).length === 0,
    );
  }, 60_000);

  it('closes a move that a later declaration of the same person has overtaken', async () => {
    const [first, second, person] = [fresh(), fresh(), `p1.${randomUUID()}`];
    await declare(first, person);
    await declare(second, person);
    await comesTo(first, 'Ingetrokken');
    await comesTo(second, 'ControleAangevraagd');
    await report(first, 'BEVESTIGD');
    await until('the late report is stored', async () => (await show(first)).history.at(-1)?.reason === 'afgesloten');
    expect((await published(ev.InschrijvingVoltooidV1, first)).length).toBe(0);
    expect((await published(ev.KetenGecompenseerdV1, first))[0]?.envelope.data).toMatchObject({ reden: 'INGEHAALD' });
  }, 60_000);

  it('lets a term lapse into a task, once, and takes the late report', async () => {
    const [late, inTime] = [fresh(), fresh()];
    await declare(late);
    await declare(inTime);
    await comesTo(late, 'ControleAangevraagd');
    await comesTo(inTime, 'ControleAangevraagd');
    const due = dueAt(addWorkingDays(today(), 15));
    // The report of the other move is in the log before the clock moves: however fast the term comes, it is read first (I6).
    await report(inTime, 'BEVESTIGD');
    const answer = await move(`P${Math.ceil((due - clock.now()) / 86_400_000)}D`);
    expect(answer.status).toBe(200);
    await comesTo(late, 'TermijnVerstreken');
    await comesTo(inTime, 'Ingeschreven');
    const signals = (await published(ev.KetenTermijnGesignaleerdV1, late)).map(
      (e) => (e.envelope.data as { signaal: string }).signaal,
    );
    expect(signals).toEqual(['NADERT', 'VERSTREKEN']);
    expect((await published(ev.KetenTermijnGesignaleerdV1, inTime)).length).toBe(0);
    expect((await get<{ tasks: { dossier: string }[] }>('/v1/tasks')).tasks.map((t) => t.dossier)).toContain(late);

    await report(late, 'BEVESTIGD');
    await comesTo(late, 'Ingeschreven');
    expect((await get<{ tasks: { dossier: string }[] }>('/v1/tasks')).tasks.map((t) => t.dossier)).not.toContain(late);
    expect((await published(ev.InschrijvingVoltooidV1, late)).length).toBe(1);
  }, 60_000);

  it('goes on after a stop, at the moment its clock was moved to', async () => {
    const dossier = fresh();
    await declare(dossier);
    const before = clock.offset;
    await app.stop();
    await report(dossier, 'NIET_BEVESTIGD');
    app = await start();
    expect(clock.offset).toBe(before);
    await comesTo(dossier, 'Afgewezen');
    expect((await published(ev.InschrijvingGeweigerdV1, dossier)).length).toBe(1);
  }, 60_000);

  it('has a history of which each state is the fold, and of which no row can be altered', async () => {
    const view = new PostgresChainView(store);
    const definitions = chains({ datarefBase });
    for (const state of await view.list({ limit: 200 })) {
      const rows = (await view.history(state.id)).slice(0, state.rev);
      const definition = definitions.find((d) => d.hash === state.definition)!;
      expect([fold(definition, rows), firstBroken(rows)]).toEqual([state, undefined]);
    }
    expect(
      (await get<{ incidents: unknown[] }>('/v1/incidents')).incidents.filter((i) =>
        JSON.stringify(i).includes('internal'),
      ),
    ).toEqual([]);
  }, 60_000);

  it('describes exactly the routes there are, with who may call them, in its OpenAPI document', () => {
    const probes = ['/health/live', '/health/ready', '/health/startup', '/metrics'];
    const told = routes.map(({ verb, path, access }) => ({ verb, path, access }));
    const there = routesOf(app.app)
      .filter(({ path }) => !probes.includes(path))
      .map(({ verb, path, access }) => ({ verb, path, access }));
    expect(there).toEqual(expect.arrayContaining(told));
    expect(there).toHaveLength(told.length);
  });

  it('moves its clock nowhere but in the proving ground', async () => {
    await app.stop();
    app = await start('production');
    expect((await move('P1D')).status).toBe(404);
    expect(clock.offset).toBe(0);
  }, 60_000);
});

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { complete, ev, eventTypes, topics, type EventType, type SchemaIds } from '@kruispunt/contracts';
import { startIssuer, type RunningIssuer } from '@kruispunt/embedded';
import { toRecord } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { bootstrap, type RunningApp } from '@kruispunt/nest';
import { openDatabase, PostgresProtocolWitness, PostgresRepertorium, type Database } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { freshDatabase, freshName, serviceUrl, until } from '@kruispunt/testkit';
import { compose } from './compose.js';
import { config } from './config.js';

jest.setTimeout(120_000);

const personal = ev.AdreswijzigingAangegevenV1 as EventType<never>;
const leaseMs = 2_000;
type Json = Record<string, unknown>;
type Token = 'admin' | 'both' | 'second' | 'agency' | 'stranger';

/** Two gateways on one database, as two processes would be: what one is told, the other must know. */
let gateways: readonly RunningApp[] = [];
let folder: string;
let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
let issuer: RunningIssuer;
let log: KafkaEventLog;
let schemaIds: SchemaIds;
const tokens = new Map<Token, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'who-gets-what-'));
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  await writeFile(join(folder, 'key.jwk'), JSON.stringify(key));
  const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'who-spec' });
  const admin = await driver.admin();
  await admin.ensureTopics(topics);
  await admin.close();
  const registry = ConfluentRegistry.connect(serviceUrl('SCHEMA_REGISTRY_URL'));
  for (const eventType of eventTypes) await registry.register(eventType);
  schemaIds = await registry.schemaIds(eventTypes);
  log = await KafkaEventLog.open(driver);
  fresh = await freshDatabase();
  database = openDatabase(fresh.url);
  issuer = await startIssuer({ port: 0 });
  const bus = 'OVO999001';
  const claims = {
    admin: { organisation: bus, scopes: ['kruispunt.operate', 'kruispunt.admin'], subject: 'admin' },
    both: { organisation: bus, scopes: ['kruispunt.admin', 'kruispunt.approve'], subject: 'admin' },
    second: { organisation: bus, scopes: ['kruispunt.operate', 'kruispunt.approve'], subject: 'second' },
    agency: { organisation: 'OVO999301', scopes: ['kruispunt.subscribe'], subject: 'agency' },
    stranger: { organisation: 'OVO999302', scopes: ['kruispunt.subscribe'], subject: 'stranger' },
  };
  for (const [name, claim] of Object.entries(claims)) tokens.set(name as Token, await issuer.token(claim));
  gateways = [await openGateway(), await openGateway()];
}, 120_000);

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  await Promise.all([issuer?.stop(), log?.close(), database?.close()]);
  await fresh?.drop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const openGateway = (): Promise<RunningApp> =>
  bootstrap(compose, {
    name: 'delivery-gateway',
    config,
    port: () => 0,
    ownsProcess: false,
    env: {
      KAFKA_BROKERS: serviceUrl('KAFKA_BROKERS'),
      SCHEMA_REGISTRY_URL: serviceUrl('SCHEMA_REGISTRY_URL'),
      DATABASE_URL: fresh.url,
      KP_ISSUER_URL: issuer.url,
      KP_ISSUER_JWKS_URL: issuer.jwksUrl,
      KP_MODE: 'proeftuin',
      KP_LOG_LEVEL: process.env['KP_LOG_LEVEL'] ?? 'silent',
      KP_SIGNING_KEY_FILE: join(folder, 'key.jwk'),
      KP_DELIVERY_GROUP: freshName('delivery'),
      KP_DELIVERY_TOPICS: `${personal.topic},${ev.IdentificatieVervangenV1.topic}`,
      KP_DELIVERY_SILENT_MS: '1500',
      KP_DELIVERY_REFRESH_MS: '500',
      KP_DELIVERY_PROTOCOL_LEASE_MS: String(leaseMs),
    },
  });

interface Answer {
  readonly status: number;
  readonly body: Json;
}
async function ask(who: Token, route: string, body?: Json, gateway = gateways[0]!): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const response = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${tokens.get(who)}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}
async function done(who: Token, route: string, body?: Json): Promise<Json> {
  const answer = await ask(who, route, body);
  if (answer.status >= 300) throw new Error(`${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

const why = 'een reden van deze proef';
const text = (fields: readonly string[], change: Json = {}): Json => ({
  parties: [{ organisation: 'OVO999301' }],
  hoedanigheid: 'proef',
  purpose: 'p',
  legalGround: 'l',
  eventTypes: [personal.type],
  fieldsPerType: { [personal.type]: fields },
  territory: 'all',
  subjectScope: 'all',
  validFrom: '2020-01-01',
  reason: why,
  ...change,
});
const freshProtocol = (): string => freshName('P').replaceAll('-', '.');
const digestOf = (act: Json): string => (act['proposal'] as { digest: string }).digest;

async function conclude(id: string, version: number, wish: Json): Promise<void> {
  const digest = digestOf(await done('admin', `POST /v1/protocols/${id}/${version}/propose`, wish));
  await done('second', `POST /v1/protocols/${id}/${version}/approve`, { digest, reason: why });
}

/** A subscription that pulls, with nothing in front of it. */
async function puller(protocol: string, wish: Json = {}): Promise<string> {
  const added = await done('agency', 'POST /v1/subscriptions', {
    name: freshName('s'),
    hoedanigheid: 'proef',
    types: [personal.type],
    channel: 'PULL',
    protocol,
    protocolVersion: 1,
    ...wish,
  });
  return String(added['id']);
}

async function publishMove(data: Json = {}): Promise<string> {
  const id = randomUUID();
  const dossier = freshName('VH');
  const envelope = {
    specversion: '1.0' as const,
    id,
    source: 'urn:be:ovo:OVO999101:systeem:burgerzaken',
    type: personal.type,
    subject: `urn:kruispunt:dossier:${dossier}`,
    time: new Date().toISOString(),
    data: complete(personal, {
      dossier,
      subjectPseudoniemen: [`p1.${dossier}`],
      wijziging: 'ANDERE_GEMEENTE',
      aangiftedatum: '2026-02-27',
      nisOud: '11002',
      nisNieuw: '24062',
      tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
      ...data,
    } as never),
  };
  await log.append([toRecord(envelope, personal, schemaIds)]);
  return id;
}

interface Pulled {
  readonly id: string;
  readonly data: Json;
}
const pull = async (id: string, gateway = gateways[0]!): Promise<{ status: number; events: readonly Pulled[] }> => {
  const { status, body } = await ask('agency', `GET /v1/subscriptions/${id}/events?limit=500`, undefined, gateway);
  return { status, events: (body['events'] ?? []) as readonly Pulled[] };
};

/** The event as this process gives it; asked again until it does, for a reader sees the end of the log a moment later. */
async function pulled(s: string, event: string, gateway: RunningApp): Promise<Pulled> {
  let found: Pulled | undefined;
  await until('the event is pulled', async () => {
    found = (await pull(s, gateway)).events.find(({ id }) => id === event);
    return found !== undefined;
  });
  return found!;
}

describe('a protocol', () => {
  it('is in force only when a second person has approved the very text that was proposed', async () => {
    const id = freshProtocol();
    const path = `/v1/protocols/${id}/1`;
    const digest = digestOf(await done('admin', `POST ${path}/propose`, text(['nisNieuw'])));
    const s = await puller(id);
    await publishMove();
    expect((await pull(s)).events).toEqual([]);

    expect(await ask('both', `POST ${path}/approve`, { digest, reason: why })).toMatchObject({
      status: 409,
      body: { slug: 'conflict' },
    });
    expect(await ask('second', `POST ${path}/approve`, { digest: 'f'.repeat(64), reason: why })).toMatchObject({
      status: 409,
      body: { slug: 'plan-changed' },
    });
    await done('second', `POST ${path}/approve`, { digest, reason: why });
    const later = await publishMove();
    for (const gateway of gateways) expect((await pulled(s, later, gateway)).data).toEqual({ nisNieuw: '24062' });
    const shown = await done('admin', `GET ${path}`);
    expect(shown['inForce']).toMatchObject({ proposedBy: 'admin', approvedBy: 'second', reason: why, endedAt: null });
  });

  it('that was rejected changes nothing, and its number can be written anew', async () => {
    const id = freshProtocol();
    const path = `/v1/protocols/${id}/1`;
    const digest = digestOf(await done('admin', `POST ${path}/propose`, text(['nisNieuw'])));
    expect((await ask('admin', `POST ${path}/propose`, text(['nisOud']))).status).toBe(409);
    await done('second', `POST ${path}/reject`, { digest, reason: why });
    expect((await ask('second', `POST ${path}/approve`, { digest, reason: why })).status).toBe(409);
    await conclude(id, 1, text(['nisOud']));
    expect((await ask('admin', `POST ${path}/propose`, text(['nisNieuw']))).status).toBe(409);
  });

  it('is withdrawn everywhere when the answer comes: no page of any process has an event under it', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw']));
    const s = await puller(id);
    const event = await publishMove();
    for (const gateway of gateways) await pulled(s, event, gateway);
    await done('admin', `POST /v1/protocols/${id}/1/withdraw`, { reason: why });
    for (const gateway of gateways) expect(await pull(s, gateway)).toEqual({ status: 200, events: [] });
    expect((await ask('admin', `POST /v1/protocols/${id}/1/withdraw`, { reason: why })).status).toBe(404);
  });

  it('is not answered as withdrawn while a process that does not answer may still decide by it', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw']));
    const witness = new PostgresProtocolWitness(database);
    const [{ revision } = { revision: 0 }] = await database.query<{ revision: number }>({
      name: 'spec-revision',
      text: 'select revision from protocol_revision',
    });
    expect(await witness.grant({ process: 'frozen', revision, leaseMs: 1_500 })).toBe(true);
    await done('admin', `POST /v1/protocols/${id}/1/withdraw`, { reason: why });
    expect(await witness.behind()).toEqual([]);
    const [frozen] = await database.query<{ over: boolean }>({
      name: 'spec-frozen',
      text: `select alive_until < clock_timestamp() as over from protocol_witness where process = 'frozen'`,
    });
    expect(frozen).toEqual({ over: true });
    expect(await witness.grant({ process: 'frozen', revision, leaseMs: 1_500 })).toBe(false);
  });

  it('takes the place of an earlier version for who names that, and a dry run says so beforehand without doing it', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw', 'aangiftedatum']));
    const s = await puller(id);
    const path = `/v1/protocols/${id}/2`;
    const wish = text(['nisNieuw', 'nisOud'], { replaces: 1, territory: ['24062'] });
    const difference = {
      subscription: s,
      differences: expect.arrayContaining([
        { of: 'protocol', gained: [`${id}@2`], lost: [`${id}@1`] },
        { of: 'fields', type: personal.type, gained: ['nisOud'], lost: ['aangiftedatum'] },
        { of: 'territory', gained: ['24062'], lost: ['all'] },
      ]),
    };
    const rehearsed = await done('admin', `POST ${path}/propose`, { ...wish, dryRun: true });
    expect(rehearsed).toMatchObject({ dryRun: true, effects: [difference] });
    expect((await ask('admin', `GET ${path}`)).status).toBe(404);

    const digest = digestOf(await done('admin', `POST ${path}/propose`, wish));
    const approval = { digest, reason: why };
    expect(await done('second', `POST ${path}/approve`, { ...approval, dryRun: true })).toMatchObject({
      effects: [difference],
    });
    const before = await publishMove();
    expect((await pulled(s, before, gateways[0]!)).data).toEqual({
      nisNieuw: '24062',
      aangiftedatum: '2026-02-27',
    });
    await done('second', `POST ${path}/approve`, approval);
    for (const gateway of gateways)
      expect((await pulled(s, before, gateway)).data).toEqual({
        nisNieuw: '24062',
        nisOud: '11002',
      });
    expect((await done('admin', `GET /v1/protocols/${id}/1`))['inForce']).toMatchObject({
      protocol: { withdrawn: true, supersededBy: 2 },
      endReason: 'replaced',
    });
  });

  it.each<[Token, string]>([
    ['agency', 'propose'],
    ['second', 'propose'],
    ['agency', 'approve'],
    ['admin', 'approve'],
    ['agency', 'withdraw'],
    ['second', 'withdraw'],
  ])('is not for %s to %s', async (who, verb) => {
    const body = verb === 'propose' ? text(['nisNieuw']) : { reason: why };
    expect(await ask(who, `POST /v1/protocols/${freshProtocol()}/1/${verb}`, body)).toMatchObject({
      status: 403,
      body: { slug: 'forbidden' },
    });
  });
});

describe('the repertorium', () => {
  const lines = (text: string): readonly Json[] =>
    text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Json]));
  async function send(s: string, body: string): Promise<readonly Json[]> {
    const response = await fetch(`${gateways[0]!.url}/v1/subscriptions/${s}/subjects`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.get('agency')}`, 'content-type': 'application/x-ndjson' },
      body,
    });
    return lines(await response.text());
  }
  const exported = async (s: string): Promise<readonly Json[]> => {
    const headers = { authorization: `Bearer ${tokens.get('agency')}` };
    return lines(await (await fetch(`${gateways[0]!.url}/v1/subscriptions/${s}/subjects`, { headers })).text());
  };
  const announced = async (subject: string) => {
    const [type, found] = [ev.InschrijvingGewijzigdV1.topic, [] as string[]];
    const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'who-spec-look' });
    const [admin, reader] = [await driver.admin(), await driver.reader()];
    for (const { partition, first, next } of await admin.offsets(type))
      for (let offset = first; offset < next;) {
        const batch = await reader.read({ topic: type, partition, offset });
        found.push(...batch.entries.filter((e) => e.key?.toString() === subject).map((e) => e.headers['ce_id']!));
        offset = batch.next;
      }
    await Promise.all([admin.close(), reader.close()]);
    return found.map((id) => id.split(':')[1]);
  };
  const registering = async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw'], { subjectScope: 'registered' }));
    return puller(id);
  };

  it('imports by the thousand with a result per line, and the same lines again change nothing', async () => {
    const s = await registering();
    const wishes = Array.from({ length: 998 }, (_, n) => JSON.stringify({ subject: `p1.${s.slice(0, 8)}-${n}` }));
    const body = [...wishes, '{"subject":"85661500150"}', 'geen json'].join('\n');
    const first = await send(s, body);
    expect(first.filter(({ outcome }) => outcome === 'registered')).toHaveLength(998);
    expect(first.slice(-2)).toMatchObject([
      { line: 999, outcome: 'refused', problem: { slug: 'insz-in-context' } },
      { line: 1000, outcome: 'refused', problem: { slug: 'not-json' } },
    ]);
    expect((await send(s, body)).filter(({ outcome }) => outcome === 'unchanged')).toHaveLength(998);
    const out = await exported(s);
    expect(out).toHaveLength(998);
    // What was exported can be imported.
    expect(
      (await send(s, out.map((line) => JSON.stringify(line)).join('\n'))).every((l) => l['outcome'] === 'unchanged'),
    ).toBe(true);
    const gone = await send(s, `{"subject":"${String(out[0]!['subject'])}","action":"unregister"}`);
    expect(gone).toEqual([{ line: 1, outcome: 'unregistered' }]);
    expect((await done('agency', `GET /v1/subscriptions/${s}/effective`))['registered']).toEqual({
      standing: 997,
      ending: 0,
    });
  });

  it('moves with a replaced identity: the new key is registered in the same period, the old one stays, once', async () => {
    const s = await registering();
    const [from, to] = [`p1.${randomUUID()}`, `p1.${randomUUID()}`];
    await done('agency', `PUT /v1/subscriptions/${s}/subjects/${from}`, { from: '2026-01-01', to: '2027-06-30' });
    const replaced = ev.IdentificatieVervangenV1 as EventType<never>;
    const envelope = {
      specversion: '1.0' as const,
      id: randomUUID(),
      source: 'urn:be:ovo:OVO027248:systeem:rijksregister',
      type: replaced.type,
      subject: `urn:kruispunt:persoon:${from}`,
      time: new Date().toISOString(),
      data: complete(replaced, {
        oudSubjectPseudoniem: from,
        nieuwSubjectPseudoniem: to,
        ingangsdatum: '2026-11-01',
        samenvoeging: false,
        tijdstipRegistratie: '2026-11-02T09:15:00.123Z',
      } as never),
    };
    // Twice in the log, as publishing at least once allows.
    await log.append([toRecord(envelope, replaced, schemaIds), toRecord(envelope, replaced, schemaIds)]);
    await until('it has moved', async () => (await exported(s)).length === 2);
    expect(await exported(s)).toEqual(
      expect.arrayContaining([
        { subject: from, from: '2026-01-01', to: '2027-06-30', migratedFrom: null, replaced: true },
        { subject: to, from: '2026-01-01', to: '2027-06-30', migratedFrom: from, replaced: false },
      ]),
    );
    for (const subject of [from, to])
      await pulled(s, await publishMove({ subjectPseudoniemen: [subject] }), gateways[0]!);
    await until('it is announced', async () => (await announced(to)).length > 0);
    expect(await announced(to)).toEqual(['GEMIGREERD']);
    expect(await announced(from)).toEqual(['INGESCHREVEN']);
  });

  it('reminds once of what ends soon, then lets it end; the new period of a prolonged one is reminded of again', async () => {
    const s = await registering();
    const subject = `p1.${randomUUID()}`;
    const store = new PostgresRepertorium(database);
    await done('agency', `PUT /v1/subscriptions/${s}/subjects/${subject}`, { from: '2026-01-01', to: '2027-01-31' });
    const round = (day: string) => store.endDue(day, 30, 100);
    expect(await round('2026-12-31')).toMatchObject({ reminded: 0 });
    await round('2027-01-02');
    await round('2027-01-03');
    await done('agency', `PUT /v1/subscriptions/${s}/subjects/${subject}`, { from: '2026-01-01', to: '2027-03-31' });
    await round('2027-03-05');
    await round('2027-04-01');
    await until('all is announced', async () => (await announced(subject)).includes('VERLOPEN'));
    expect(await announced(subject)).toEqual([
      'INGESCHREVEN',
      'HERINNERING',
      'INGESCHREVEN',
      'HERINNERING',
      'VERLOPEN',
    ]);
    expect(await exported(s)).toEqual([]);
  });
});

describe('what the server applies', () => {
  it('is shown after protocol, wish, mergers and period, not as it was asked', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw', 'nisOud'], { territory: ['11002', '24062'], validTo: '2027-12-31' }));
    const s = await puller(id, { nis: ['11007'], projection: ['nisNieuw', 'adresRef'], validFrom: '2026-01-01' });
    expect(await done('agency', `GET /v1/subscriptions/${s}/effective`)).toMatchObject({
      protocol: `${id}@1`,
      force: 'in-force',
      types: [{ type: personal.type, fields: ['nisNieuw'], rule: `${id}@1` }],
      territory: ['11002', '11007'],
      endedMunicipalities: [{ nis: '11007', endedOn: '2024-12-31', successors: ['11002'] }],
      period: { from: '2026-01-01', to: '2027-12-31' },
      subjects: 'all',
      channel: 'PULL',
      circuit: { kind: 'closed' },
    });
    await done('admin', `POST /v1/protocols/${id}/1/withdraw`, { reason: why });
    expect(await done('agency', `GET /v1/subscriptions/${s}/effective`)).toMatchObject({
      force: 'withdrawn',
      types: [{ fields: [], rule: `${id}@1:withdrawn` }],
    });
    expect((await ask('stranger', `GET /v1/subscriptions/${s}/effective`)).status).toBe(404);
  });

  it('raises an alarm on a filter that went silent: its municipality ended, or nothing matched while others did', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw']));
    const [ended, still, lively] = [
      await puller(id, { nis: ['11007'] }),
      await puller(id, { filter: { field: 'data.dossier', is: 'nergens' } }),
      await puller(id),
    ];
    const alarms = async (s: string) =>
      ((await done('agency', `GET /v1/subscriptions/${s}/effective`))['alarms'] as readonly { kind: string }[]).map(
        (a) => a.kind,
      );
    await until('both alarms stand', async () => {
      const page = await ask('agency', `GET /v1/subscriptions/${lively}/events?limit=500`);
      await ask('agency', `POST /v1/subscriptions/${lively}/ack`, { cursor: page.body['next'] });
      await publishMove();
      return (
        (await alarms(ended)).includes('filter-municipality-ended') && (await alarms(still)).includes('nothing-matched')
      );
    });
    expect(await alarms(lively)).not.toContain('nothing-matched');
    const metrics = await (await fetch(`${gateways[0]!.url}/metrics`)).text();
    expect(metrics).toContain(
      `kruispunt_subscription_silent{subscription="${ended}",reason="filter-municipality-ended"} 1`,
    );
    const flow = await done('admin', 'GET /v1/flow');
    expect(Number((flow['total'] as Json)['silent'])).toBeGreaterThanOrEqual(2);
  });
});

describe('a simulation', () => {
  const moved = (data: Json = {}): Json => ({
    specversion: '1.0',
    id: 'proef-1',
    source: 'urn:be:ovo:OVO999101:systeem:burgerzaken',
    type: personal.type,
    subject: 'urn:kruispunt:dossier:VH-1',
    time: '2026-11-24T10:00:00Z',
    data: complete(personal, {
      dossier: 'VH-1',
      subjectPseudoniemen: ['p1.kanarie'],
      wijziging: 'ANDERE_GEMEENTE',
      aangiftedatum: '2026-02-27',
      nisOud: '11002',
      nisNieuw: '24062',
      tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
      ...data,
    } as never),
  });
  interface Result {
    readonly subscription: string;
    readonly gets: string;
    readonly rule: string;
    readonly fields: readonly string[];
  }
  const about = async (who: Token, event: Json): Promise<ReadonlyMap<string, Result>> => {
    const { results } = await done(who, 'POST /v1/subscriptions/simulate', { event, reason: why });
    return new Map((results as readonly Result[]).map((one) => [one.subscription, one]));
  };

  it('says for any event who would get it, with which fields, by which rule, and who not and why', async () => {
    const [one, other] = [freshProtocol(), freshProtocol()];
    await conclude(one, 1, text(['nisNieuw', 'nisOud']));
    await conclude(other, 1, text(['nisNieuw'], { territory: ['44021'] }));
    const wishes: readonly [string, Json, Partial<Result>][] = [
      [one, {}, { gets: 'yes', rule: `${one}@1`, fields: ['nisOud', 'nisNieuw'] }],
      [one, { projection: ['nisOud'] }, { gets: 'yes', rule: `${one}@1`, fields: ['nisOud'] }],
      [one, { nis: ['44021'] }, { gets: 'no', rule: 'filter:territory' }],
      [one, { subjects: 'registered' }, { gets: 'no', rule: 'filter:subjects' }],
      [one, { filter: { field: 'data.nietDaar', is: 'x' } }, { gets: 'cannot-tell' }],
      [other, {}, { gets: 'no', rule: `${other}@1:territory` }],
      [freshProtocol(), {}, { gets: 'no', rule: 'no-protocol' }],
    ];
    const made = await Promise.all(wishes.map(([protocol, wish]) => puller(protocol, wish)));
    for (const who of ['agency', 'admin'] as const) {
      const results = await about(who, moved());
      for (const [i, [, , wanted]] of wishes.entries()) expect(results.get(made[i]!)).toMatchObject(wanted);
    }
    expect((await about('stranger', moved())).size).toBe(0);
    expect((await ask('admin', 'POST /v1/subscriptions/simulate', { event: moved() })).body['slug']).toBe(
      'reason-required',
    );
    expect((await ask('agency', 'POST /v1/subscriptions/simulate', { event: moved({ nisNieuw: 1 }) })).status).toBe(
      422,
    );
  });

  it('of the last real events tells the same as the delivery, masked', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw']));
    const s = await puller(id);
    const event = await publishMove({ nisNieuw: '44021' });
    await pulled(s, event, gateways[0]!);
    const { results } = await done('agency', `POST /v1/subscriptions/${s}/simulate`, { last: 3 });
    expect((results as readonly Json[]).find((r) => (r['event'] as Json)['id'] === event)).toMatchObject({
      gets: 'yes',
      rule: `${id}@1`,
      fields: ['nisNieuw'],
      data: { nisNieuw: 'text(5)' },
    });
    expect(JSON.stringify(results)).not.toContain('44021');
    expect((await ask('admin', `POST /v1/subscriptions/${s}/simulate`, { last: 3 })).body['slug']).toBe(
      'reason-required',
    );
    expect((await pull(s)).events.map((e) => e.id)).toContain(event);
  });
});

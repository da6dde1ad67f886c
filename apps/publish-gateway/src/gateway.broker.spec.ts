import { createPublicKey, generateKeyPairSync, randomUUID, verify } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InMemoryAuditTrail } from '@kruispunt/audit';
import { catalogus, eventTypes, gemeenten, topics } from '@kruispunt/contracts';
import { startIssuer, type RunningIssuer } from '@kruispunt/embedded';
import { platformaticDriver, type LogAdmin } from '@kruispunt/kafka';
import {
  bootstrap,
  routesOf,
  type Compose,
  type Composition,
  type ProcessContext,
  type RunningApp,
} from '@kruispunt/nest';
import { publishRulesFrom } from '@kruispunt/policy';
import { migrate, openDatabase, PostgresEventIndex, PostgresPartitionStore } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { freshDatabase, freshName, InMemoryEventLog, serviceUrl, until } from '@kruispunt/testkit';
import { appModule } from './app.module.js';
import { compose } from './compose.js';
import { config } from './config.js';
import { indexedTopics } from './index/run-index.js';
import { routes } from './openapi.js';
import { Accept } from './publish/accept.js';
import { WatchedLog } from './publish/watched-log.js';
import { Witness } from './publish/witness.js';
import { OwnReceipt } from './receipt/own-receipt.js';
import { readSigningKey, ReceiptSigner } from './receipt/receipt-signer.js';
import { sha256, type Receipt } from './receipt/receipt.js';

const organisation = 'urn:be:kbo:0999990024';
const type = 'be.vlaanderen.bevolking.adreswijziging-aangegeven.v1';
const payload = {
  dossier: 'VH-2026-000123',
  subjectPseudoniemen: ['p1-6f3a9c0d5b7e41d2a8c4f0e1b2d3c4a5'],
  wijziging: 'ANDERE_GEMEENTE',
  aangiftedatum: '2026-02-27',
  nisOud: '24107',
  nisNieuw: '24055',
  tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
};
const eventOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  specversion: '1.0',
  id: randomUUID(),
  source: `${organisation}:systeem:burgerzaken`,
  type,
  subject: `urn:kruispunt:dossier:VH-${randomUUID()}`,
  kpgemeentenis: '24055',
  data: payload,
  ...changes,
});

let folder: string;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let issuer: RunningIssuer;
let gateway: RunningApp;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-gateway-'));
  await writeFile(
    join(folder, 'key.jwk'),
    JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  );
  const driver = platformaticDriver({ brokers: [serviceUrl('KAFKA_BROKERS')], clientId: 'gateway-spec' });
  const admin = await driver.admin();
  await admin.ensureTopics(topics);
  const registry = ConfluentRegistry.connect(serviceUrl('SCHEMA_REGISTRY_URL'));
  for (const eventType of eventTypes) await registry.register(eventType);
  database = await freshDatabase();
  await indexFromHere(admin);
  await admin.close();
  issuer = await startIssuer({ port: 0 });
  token = await issuer.token({ organisation, nis: ['24055'], scopes: ['kruispunt.publish'], subject: 'burgerzaken' });
  gateway = await start();
}, 120_000);

/** Other specs may have filled these topics before: the index of this one begins at their end. */
async function indexFromHere(admin: LogAdmin): Promise<void> {
  const fresh = openDatabase(database.url);
  await migrate(fresh);
  const store = new PostgresPartitionStore(fresh, new InMemoryEventLog());
  for (const topic of indexedTopics) {
    for (const { partition, next } of await admin.offsets(topic)) {
      const claim = await store.claim('event-index', topic, partition, 'spec');
      await store.transact(claim, { from: claim.next, next }, () => Promise.resolve());
    }
  }
  await fresh.close();
}

const start = (compose_: Compose<typeof config> = compose, databaseUrl = database.url): Promise<RunningApp> =>
  bootstrap(compose_, {
    name: 'publish-gateway',
    config,
    port: () => 0,
    ownsProcess: false,
    env: {
      KAFKA_BROKERS: serviceUrl('KAFKA_BROKERS'),
      SCHEMA_REGISTRY_URL: serviceUrl('SCHEMA_REGISTRY_URL'),
      DATABASE_URL: databaseUrl,
      KP_ISSUER_URL: issuer.url,
      KP_ISSUER_JWKS_URL: issuer.jwksUrl,
      KP_MODE: 'proeftuin',
      KP_LOG_LEVEL: 'silent',
      KP_SIGNING_KEY_FILE: join(folder, 'key.jwk'),
      KP_PUBLISH_INDEX_GROUP: freshName('event-index'),
    },
  });

afterAll(async () => {
  await gateway?.stop();
  await issuer?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const post = (
  body: string | Uint8Array,
  contentType = 'application/cloudevents+json',
  headers: Record<string, string> = {},
  to = gateway,
) =>
  fetch(`${to.url}/v1/events`, {
    method: 'POST',
    body: body as never,
    headers: { authorization: `Bearer ${token}`, 'content-type': contentType, ...headers },
  });
const get = async (path: string, bearer = token) =>
  fetch(`${gateway.url}${path}`, { headers: bearer === '' ? {} : { authorization: `Bearer ${bearer}` } });
const operator = () => issuer.token({ organisation: 'OVO002949', scopes: ['kruispunt.operate'], subject: 'operator' });

async function verified(jws: string): Promise<Receipt> {
  const { keys } = (await (await get('/.well-known/jwks.json', '')).json()) as { keys: { kid: string; kty: string }[] };
  const [head = '', body = '', signature = ''] = jws.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string; alg: string };
  expect(alg).toBe('EdDSA');
  const key = createPublicKey({ key: keys.find((k) => k.kid === kid) as never, format: 'jwk' });
  expect(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Receipt;
}

describe('the publish gateway', () => {
  it('composes: an event gets a signed receipt, and those bytes stand there in the log', async () => {
    const event = eventOf();
    const answer = await post(JSON.stringify(event));
    expect(answer.status).toBe(202);
    const { receipt } = (await answer.json()) as { receipt: string };
    const claims = await verified(receipt);
    expect(claims).toMatchObject({
      eventId: event['id'],
      source: event['source'],
      type,
      topic: 'be.vlaanderen.bevolking.verhuis.v1',
      org: organisation,
    });
    const reader = await platformaticDriver({
      brokers: [serviceUrl('KAFKA_BROKERS')],
      clientId: 'gateway-spec',
    }).reader();
    const batch = await reader.read(claims);
    await reader.close();
    const entry = batch.entries.find(({ offset }) => offset === claims.offset);
    expect(sha256(entry!.value!)).toBe(claims.valueSha256);
  });

  it('answers a batch with one result per event, 207 when one was refused', async () => {
    const events = [eventOf(), eventOf({ type: 'be.x' }), eventOf()];
    const answer = await post(JSON.stringify(events), 'application/cloudevents-batch+json');
    const { results } = (await answer.json()) as {
      results: { status: number; eventId?: string; problem?: { slug: string } }[];
    };
    expect(answer.status).toBe(207);
    expect(results.map(({ status, eventId, problem }) => [status, eventId ?? problem?.slug])).toEqual([
      [202, events[0]!['id']],
      [422, 'unknown-type'],
      [202, events[2]!['id']],
    ]);
    expect((await post(JSON.stringify([eventOf()]), 'application/cloudevents-batch+json')).status).toBe(202);
  });

  it('takes binary mode, as JSON and as Avro', async () => {
    const { data: _, ...attributes } = eventOf();
    const headers = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [`ce-${name}`, String(value)]),
    );
    expect((await post(JSON.stringify(payload), 'application/json', headers)).status).toBe(202);
    const codec = eventTypes.find((t) => t.type === type)!.codec;
    const checked = codec.check(payload);
    expect((await post(codec.encode(checked.ok ? checked.value : undefined), 'application/avro', headers)).status).toBe(
      202,
    );
  });

  it('gives the receipt again from the event index, to its owner only', async () => {
    const event = eventOf();
    const first = (await (await post(JSON.stringify(event))).json()) as Receipt;
    const path = `/v1/events/${encodeURIComponent(String(event['source']))}/${String(event['id'])}`;
    await until('the event is indexed', async () => (await get(path)).status === 200);
    const again = await verified(((await (await get(path)).json()) as { receipt: string }).receipt);
    expect(again).toEqual({ ...first, acceptedAt: again.acceptedAt, receipt: undefined });
    const other = await issuer.token({
      organisation: 'urn:be:kbo:0999990123',
      nis: ['11002'],
      scopes: ['kruispunt.publish'],
      subject: 'x',
    });
    const [foreign, absent] = [await get(path, other), await get(`${path}x`, other)];
    expect([foreign.status, absent.status]).toEqual([404, 404]);
    const bodies = [await foreign.json(), await absent.json()].map((body) => ({ ...(body as object), instance: '' }));
    expect(bodies[0]).toEqual(bodies[1]);
  }, 30_000);

  it('lets operators search the index, page by page', async () => {
    const subject = `urn:kruispunt:dossier:VH-${randomUUID()}`;
    const key = subject.split(':').at(-1)!;
    await post(JSON.stringify([1, 2, 3].map(() => eventOf({ subject }))), 'application/cloudevents-batch+json');
    const bearer = await operator();
    type Page = { events: { key: string; offset: number }[]; next?: string };
    const page = async (query: string) => (await (await get(`/v1/index?key=${key}${query}`, bearer)).json()) as Page;
    await until('all three are indexed', async () => (await page('')).events.length === 3);
    const first = await page('&limit=2');
    const second = await page(`&limit=2&after=${first.next}`);
    expect([...first.events, ...second.events].map(({ offset }) => offset)).toEqual(
      (await page('')).events.map(({ offset }) => offset),
    );
    expect(second.next).toBeUndefined();
    expect((await get('/v1/index?unheard=1', bearer)).status).toBe(400);
    expect((await get('/v1/index', token)).status).toBe(403);
  }, 30_000);

  it('describes its types and its keys to anybody, and is ready while the log takes writes', async () => {
    expect(await (await get(`/v1/types/${type}`, '')).json()).toMatchObject({
      type,
      klasse: 'PERSOON',
      schema: { name: 'AdreswijzigingAangegeven' },
    });
    expect(((await (await get('/v1/types', '')).json()) as { types: unknown[] }).types.length).toBeGreaterThan(40);
    expect((await get('/v1/types/be.x', '')).status).toBe(422);
    expect(await (await get('/health/ready', '')).json()).toMatchObject({ status: 'ready', checks: { log: 'ok' } });
  });
});

describe('its OpenAPI document', () => {
  it('describes exactly the routes there are, with who may call them', () => {
    const probes = ['/health/live', '/health/ready', '/health/startup', '/metrics'];
    const told = routes.map(({ verb, path, access }) => ({ verb, path, access }));
    const there = routesOf(gateway.app)
      .filter(({ path }) => !probes.includes(path))
      .map(({ verb, path, access }) => ({ verb, path, access }));
    expect(there).toEqual(expect.arrayContaining(told));
    expect(there).toHaveLength(told.length);
  });
});

describe('when a part is away', () => {
  it('goes on accepting without Postgres; only receipts must wait', async () => {
    const lonely = await start(compose, 'postgres://nobody:x@127.0.0.1:9/none');
    try {
      const event = eventOf();
      expect((await post(JSON.stringify(event), undefined, {}, lonely)).status).toBe(202);
      const path = `/v1/events/${encodeURIComponent(String(event['source']))}/${String(event['id'])}`;
      const answer = await fetch(`${lonely.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      expect([answer.status, ((await answer.json()) as { slug: string }).slug]).toEqual([503, 'store-unavailable']);
      expect((await fetch(`${lonely.url}/health/ready`)).status).toBe(200);
    } finally {
      await lonely.stop();
    }
  }, 30_000);

  it('refuses with 503 and Retry-After when the log takes nothing, and is not ready', async () => {
    const stranded = await start(composeWithoutLog);
    try {
      for (const body of [JSON.stringify(eventOf()), JSON.stringify([eventOf(), eventOf()])]) {
        const answer = await post(
          body,
          body.startsWith('[') ? 'application/cloudevents-batch+json' : undefined,
          {},
          stranded,
        );
        expect([answer.status, ((await answer.json()) as { slug: string }).slug]).toEqual([503, 'log-unavailable']);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      expect((await fetch(`${stranded.url}/health/ready`)).status).toBe(503);
    } finally {
      await stranded.stop();
    }
  }, 30_000);
});

/** The same routes on a log that takes nothing. */
async function composeWithoutLog({
  log,
  metrics,
  clock,
  readiness,
}: ProcessContext<typeof config>): Promise<Composition> {
  const away = new InMemoryEventLog();
  away.failing = true;
  const eventLog = new WatchedLog(away, clock);
  readiness.add('log', () => eventLog.takesWrites);
  const schemaIds = await ConfluentRegistry.connect(serviceUrl('SCHEMA_REGISTRY_URL')).schemaIds(eventTypes);
  const rules = publishRulesFrom(catalogus, gemeenten);
  const index = new PostgresEventIndex(openDatabase(database.url));
  const accept = new Accept({ log: eventLog, schemaIds, rules, clock, testPersonsOnly: true });
  const witness = new Witness({ log, metrics, audit: new InMemoryAuditTrail(), clock });
  const signer = new ReceiptSigner(await readSigningKey(join(folder, 'key.jwk')));
  return { module: appModule({ accept, witness, signer, receipts: new OwnReceipt(index, rules), index }) };
}

describe('bad input over HTTP', () => {
  const real = `850115001${String(97 - (850_115_001 % 97)).padStart(2, '0')}`;
  const event = JSON.stringify(eventOf());
  it.each<[slug: string, status: number, body: string, ...mode: string[]]>([
    ['not-json', 400, '{"specversion":'],
    ['duplicate-key', 400, event.replace('{', '{"id":"x",')],
    ['too-deep', 400, `{"data":${'['.repeat(40)}${']'.repeat(40)}}`],
    ['body-too-large', 413, `[${' '.repeat(1_048_577)}]`, 'application/cloudevents-batch+json'],
    ['event-too-large', 413, JSON.stringify(eventOf({ data: 'x'.repeat(262_144) }))],
    ['batch-too-large', 413, JSON.stringify(Array(1_001).fill({})), 'application/cloudevents-batch+json'],
    ['unsupported-content-type', 415, event, 'text/plain'],
    ['unsupported-content-type', 415, event, 'application/json'],
    ['invalid-envelope', 400, JSON.stringify(eventOf({ time: 'now' }))],
    ['unknown-type', 422, JSON.stringify(eventOf({ type: 'be.x.v1' }))],
    ['unknown-version', 422, JSON.stringify(eventOf({ type: type.replace('v1', 'v7') }))],
    ['schema-mismatch', 422, JSON.stringify(eventOf({ data: { ...payload, wijziging: 'NAAR_MARS' } }))],
    ['insz-in-context', 422, JSON.stringify(eventOf({ subject: 'urn:persoon:85661500150' }))],
    ['real-insz', 422, JSON.stringify(eventOf({ data: { ...payload, dossier: real } }))],
    ['foreign-territory', 403, JSON.stringify(eventOf({ data: { ...payload, nisNieuw: '11002' } }))],
    [
      'type-not-allowed',
      403,
      JSON.stringify(
        eventOf({
          type: 'be.vlaanderen.bevolking.woonstcontrole-uitgevoerd.v1',
          data: {
            dossier: 'VH-2026-000123',
            resultaat: 'BEVESTIGD',
            controledatum: '2026-03-01',
            pogingen: 1,
            verslagRef: 'v',
            politiezone: '5388',
            tijdstipRegistratie: payload.tijdstipRegistratie,
          },
        }),
      ),
    ],
    ['source-not-allowed', 403, JSON.stringify(eventOf({ source: 'urn:be:kbo:0999990123:systeem:x' }))],
  ])('is refused as %s with %i, in two languages, showing no number', async (slug, status, body, ...mode) => {
    const answer = await post(body, ...mode);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      slug,
      status,
      type: `urn:kruispunt:problem:${slug}`,
      titles: { nl: expect.any(String), en: expect.any(String) },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(text).not.toMatch(/85661500150|850115001/);
  });

  it('names the place in the payload as a JSON Pointer', async () => {
    const answer = await post(JSON.stringify(eventOf({ data: { ...payload, subjectPseudoniemen: ['a', 7] } })));
    expect(await answer.json()).toMatchObject({ slug: 'schema-mismatch', at: '/subjectPseudoniemen/1' });
  });

  it.each([
    ['no token', () => Promise.resolve('')],
    [
      'an expired token',
      () => issuer.token({ organisation, scopes: ['kruispunt.publish'], subject: 'x', expiresInS: -120 }),
    ],
    ['a forged token', async () => `${token.slice(0, -8)}AAAAAAAA`],
    [
      'a token without signature',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`,
    ],
  ])('is refused as unauthenticated with %s', async (_, bearer) => {
    const answer = await post(event, undefined, { authorization: `Bearer ${await bearer()}` });
    expect([answer.status, ((await answer.json()) as { slug: string }).slug]).toEqual([401, 'unauthenticated']);
  });
});

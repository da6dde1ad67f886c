import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ev } from '@kruispunt/contracts';
import { type RunningIssuer } from '@kruispunt/embedded';
import { toRecord } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { routesOf, type RunningApp } from '@kruispunt/nest';
import { type Database } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { freshName, serviceUrl, SignedReceiver as Receiver, until } from '@kruispunt/testkit';
import { routes } from './openapi.js';
import { openGatewayWorld, type GatewayWorld } from './gateway-world.kit.js';

jest.setTimeout(180_000);

const open = ev.BeslissingBekendgemaaktV1;
const personal = ev.GegevenGemuteerdV1;

let world: GatewayWorld;
let database: Database;
let issuer: RunningIssuer;
let gateway: RunningApp;
let log: KafkaEventLog;
let schemaIds: Awaited<ReturnType<ConfluentRegistry['schemaIds']>>;
let operator: string;
const receivers: Receiver[] = [];

beforeAll(async () => {
  world = await openGatewayWorld('delivery-spec');
  ({ log, schemaIds, database, issuer } = world);
  operator = await issuer.token({
    organisation: 'OVO999001',
    scopes: ['kruispunt.operate', 'kruispunt.admin'],
    subject: 'operator',
  });
  gateway = await world.start({
    KP_DELIVERY_GROUP: freshName('delivery'),
    KP_DELIVERY_TOPICS: `${open.topic},${personal.topic}`,
    KP_DELIVERY_LADDER_FIRST_MS: '200',
    KP_DELIVERY_LADDER_CAP_MS: '1000',
    KP_DELIVERY_LADDER_RETRIES: '3',
    KP_DELIVERY_REFRESH_MS: '100',
    KP_DELIVERY_FLUSH_MS: '100',
  });
}, 120_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all(receivers.map((receiver) => receiver.close()));
  await world?.close();
}, 60_000);

type Json = Record<string, unknown>;
async function call(verb: string, path: string, token: string, body?: Json): Promise<Json & { status: number }> {
  const response = await fetch(gateway.url + path, {
    method: verb,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { ...((await response.json()) as Json), ...(response.ok ? {} : { status: response.status }) } as Json & {
    status: number;
  };
}

let organisations = 0;
async function subscribe(wish: Json): Promise<{ id: string; receiver: Receiver; token: string; organisation: string }> {
  const organisation = `OVO9993${String(organisations++).padStart(2, '0')}`;
  const token = await issuer.token({ organisation, scopes: ['kruispunt.subscribe'], subject: 'client' });
  const receiver = new Receiver();
  receivers.push(receiver);
  await receiver.listen();
  const endpoint = { url: `http://127.0.0.1:${receiver.port}/hook`, exceptions: [{ cidr: '127.0.0.1/32', days: 1 }] };
  const added = await call('POST', '/v1/subscriptions', token, {
    name: freshName('s'),
    hoedanigheid: 'proef',
    types: [open.type],
    ...((wish['channel'] ?? 'WEBHOOK') === 'WEBHOOK' ? { endpoint } : {}),
    ...wish,
  });
  expect(added.status).toBeUndefined();
  const id = String(added['id']);
  if ((wish['channel'] ?? 'WEBHOOK') === 'WEBHOOK') {
    receiver.keys = (added['endpoint'] as { keys: { key: string }[] }).keys.map(({ key }) => key);
    expect(await call('POST', `/v1/subscriptions/${id}/probe`, token)).toMatchObject({
      ok: true,
      unsigned: '401',
      signed: '204',
      state: 'active',
    });
  }
  return { id, receiver, token, organisation };
}

const beslissing = (key: string, id: string = randomUUID()) =>
  toRecord(
    {
      specversion: '1.0',
      id,
      source: 'urn:be:ovo:OVO999101:systeem:omgeving',
      type: open.type,
      subject: `urn:omv:${key}`,
      time: new Date().toISOString(),
      data: {
        projectnummer: key,
        wijze: 'AANPLAKKING',
        eersteDag: '2026-07-06',
        beroepTot: '2026-08-05',
        uitvoerbaarVanaf: '2026-08-11',
        tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
      },
    } as Parameters<typeof toRecord<never>>[0],
    open as never,
    schemaIds,
  );

async function publish(keys: readonly string[]): Promise<string[]> {
  const ids = keys.map(() => randomUUID());
  await log.append(keys.map((key, i) => beslissing(key, ids[i])));
  return ids;
}
const fresher = (stem: string) => `${stem}-${randomUUID().slice(0, 8)}`;
const conserved = async () =>
  database.query<{ difference: number }>({
    name: 'spec-i5',
    text: 'select * from delivery_conservation where difference <> 0',
  });
const mine = (receiver: Receiver, ids: readonly string[]) => receiver.ids.filter((id) => ids.includes(id));

describe('delivery', () => {
  it('delivers each event once, signed, in log order per key, and counts it', async () => {
    const { receiver, id } = await subscribe({});
    const keys = Array.from({ length: 8 }, () => fresher('OMV'));
    const ids = await publish(Array.from({ length: 200 }, (_, i) => keys[i % 8]!));
    await until('all are delivered', () => mine(receiver, ids).length >= 200);
    expect(new Set(mine(receiver, ids)).size).toBe(200);
    for (const [k, key] of keys.entries())
      expect(receiver.got.filter((got) => got.key === key).map((got) => got.id)).toEqual(
        ids.filter((_, i) => i % 8 === k),
      );
    await until('the positions are committed', async () => Number((await position(id))?.delivered ?? 0) >= 200);
    expect(await conserved()).toEqual([]);
    expect(receiver.got[0]!.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      kpsubscription: id,
      kpattempt: '1',
    });
  });

  it('holds only the key of a dead receiver’s event, opens its circuit, and catches up in order; others are not slowed', async () => {
    const dead = await subscribe({});
    const well = await subscribe({});
    await dead.receiver.close();
    const keys = Array.from({ length: 8 }, () => fresher('OMV'));
    const ids = await publish(Array.from({ length: 80 }, (_, i) => keys[i % 8]!));
    await until('the other has all', () => mine(well.receiver, ids).length >= 80);
    const flow = async () =>
      (
        (await call('GET', '/v1/flow', operator))['subscriptions'] as {
          id: string;
          circuit: { kind: string };
          held: number;
          difference: number;
        }[]
      ).find((s) => s.id === dead.id)!;
    await until('the circuit opens', async () => (await flow()).circuit.kind !== 'closed');
    expect((await flow()).difference).toBe(0);
    await dead.receiver.listen();
    await until('it has caught up', () => mine(dead.receiver, ids).length >= 80);
    for (const [k, key] of keys.entries())
      expect(dead.receiver.got.filter((got) => got.key === key).map((got) => got.id)).toEqual(
        ids.filter((_, i) => i % 8 === k),
      );
    await until('the circuit closes', async () => (await flow()).circuit.kind === 'closed');
    await until('nothing is held', async () => (await flow()).held === 0);
    expect(await conserved()).toEqual([]);
  });

  it('parks what the receiver refuses, holds its key behind it, and lets the other keys go on', async () => {
    const { receiver, id } = await subscribe({});
    const [bad, good] = [fresher('OMV'), fresher('OMV')];
    receiver.answer = (got) => (got.key === bad ? 422 : 204);
    const ids = await publish([bad, good, bad, good]);
    await until('the good ones are there', () => mine(receiver, ids).length >= 2);
    await until(
      'one is parked',
      async () => ((await call('GET', `/v1/parked?subscription=${id}`, operator))['items'] as Json[]).length === 1,
    );
    await until('the one behind is held', async () => (await position(id))?.held === 1);
    expect(mine(receiver, ids)).toEqual([ids[1], ids[3]]);
    expect(await conserved()).toEqual([]);
  });

  it('delivers in signed batches on request, and finds the bad event by halving: it alone is parked', async () => {
    const { receiver, id } = await subscribe({ batch: { eventsMax: 50 } });
    const keys = Array.from({ length: 40 }, () => fresher('OMV'));
    const bad = keys[17]!;
    receiver.answer = (got) => (got.key === bad ? 422 : 204);
    const ids = await publish(keys);
    await until('the others are there', () => mine(receiver, ids).length >= 39);
    await until('one is parked', async () => Number((await position(id))?.parked ?? 0) === 1);
    expect(mine(receiver, ids).sort()).toEqual(ids.filter((_, i) => keys[i] !== bad).sort());
    expect(Math.max(...receiver.sizes)).toBeGreaterThan(1);
    const batched = receiver.got.find(({ headers }) => String(headers['webhook-id']).startsWith('batch-'))!;
    expect(batched.headers['content-type']).toBe('application/cloudevents-batch+json; charset=utf-8');
    const one = fresher('OMV');
    const inOrder = await publish(Array.from({ length: 60 }, () => one));
    await until('one key arrives too', () => mine(receiver, inOrder).length >= 60);
    expect(mine(receiver, inOrder)).toEqual(inOrder);
    await until('it is committed', async () => Number((await position(id))?.delivered ?? 0) >= 99);
    expect(await conserved()).toEqual([]);
  });

  it('keeps a gap in the database until its receiver was told of it (order policy release)', async () => {
    const { receiver, id } = await subscribe({ orderPolicy: 'release' });
    const key = fresher('OMV');
    receiver.answer = () => 422;
    const [lost] = await publish([key]);
    await until('it is parked', async () => Number((await position(id))?.parked ?? 0) === 1);
    const rows = await database.query<{ state: string; gap: unknown }>({
      name: 'spec-gap',
      text: 'select state, gap from held_key where sub = $1',
      values: [id],
    });
    expect(rows).toEqual([{ state: 'free', gap: [{ offset: expect.any(Number), eventId: lost }] }]);
    receiver.answer = () => 204;
    const [next, after] = await publish([key, key]);
    await until('the next ones are there', () => mine(receiver, [next!, after!]).length === 2);
    expect(receiver.got.map(({ headers }) => headers['kpgap'])).toEqual([lost, undefined]);
    await until(
      'the row is gone',
      async () =>
        (
          await database.query({
            name: 'spec-gap',
            text: 'select state, gap from held_key where sub = $1',
            values: [id],
          })
        ).length === 0,
    );
  });

  it('writes a KAFKA subscription to its own topic, projected, in the order of each key, and counts what the log acknowledged', async () => {
    const { id, organisation, token } = await subscribe({ channel: 'KAFKA', principal: 'User:spec' });
    const topic = `out.${organisation}.${id}`;
    expect(await call('GET', `/v1/subscriptions/${id}`, token)).toMatchObject({
      output: { topic, principal: 'User:spec' },
    });
    const keys = Array.from({ length: 4 }, () => fresher('OMV'));
    const ids = await publish(Array.from({ length: 40 }, (_, i) => keys[i % 4]!));
    await until('all are delivered', async () => Number((await position(id))?.delivered ?? 0) >= 40);
    const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'delivery-spec' });
    const [reader, admin] = [await driver.reader(), await driver.admin()];
    const entries = [];
    for (const { partition, first, next } of await admin.offsets(topic))
      if (next > first)
        entries.push(...(await reader.read({ topic, partition, offset: first, maxWaitMs: 100 })).entries);
    await Promise.all([reader.close(), admin.close()]);
    for (const [k, key] of keys.entries()) {
      const events = entries
        .filter((entry) => entry.key?.toString() === key)
        .map((entry) => JSON.parse(entry.value!.toString()) as { id: string });
      expect(events.map((event) => event.id).filter((one) => ids.includes(one))).toEqual(
        ids.filter((_, i) => i % 4 === k),
      );
    }
    expect(entries[0]!.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      kpsubscription: id,
    });
    expect(await conserved()).toEqual([]);
  });

  it('signs with the new key and the old one after a rotation: either receiver verifies', async () => {
    const { receiver, id, token } = await subscribe({});
    const [old] = receiver.keys;
    const rotated = await call('POST', `/v1/subscriptions/${id}/keys`, token);
    const keys = (rotated['endpoint'] as { keys: { key: string }[] }).keys.map(({ key }) => key);
    expect(keys).toHaveLength(2);
    expect(keys[1]).toBe(old);
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const known of keys) {
      receiver.keys = [known];
      const ids = await publish([fresher('OMV')]);
      await until('it is taken', () => mine(receiver, ids).length === 1);
      expect(String(receiver.got.at(-1)!.headers['webhook-signature']).split(' ')).toHaveLength(2);
    }
  });

  it('freezes redelivery to a moved endpoint, wants a new probe, and names the caller as who approved an exception', async () => {
    const { receiver, id, token } = await subscribe({});
    const endpoint = {
      url: `http://127.0.0.1:${receiver.port}/moved`,
      exceptions: [{ cidr: '127.0.0.1/32', days: 1 }],
    };
    const forged = { ...endpoint, exceptions: [{ cidr: '127.0.0.1/32', days: 1, approver: 'somebody' }] };
    expect((await call('PATCH', `/v1/subscriptions/${id}`, token, { endpoint: forged })).status).toBe(400);
    const moved = await call('PATCH', `/v1/subscriptions/${id}`, token, { endpoint });
    expect(moved).toMatchObject({ state: 'new', endpoint: { exceptions: [{ approver: 'client' }] } });
    const frozenMs = Date.parse(String((moved['endpoint'] as Json)['replayFrom'])) - Date.now();
    expect(frozenMs).toBeGreaterThan(23 * 3_600_000);
    const probe = await call('POST', `/v1/subscriptions/${id}/probe`, token);
    expect(probe).toMatchObject({ ok: true, state: 'active', clockSkewMs: expect.any(Number) });
  });

  it('wants a reason of an operator who acts for another organisation', async () => {
    const { id } = await subscribe({});
    expect(await call('PATCH', `/v1/subscriptions/${id}`, operator, { state: 'paused' })).toMatchObject({
      status: 422,
      slug: 'reason-required',
    });
    const reason = 'the receiver asked for it by telephone';
    expect(await call('PATCH', `/v1/subscriptions/${id}`, operator, { state: 'paused', reason })).toMatchObject({
      state: 'paused',
    });
  });

  it('suppresses the second copy of an event, as duplicate', async () => {
    const { receiver, id } = await subscribe({});
    const [key, twice] = [fresher('OMV'), randomUUID()];
    await log.append([beslissing(key, twice), beslissing(key, twice)]);
    await until('it is counted', async () => (await position(id))?.suppressed === 1);
    expect(receiver.ids.filter((got) => got === twice)).toEqual([twice]);
  });

  it('lets personal data go only under a protocol, only its fields, and after an audit line; without one, nothing', async () => {
    const protocolId = fresher('P').replaceAll('-', '.');
    const wish = {
      types: [personal.type],
      hoedanigheid: 'parkeervergunning',
      protocol: protocolId,
      protocolVersion: 1,
    };
    const allowed = await subscribe(wish);
    const stranger = await subscribe({ types: [personal.type] });
    const law = `/v1/protocols/${protocolId}/1`;
    const { proposal } = (await call('POST', `${law}/propose`, operator, {
      parties: [{ organisation: allowed.organisation }],
      hoedanigheid: 'parkeervergunning',
      purpose: 'p',
      legalGround: 'l',
      eventTypes: [personal.type],
      fieldsPerType: { [personal.type]: ['informatietype', 'actie'] },
      territory: 'all',
      subjectScope: 'all',
      validFrom: '2020-01-01',
      reason: 'protocol of this spec',
    })) as unknown as { proposal: { digest: string } };
    const second = await issuer.token({ organisation: 'OVO999001', scopes: ['kruispunt.approve'], subject: 'second' });
    const approval = { digest: proposal.digest, reason: 'nagekeken door een collega' };
    expect(await call('POST', `${law}/approve`, second, approval)).toMatchObject({ id: protocolId });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [id, key] = [randomUUID(), fresher('p1')];
    await log.append([
      toRecord(
        {
          specversion: '1.0',
          id,
          source: 'urn:be:ovo:OVO999001:systeem:bus',
          type: personal.type,
          subject: `urn:kruispunt:persoon:${key}`,
          time: new Date().toISOString(),
          data: {
            subjectPseudoniem: key,
            informatietype: 'IT020',
            actie: 'TOEGEVOEGD',
            ingangsdatum: null,
            beheerderNis: '24055',
            bron: 'OVO027248',
            dataref: 'https://x.example/1',
            tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
          },
        } as Parameters<typeof toRecord<never>>[0],
        personal as never,
        schemaIds,
      ),
    ]);
    await until('the one with a protocol has it', () => mine(allowed.receiver, [id]).length === 1);
    expect(allowed.receiver.got.find((got) => got.id === id)!.event.data).toEqual({
      informatietype: 'IT020',
      actie: 'TOEGEVOEGD',
    });
    await until(
      'the stranger’s is suppressed',
      async () => Number((await position(stranger.id))?.suppressed ?? 0) >= 1,
    );
    expect(stranger.receiver.got).toEqual([]);
    await until('the own delivery log shows it', async () =>
      ((await call('GET', `/v1/subscriptions/${allowed.id}/deliveries`, allowed.token))['deliveries'] as Json[]).some(
        (d) => d['eventId'] === id && d['outcome'] === 'delivered',
      ),
    );
    expect((await call('GET', `/v1/subscriptions/${allowed.id}`, stranger.token)).status).toBe(404);
  });

  it('gives pages to who pulls, moves on by their cursor, and counts each event once', async () => {
    const { id, token } = await subscribe({ channel: 'PULL' });
    const ids = await publish(Array.from({ length: 30 }, () => fresher('OMV')));
    const seen: string[] = [];
    let after = '';
    for (let complete = false; !complete;) {
      const page = await call(
        'GET',
        `/v1/subscriptions/${id}/events?limit=7&wait=1s${after === '' ? '' : `&after=${after}`}`,
        token,
      );
      seen.push(...(page['events'] as { id: string }[]).map((e) => e.id));
      after = String(page['next']);
      complete = page['complete'] === true;
    }
    expect(seen.filter((e) => ids.includes(e)).sort()).toEqual([...ids].sort());
    expect((await call('POST', `/v1/subscriptions/${id}/ack`, token, { cursor: after })).status).toBeUndefined();
    expect(await call('POST', `/v1/subscriptions/${id}/ack`, token, { cursor: after })).toMatchObject({ moved: 0 });
    expect((await position(id))?.delivered).toBe(seen.length);
    expect((await call('GET', `/v1/subscriptions/${id}/events?after=${after}x`, token)).status).toBe(400);
    expect(await conserved()).toEqual([]);
  });

  it('has exactly the routes that its OpenAPI document tells of', () => {
    const probes = ['/health/live', '/health/ready', '/health/startup', '/metrics'];
    const there = routesOf(gateway.app)
      .filter(({ path }) => !probes.includes(path))
      .map(({ verb, path, access }) => ({ verb, path, access }));
    const told = routes.map(({ verb, path, access }) => ({ verb, path, access }));
    expect(there).toEqual(expect.arrayContaining(told));
    expect(there).toHaveLength(told.length);
  });

  it('refuses an endpoint that is not public https, unless an exception stands', async () => {
    const token = await issuer.token({ organisation: 'OVO999399', scopes: ['kruispunt.subscribe'], subject: 'client' });
    for (const url of [
      'http://example.org/x',
      'https://127.0.0.1/x',
      'https://0x7f.1/x',
      'https://u:p@example.org/',
      'https://example.org:9200/',
      'https://169.254.169.254/',
    ]) {
      expect(
        await call('POST', '/v1/subscriptions', token, {
          name: freshName('s'),
          hoedanigheid: 'x',
          types: [open.type],
          endpoint: { url },
        }),
      ).toMatchObject({ status: 422, slug: 'endpoint-forbidden' });
    }
  });
});

async function position(
  id: string,
): Promise<{ matched: number; delivered: number; suppressed: number; held: number; parked: number } | undefined> {
  const rows = await database.query<{
    matched: number;
    delivered: number;
    suppressed: number;
    held: number;
    parked: number;
  }>({
    name: 'spec-position',
    text: 'select sum(matched)::bigint as matched, sum(delivered)::bigint as delivered, sum(suppressed)::bigint as suppressed, sum(held)::bigint as held, sum(parked)::bigint as parked from delivery_conservation where sub = $1',
    values: [id],
  });
  return rows[0];
}

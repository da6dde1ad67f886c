import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ev, type EventType } from '@kruispunt/contracts';
import { type RunningIssuer } from '@kruispunt/embedded';
import { toRecord, type Envelope } from '@kruispunt/event';
import { KafkaEventLog } from '@kruispunt/kafka';
import { type RunningApp } from '@kruispunt/nest';
import { type Database } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { freshName, until } from '@kruispunt/testkit';
import { openGatewayWorld, type GatewayWorld } from '../gateway-world.kit.js';

jest.setTimeout(90_000);

const bin = fileURLToPath(new URL('../../../cli/bin/kruispunt.mjs', import.meta.url));
const open: EventType = ev.BeslissingBekendgemaaktV1;
const personal: EventType = ev.GegevenGemuteerdV1;

interface Got {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real endpoint; refuses what bears no signature, as the probe wants. */
async function receiver() {
  const got: Got[] = [];
  const state = { answer: (_: Got): number => 204 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      if (request.headers['webhook-signature'] === undefined) return void response.writeHead(401).end();
      const one = { id: String(request.headers['webhook-id']), headers: request.headers, body };
      if (one.id.startsWith('probe-')) return void response.writeHead(204).end();
      const status = state.answer(one);
      if (status < 300) got.push(one);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  return { got, state, url: `http://127.0.0.1:${port}/hook`, close: () => server.close() };
}

let folder: string;
let world: GatewayWorld;
let database: Database;
let issuer: RunningIssuer;
let gateway: RunningApp;
let log: KafkaEventLog;
let schemaIds: Awaited<ReturnType<ConfluentRegistry['schemaIds']>>;
const group = freshName('redelivery');
const closers: (() => void)[] = [];

const startGateway = (): Promise<RunningApp> =>
  world.start({
    KP_DELIVERY_GROUP: group,
    KP_DELIVERY_TOPICS: `${open.topic},${personal.topic}`,
    KP_DELIVERY_REFRESH_MS: '100',
    KP_DELIVERY_FLUSH_MS: '100',
  });

beforeAll(async () => {
  const client = (clientId: string, ...scopes: string[]) => {
    const subject = clientId;
    return { clientId, clientSecret: 's', organisation: 'OVO999001', scopes, subject };
  };
  const clients = [
    client('operator', 'kruispunt.operate', 'kruispunt.admin', 'kruispunt.approve'),
    client('collega', 'kruispunt.operate', 'kruispunt.approve'),
  ];
  world = await openGatewayWorld('redelivery-spec', clients);
  ({ folder, log, schemaIds, database, issuer } = world);
  gateway = await startGateway();
  await writeContext();
}, 120_000);

afterAll(async () => {
  await gateway?.stop();
  for (const close of closers) close();
  await world?.close();
}, 60_000);

function writeContext(): Promise<void> {
  const client = (clientId: string) => ({ clientId, clientSecret: 's' });
  const clients = { operator: client('operator'), collega: client('collega') };
  const context = { deliveryGateway: gateway.url, issuer: { url: issuer.url }, clients };
  return writeFile(join(folder, 'context.json'), JSON.stringify(context));
}

/** The real command line, as an operator types it. */
function kruispunt(...words: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], KP_CONTEXT_FILE: join(folder, 'context.json') };
    execFile(process.execPath, [bin, ...words], { env }, (fault, out, err) =>
      resolve({ code: fault ? Number(fault.code) : 0, out, err }),
    );
  });
}
const json = async (...words: string[]): Promise<Record<string, unknown>> => {
  const { code, out, err } = await kruispunt(...words, '-o', 'json');
  if (out === '') throw new Error(`exit ${code}: ${err}`);
  return { ...(JSON.parse(out) as Record<string, unknown>), exit: code };
};

async function call(verb: string, path: string, token: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(gateway.url + path, {
    method: verb,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

let organisations = 0;
/** Other files write to the same topics: what is theirs must not reach the receivers here. */
const source = `urn:be:ovo:OVO999101:systeem:${freshName('spec')}`;

async function subscribe(wish: Record<string, unknown> = {}) {
  const organisation = `OVO9994${String(organisations++).padStart(2, '0')}`;
  const token = await issuer.token({ organisation, scopes: ['kruispunt.subscribe'], subject: 'client' });
  const endpoint = await receiver();
  closers.push(endpoint.close);
  const added = await call('POST', '/v1/subscriptions', token, {
    name: freshName('s'),
    hoedanigheid: 'proef',
    types: [open.type],
    filter: { field: 'source', is: source },
    endpoint: { url: endpoint.url, exceptions: [{ cidr: '127.0.0.1/32', days: 1 }] },
    ...wish,
  });
  await call('POST', `/v1/subscriptions/${String(added['id'])}/probe`, token, {});
  return { id: String(added['id']), organisation, token, ...endpoint };
}

function publish(type: EventType, subjects: readonly string[], data: (key: string) => unknown): Promise<string[]> {
  const ids = subjects.map(() => randomUUID());
  const records = subjects.map((subject, i) => {
    const envelope = {
      specversion: '1.0',
      id: ids[i]!,
      source,
      type: type.type,
      subject,
      time: new Date().toISOString(),
      data: data(subject.split(':').at(-1)!),
    };
    return toRecord(envelope as Envelope, type, schemaIds);
  });
  return log.append(records).then(() => ids);
}
const registered = '2026-03-02T09:15:00.123Z';
const beslissingen = (keys: readonly string[]) =>
  publish(
    open,
    keys.map((key) => `urn:omv:${key}`),
    (key) => ({
      projectnummer: key,
      wijze: 'AANPLAKKING',
      eersteDag: '2026-07-06',
      beroepTot: '2026-08-05',
      uitvoerbaarVanaf: '2026-08-11',
      tijdstipRegistratie: registered,
    }),
  );
const mutaties = (keys: readonly string[]) =>
  publish(
    personal,
    keys.map((key) => `urn:kruispunt:persoon:${key}`),
    (key) => ({
      subjectPseudoniem: key,
      informatietype: 'IT020',
      actie: 'TOEGEVOEGD',
      ingangsdatum: null,
      beheerderNis: '24055',
      bron: 'OVO027248',
      dataref: 'https://x.example/1',
      tijdstipRegistratie: registered,
    }),
  );
const key = (stem: string) => `${stem}-${randomUUID().slice(0, 8)}`;

const parked = async (id: string) =>
  (await json('parked', 'list', '--subscription', id))['items'] as { eventId: string }[];
const difference = async () =>
  (
    await database.query<{ n: number }>({
      name: 'spec-i5',
      text: 'select count(*) as n from delivery_conservation where difference <> 0',
    })
  )[0]!.n;

describe('an operator redelivers', () => {
  it('what was parked: same id, marked, verified; and its key goes on behind it, in order', async () => {
    const s = await subscribe();
    const [bad, good] = [key('OMV'), key('OMV')];
    s.state.answer = ({ body }) => (body.includes(bad) ? 422 : 204);
    const ids = await beslissingen([bad, good, bad, bad, good]);
    await until('one is parked', async () => (await parked(s.id)).length === 1);
    s.state.answer = () => 204;
    const plan = await json(
      'replay',
      'plan',
      '--subscription',
      s.id,
      '--intent',
      'failed',
      '--reason',
      'ontvanger hersteld na fout',
    );
    expect(plan).toMatchObject({ summary: { queued: 1, duplicates: 0, personal: false }, approval: { needed: [] } });
    const started = await json(
      'replay',
      'start',
      String(plan['id']),
      '--reason',
      'ontvanger hersteld na fout',
      '--yes',
    );
    expect(started).toMatchObject({ exit: 0, state: 'done', items: { total: 1, delivered: 1 } });
    await until('those behind it have come too', () => s.got.filter((g) => ids.includes(g.id)).length === 5);
    const ofBad = s.got.filter((g) => g.body.includes(bad));
    expect(ofBad.map((g) => g.id)).toEqual([ids[0], ids[2], ids[3]]);
    expect(ofBad.map((g) => g.headers['kpreplay'])).toEqual([started['id'], undefined, undefined]);
    expect(await parked(s.id)).toEqual([]);
    expect(await json('replay', 'verify', String(started['id']))).toMatchObject({
      exit: 0,
      ok: true,
      delivered: 1,
      outside: [],
    });
    await until('all is counted', async () => (await difference()) === 0);
    expect((await kruispunt('replay', 'report', String(started['id']), '-o', 'csv')).out.split('\r\n')[1]).toContain(
      ids[0],
    );
  });

  it('personal data only with a second person, and what the law no longer allows not at all', async () => {
    const protocol = key('P').replaceAll('-', '.');
    const s = await subscribe({
      types: [personal.type],
      hoedanigheid: 'parkeervergunning',
      protocol,
      protocolVersion: 1,
    });
    const admin = await issuer.token({ organisation: 'OVO999001', scopes: ['kruispunt.admin'], subject: 'admin' });
    const law = `/v1/protocols/${protocol}/1`;
    const proposed = await call('POST', `${law}/propose`, admin, {
      parties: [{ organisation: s.organisation }],
      hoedanigheid: 'parkeervergunning',
      purpose: 'p',
      legalGround: 'l',
      eventTypes: [personal.type],
      fieldsPerType: { [personal.type]: ['informatietype', 'actie'] },
      territory: 'all',
      subjectScope: 'all',
      validFrom: '2020-01-01',
      reason: 'protocol of this spec',
    });
    const second = await issuer.token({ organisation: 'OVO999001', scopes: ['kruispunt.approve'], subject: 'second' });
    const { digest } = proposed['proposal'] as { digest: string };
    await call('POST', `${law}/approve`, second, { digest, reason: 'nagekeken door een collega' });
    s.state.answer = () => 422;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const ids = await mutaties([key('p1'), key('p1')]);
    await until('both are parked', async () => (await parked(s.id)).length === 2);
    s.state.answer = () => 204;
    const reason = ['--reason', 'ontvanger hersteld na fout'];
    const id = String((await json('replay', 'plan', '--subscription', s.id, '--intent', 'failed', ...reason))['id']);
    expect((await kruispunt('replay', 'start', id, ...reason, '--yes')).code).toBe(6);
    expect((await kruispunt('replay', 'approve', id, ...reason)).code).toBe(8);
    expect((await kruispunt('replay', 'approve', id, ...reason, '--as', 'collega')).code).toBe(0);
    expect(await json('replay', 'start', id, ...reason, '--yes')).toMatchObject({ exit: 0, items: { delivered: 2 } });
    expect(s.got.filter((g) => ids.includes(g.id)).map((g) => (JSON.parse(g.body) as { data: unknown }).data)).toEqual([
      { informatietype: 'IT020', actie: 'TOEGEVOEGD' },
      { informatietype: 'IT020', actie: 'TOEGEVOEGD' },
    ]);
    await database.query({
      name: 'spec-withdraw',
      text: 'update protocol set withdrawn = true where id = $1',
      values: [protocol],
    });
    await until('the withdrawal is seen', async () => {
      const all = await json(
        'replay',
        'plan',
        '--subscription',
        s.id,
        '--intent',
        'all',
        '--include-delivered',
        ...reason,
      );
      return (
        (all['summary'] as { notAllowed: number; queued: number }).queued === 0 &&
        (all['summary'] as { notAllowed: number }).notAllowed >= 2
      );
    });
  });

  it('what was delivered, when told to: counted as duplicates, with the same ids', async () => {
    const s = await subscribe();
    const since = new Date().toISOString();
    const ids = await beslissingen([key('OMV'), key('OMV')]);
    await until('both are delivered', () => s.got.filter((g) => ids.includes(g.id)).length === 2);
    const words = [
      'replay',
      'plan',
      '--subscription',
      s.id,
      '--from',
      since,
      '--reason',
      'ontvanger verloor zijn databank',
    ];
    await until(
      'nothing of these is missing',
      async () =>
        (
          (await json(...words, '--intent', 'missing', ...ids.flatMap((id) => ['--event', id])))['summary'] as {
            queued: number;
          }
        ).queued === 0,
    );
    const plan = await json(
      ...words,
      '--intent',
      'all',
      '--include-delivered',
      ...ids.flatMap((id) => ['--event', id]),
    );
    expect(plan).toMatchObject({ summary: { queued: 2, duplicates: 2 }, approval: { needed: ['duplicates'] } });
    await kruispunt(
      'replay',
      'approve',
      String(plan['id']),
      '--reason',
      'ontvanger vraagt het zelf',
      '--as',
      'collega',
    );
    const run = await json('replay', 'start', String(plan['id']), '--reason', 'ontvanger vraagt het zelf', '--yes');
    expect(run).toMatchObject({ state: 'done', items: { delivered: 2 } });
    expect(s.got.filter((g) => ids.includes(g.id))).toHaveLength(4);
    expect(await json('replay', 'verify', String(run['id']))).toMatchObject({ ok: true });
    expect(await difference()).toBe(0);
  });

  it('over a restart of the gateway: the run goes on by itself, each event once', async () => {
    const s = await subscribe();
    s.state.answer = () => 422;
    const ids = await beslissingen(Array.from({ length: 12 }, () => key('OMV')));
    await until('all are parked', async () => (await parked(s.id)).length === 12);
    s.state.answer = () => 204;
    const plan = await json(
      'replay',
      'plan',
      '--subscription',
      s.id,
      '--intent',
      'failed',
      '--reason',
      'ontvanger hersteld na fout',
    );
    const run = await json(
      'replay',
      'start',
      String(plan['id']),
      '--reason',
      'ontvanger hersteld na fout',
      '--yes',
      '--rate',
      '6/s',
      '--ramp',
      'rest',
      '--detach',
    );
    await until('some have come', () => s.got.length >= 3);
    await gateway.stop();
    gateway = await startGateway();
    await writeContext();
    const ended = await json('replay', 'watch', String(run['id']));
    expect(ended).toMatchObject({ exit: 0, state: 'done', items: { delivered: 12 } });
    expect(s.got.map((g) => g.id).sort()).toEqual([...ids].sort());
    expect(await json('replay', 'verify', String(run['id']))).toMatchObject({ ok: true, delivered: 12 });
  });
});

describe('a subscriber redelivers', () => {
  const refused = (promise: Promise<unknown>) =>
    promise.then(
      () => 'done',
      (thrown: Error) => (JSON.parse(thrown.message) as { slug: string }).slug,
    );

  it('what it has not had, of its own subscription and within bounds, with the same ids', async () => {
    const [s, other] = [await subscribe(), await subscribe()];
    const path = `/v1/subscriptions/${s.id}`;
    s.state.answer = () => 422;
    const ids = await beslissingen([key('OMV'), key('OMV')]);
    const unhad = async () =>
      (await call('GET', `${path}/events?delivered=false&limit=1`, s.token)) as {
        events: { id: string; state: string }[];
        next: string | null;
      };
    await until('both are parked', async () => (await parked(s.id)).length === 2);
    const first = await unhad();
    const second = await call('GET', `${path}/events?delivered=false&after=${first.next}`, s.token);
    const listed = [...first.events, ...(second['events'] as typeof first.events)];
    expect(listed.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(listed.map(({ state }) => state)).toEqual(['parked', 'parked']);
    expect(await refused(call('GET', `${path}/events?delivered=false`, other.token))).toBe('not-found');
    s.state.answer = () => 204;

    const wish = { intent: 'failed', reason: 'onze ontvanger is hersteld' };
    const plan = (more: object, token = s.token) => call('POST', `${path}/replays`, token, { ...wish, ...more });
    expect(await refused(plan({ intent: 'all' }))).toBe('forbidden');
    expect(await refused(plan({ from: '2020-01-01T00:00:00Z' }))).toBe('invalid-request');
    expect(await refused(plan({ limit: 1_001 }))).toBe('invalid-request');
    expect(await refused(plan({}, other.token))).toBe('not-found');
    expect(await plan({ dryRun: true })).toMatchObject({ dryRun: true, summary: { queued: 2 } });
    const planned = await plan({});
    const run = `${path}/replays/${String(planned['id'])}`;
    expect(planned).toMatchObject({ requestedBy: 'client', approval: { needed: [] }, summary: { queued: 2 } });
    const begin = { digest: planned['digest'], reason: wish.reason, ramp: 'rest', rate: 50 };
    expect(
      await refused(
        call('POST', `/v1/subscriptions/${other.id}/replays/${String(planned['id'])}/start`, other.token, begin),
      ),
    ).toBe('not-found');
    expect(await refused(call('POST', `${run}/start`, s.token, { ...begin, rate: 51 }))).toBe('invalid-request');
    await call('POST', `${run}/start`, s.token, begin);
    await until('both have come', () => ids.every((id) => s.got.some((g) => g.id === id)));
    await until('the run is done', async () => {
      const { run: now } = (await call('GET', run, s.token)) as { run: { state: string } | null };
      return now?.state === 'done';
    });
    expect(await call('GET', `${run}/report`, s.token)).toMatchObject({ ok: true, delivered: 2, startedBy: 'client' });
    expect((await unhad()).events).toEqual([]);
  });
});

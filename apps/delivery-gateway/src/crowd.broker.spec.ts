import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as listenOn, type AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ev } from '@kruispunt/contracts';
import { toRecord } from '@kruispunt/event';
import { platformaticDriver } from '@kruispunt/kafka';
import type { RunningApp } from '@kruispunt/nest';
import { freshName, serviceUrl, until } from '@kruispunt/testkit';
import { openGatewayWorld, type GatewayWorld } from './gateway-world.kit.js';

// Ten thousand subscriptions, a thousand of them dead, on one process.

const subscriptionsInAll = 10_000;
const dead = 1_000;
/** The dead look here, the living each at one of the others. */
const graveyard = '44021';
const places = Array.from({ length: 300 }, (_, i) => String(30_001 + i));
const perPlace = (subscriptionsInAll - dead) / places.length;
const type = ev.BeslissingBekendgemaaktV1;
/** Live heap, in the process that holds them. */
const bytesPerSubscription = 24_000;
jest.setTimeout(240_000);

let world: GatewayWorld;
let gateway: RunningApp;
let receiver: Server;
/** What came, by subscription. */
const got = new Map<string, string[]>();

beforeAll(async () => {
  world = await openGatewayWorld('crowd-spec');
  receiver = createServer((request, response) => {
    const { kpsubscription, 'webhook-id': id } = request.headers;
    const before = got.get(String(kpsubscription)) ?? [];
    got.set(String(kpsubscription), [...before, String(id)]);
    request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  gateway = await world.start({
    KP_DELIVERY_GROUP: freshName('crowd'),
    KP_DELIVERY_TOPICS: type.topic,
    KP_DELIVERY_REFRESH_MS: '500',
  });
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await world?.close();
}, 60_000);

async function closedPort(): Promise<number> {
  const server = listenOn().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const query = <Row extends object>(name: string, text: string, values: readonly unknown[] = []) =>
  world.database.query<Row>({ name, text, values });

const collect = () => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
};

/** Adds `count` subscriptions, the i-th of which looks at `nis[i % nis.length]`; answers their ids by that place. */
async function add(count: number, port: number, nis: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const exceptions = [{ cidr: '127.0.0.1/32', until: Date.now() + 3_600_000, approver: 'spec' }];
  const endpoint = { url: `http://127.0.0.1:${port}/`, profile: 'v1a', keyVersion: 1, exceptions };
  const admin = await platformaticDriver({
    brokers: serviceUrl('KAFKA_BROKERS').split(','),
    clientId: 'crowd-spec',
  }).admin();
  const ends = await admin.offsets(type.topic);
  await admin.close();
  // In one transaction, as the gateway adds one: it hears of them when their positions stand.
  const rows = await world.database.transaction(async (tx) => {
    const added = await tx.query<{ id: string; nis: string[] }>({
      name: 'crowd-add',
      text: `insert into subscription (id, name, org, hoedanigheid, types, nis, channel, endpoint, state)
             select gen_random_uuid(), $1 || i, 'OVO999300', 'proef', $2, array[($3::text[])[1 + i % $4::int]], 'WEBHOOK', $5::jsonb, 'active'
             from generate_series(0, $6::int - 1) i returning id, nis`,
      values: [freshName('s'), [type.type], nis, nis.length, JSON.stringify(endpoint), count],
    });
    for (const { partition, next } of ends)
      await tx.query({
        name: 'crowd-positions',
        text: 'insert into position (sub, topic, part, next, start, behind) select s, $2, $3, $4, $4, true from unnest($1::uuid[]) s',
        values: [added.map(({ id }) => id), type.topic, partition, next],
      });
    return added;
  });
  const byPlace = Map.groupBy(rows, (row) => row.nis[0]!);
  return new Map([...byPlace].map(([place, all]) => [place, all.map(({ id }) => id)]));
}

function event(nis: string, id: string = randomUUID()) {
  const key = `OMV-${id}`;
  const data = {
    projectnummer: key,
    wijze: 'AANPLAKKING',
    eersteDag: '2026-07-06',
    beroepTot: '2026-08-05',
    uitvoerbaarVanaf: '2026-08-11',
    tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
  };
  const envelope = {
    ...{ specversion: '1.0', id, source: 'urn:be:ovo:OVO999101:systeem:omgeving', type: type.type, data },
    ...{ subject: `urn:omv:${key}`, time: new Date().toISOString(), kpgemeentenis: nis },
  };
  return toRecord(envelope as Parameters<typeof toRecord<never>>[0], type as never, world.schemaIds);
}

const open = () =>
  query<{ n: number }>('crowd-open', `select count(*) as n from subscription where circuit->>'kind' <> 'closed'`);
const difference = () =>
  query<{ n: number }>('crowd-i5', `select coalesce(sum(abs(difference)), 0)::int as n from delivery_conservation`);

describe('ten thousand subscriptions on one process, of which a thousand are dead', () => {
  it('each get what concerns them, and only that; the dead hold nobody up, and nothing is lost', async () => {
    const before = collect();
    const { port } = receiver.address() as AddressInfo;
    const buried = await add(dead, await closedPort(), [graveyard]);
    const living = await add(subscriptionsInAll - dead, port, places);
    expect([...buried.values()].flat().length + [...living.values()].flat().length).toBe(subscriptionsInAll);
    // Six keys each: their circuits open.
    await world.log.append(Array.from({ length: 6 }, () => event(graveyard)));
    await until('the dead are known to be dead', async () => (await open())[0]!.n === dead, 120_000);

    const places5 = places.slice(0, 5);
    const ids = places5.map(() => randomUUID());
    await world.log.append(places5.map((place, i) => event(place, ids[i])));
    const entitled = places5.flatMap((place) => living.get(place)!);
    expect(entitled).toHaveLength(5 * perPlace);
    await until('each has it', () => entitled.every((id) => got.has(id)), 60_000);
    expect(got.size).toBe(entitled.length);
    for (const [i, place] of places5.entries())
      for (const id of living.get(place)!) expect(got.get(id)).toEqual([ids[i]]);
    // A subscription is a position: six partitions of it, its filter and its circuit, and no more.
    expect((collect() - before) / subscriptionsInAll).toBeLessThan(bytesPerSubscription);

    await until('I5 holds for all of them', async () => (await difference())[0]!.n === 0, 30_000);
    // Who has nothing under way has no row that moves, and whoever is dead no row per event.
    const [rows] = await query<{ moved: number; held: number }>(
      'crowd-rows',
      `select count(*) filter (where matched > 0) as moved, (select count(*) from held_event) as held from position`,
    );
    expect(rows!.moved).toBeGreaterThanOrEqual(entitled.length);
    expect(rows!.held).toBeLessThanOrEqual(6 * dead);
  });
});

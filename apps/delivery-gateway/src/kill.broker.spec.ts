import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createServer as listenOn, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ev } from '@kruispunt/contracts';
import { type RunningIssuer } from '@kruispunt/embedded';
import { toRecord } from '@kruispunt/event';
import { KafkaEventLog } from '@kruispunt/kafka';
import { type Database } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { freshName, until } from '@kruispunt/testkit';
import { openGatewayWorld, type GatewayWorld } from './gateway-world.kit.js';

// The real process (bundle/main.mjs), killed with SIGKILL or stopped with SIGSTOP while it delivers: I1, I3, I4 and I5.

/** A night asks for more (npm run nightly). */
const kills = Number(process.env['KP_CHAOS_KILLS'] ?? 3);
const count = Number(process.env['KP_CHAOS_EVENTS'] ?? 800);
jest.setTimeout(400_000 + kills * 40_000 + count * 20);
const type = ev.BeslissingBekendgemaaktV1;

let world: GatewayWorld;
let database: Database;
let issuer: RunningIssuer;
let log: KafkaEventLog;
let schemaIds: Awaited<ReturnType<ConfluentRegistry['schemaIds']>>;
let receiver: Server;
let child: ChildProcess | undefined;
/** Stopped, and replaced: it wakes up with what it knew. */
let zombie: ChildProcess | undefined;
let env: Record<string, string>;
const got: { readonly id: string; readonly key: string }[] = [];

beforeAll(async () => {
  world = await openGatewayWorld('delivery-kill-spec');
  ({ log, schemaIds, database, issuer } = world);
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.headers['webhook-signature'] === undefined) return response.writeHead(401).end();
      const { id, subject } = JSON.parse(body) as { id: string; subject?: string };
      if (subject !== undefined) got.push({ id, key: subject });
      return setTimeout(() => response.writeHead(204).end(), Math.random() * 10);
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const group = freshName('delivery-kill');
  env = world.env({
    PATH: process.env['PATH'] ?? '',
    KP_LOG_LEVEL: 'warn',
    KP_DELIVERY_GATEWAY_PORT: String(await freePort()),
    KP_DELIVERY_GROUP: group,
    KP_DELIVERY_TOPICS: type.topic,
  });
}, 120_000);

afterAll(async () => {
  child?.kill('SIGKILL');
  zombie?.kill('SIGKILL');
  receiver.closeAllConnections();
  receiver.close();
  await world?.close();
}, 60_000);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = listenOn().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

const call = async (verb: string, path: string, body?: object): Promise<Record<string, unknown>> => {
  const token = await issuer.token({ organisation: 'OVO999301', scopes: ['kruispunt.subscribe'], subject: 'client' });
  const response = await fetch(`http://127.0.0.1:${env['KP_DELIVERY_GATEWAY_PORT']}${path}`, {
    method: verb,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
};

async function start(): Promise<void> {
  child = spawn(process.execPath, [join(import.meta.dirname, '../bundle/main.mjs')], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await until(
    'the gateway answers',
    () =>
      fetch(`http://127.0.0.1:${env['KP_DELIVERY_GATEWAY_PORT']}/health/live`).then(
        (r) => r.ok,
        () => false,
      ),
    30_000,
  );
}

async function kill(victim: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => victim.once('exit', resolve));
  victim.kill('SIGKILL');
  await gone;
}

/** Stops the process, lets another take its partitions over and deliver, and wakes it: what it still holds is not its own any more. */
async function stopAndWake(distinct: () => number): Promise<void> {
  zombie = child!;
  zombie.kill('SIGSTOP');
  env['KP_DELIVERY_GATEWAY_PORT'] = String(await freePort());
  const before = distinct();
  await start();
  await until('the other one delivers', () => distinct() > before + 20 || distinct() >= count, 60_000);
  zombie.kill('SIGCONT');
  const woken = distinct();
  await until('both have gone on', () => distinct() > woken + 20 || distinct() >= count, 60_000);
  await kill(zombie);
}

it(`loses nothing, repeats only the same ids, and keeps the order per key through ${kills} times SIGKILL or SIGSTOP`, async () => {
  await start();
  const { port } = receiver.address() as AddressInfo;
  const endpoint = { url: `http://127.0.0.1:${port}/`, exceptions: [{ cidr: '127.0.0.1/32', days: 1 }] };
  const { id } = await call('POST', '/v1/subscriptions', {
    name: freshName('s'),
    hoedanigheid: 'proef',
    types: [type.type],
    endpoint,
  });
  expect(await call('POST', `/v1/subscriptions/${String(id)}/probe`)).toMatchObject({ ok: true });
  const run = randomUUID().slice(0, 8);
  const sent = Array.from({ length: count }, (_, i) => ({ id: randomUUID(), key: `urn:omv:${run}-${i % 40}` }));
  const publishing = (async () => {
    for (let from = 0; from < count; from += 25) {
      await log.append(sent.slice(from, from + 25).map(record));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  })();
  const ours = () => got.filter(({ key }) => key.startsWith(`urn:omv:${run}-`));
  const distinct = () => new Set(ours().map((g) => g.id)).size;
  for (let i = 1; i <= kills; i++) {
    await until(`delivery is under way (${i})`, () => distinct() >= (i * count) / (kills + 2), 60_000);
    if (i % 3 === 2) {
      await stopAndWake(distinct);
      continue;
    }
    await kill(child!);
    await start();
  }
  await publishing;
  await until('all have arrived', () => distinct() >= count, 90_000 + count * 10);
  const known = new Set<string>(sent.map((s) => s.id));
  expect(ours().filter((g) => !known.has(g.id))).toEqual([]);
  for (const key of new Set(sent.map((s) => s.key))) {
    const firsts = [
      ...new Set(
        ours()
          .filter((g) => g.key === key)
          .map((g) => g.id),
      ),
    ];
    expect(firsts).toEqual(sent.filter((s) => s.key === key).map((s) => s.id));
  }
  await until('the positions have all of it', async () => {
    const [row] = await database.query<{ delivered: number }>({
      name: 'kill-delivered',
      text: 'select sum(delivered)::bigint as delivered from position where sub = $1',
      values: [id],
    });
    return (row?.delivered ?? 0) >= count;
  });
  expect(
    await database.query({ name: 'kill-i5', text: 'select * from delivery_conservation where difference <> 0' }),
  ).toEqual([]);
  process.stderr.write(`kill: ${count} events, ${ours().length - count} repeated over ${kills} kills and stops\n`);
});

const record = ({ id, key }: { readonly id: string; readonly key: string }) =>
  toRecord(
    {
      specversion: '1.0',
      id,
      source: 'urn:be:ovo:OVO999101:systeem:omgeving',
      type: type.type,
      subject: key,
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
    type as never,
    schemaIds,
  );

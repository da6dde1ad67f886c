import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { anyFreePort, startSystem, workspaceRoot, type IssuerClient, type RunningSystem } from '@kruispunt/embedded';
import type { ReceivedEvent } from '@kruispunt/sdk';
import { until } from '@kruispunt/testkit';
import { publishOneEvent } from '../../docs/examples/01-publish-one-event.js';
import { subscribeAndVerify } from '../../docs/examples/02-subscribe-and-verify.js';
import { replaySafely } from '../../docs/examples/04-replay-safely.js';
import { documents } from '../docs/markdown.js';
import { transcripts, untold } from '../docs/run-blocks.js';

jest.setTimeout(120_000);

const run = promisify(execFile);
const root = workspaceRoot();
const client = (clientId: string, organisation: string, scopes: readonly string[], nis: readonly string[] = []) =>
  ({ clientId, clientSecret: 'proef', organisation, nis, scopes, subject: clientId }) satisfies IssuerClient;
const clients = [
  client('municipality', 'OVO999101', ['kruispunt.publish'], ['24062']),
  client('maps', 'OVO999305', ['kruispunt.subscribe']),
  client('operator', 'OVO999001', ['kruispunt.operate', 'kruispunt.admin']),
  client('collega', 'OVO999001', ['kruispunt.operate', 'kruispunt.approve']),
];

/** The documents as an outsider follows them, on a system of their own: the examples one after the other, then every command that is tagged to be run. */
describe('the documentation, when it is done as it says', () => {
  let folder: string;
  let system: RunningSystem;
  let subscribed: Awaited<ReturnType<typeof subscribeAndVerify>>;
  const received: ReceivedEvent[] = [];
  let repaired = true;

  const tokenOf = (name: string) => system.issuer.token(clients.find(({ clientId }) => clientId === name)!);
  const publish = async (projectnummer: string) =>
    publishOneEvent(
      { publishGateway: system.url('publish-gateway'), token: () => tokenOf('municipality') },
      projectnummer,
    );
  const arrived = (projectnummer: string) =>
    until(
      `${projectnummer} arrives`,
      () => received.some(({ subject }) => subject === `urn:omv:${projectnummer}`),
      60_000,
    );

  beforeAll(async () => {
    await mkdir(join(root, '.kruispunt'), { recursive: true });
    folder = await mkdtemp(join(root, '.kruispunt', 'docs-'));
    await chmod(folder, 0o755); // Postgres runs as another user when we are root.
    system = await startSystem({
      folder,
      apps: ['publish-gateway', 'delivery-gateway', 'chain-integrator'],
      clients,
      settings: { 'delivery-gateway': { KP_DELIVERY_REFRESH_MS: '100' } },
    });
    const context = join(folder, 'context.json');
    await writeFile(
      context,
      JSON.stringify({
        name: 'docs',
        publishGateway: system.url('publish-gateway'),
        deliveryGateway: system.url('delivery-gateway'),
        chainIntegrator: system.url('chain-integrator'),
        registry: system.env['SCHEMA_REGISTRY_URL'],
        issuer: { url: system.issuer.url },
        clients: Object.fromEntries(clients.map((one) => [one.clientId, one])),
      }),
    );
    // What an operator's terminal has: the context, and the workspace's own Node and tools.
    Object.assign(process.env, {
      KP_CONTEXT_FILE: context,
      PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
      LANG: 'nl_BE.UTF-8',
      LC_ALL: 'nl_BE.UTF-8',
    });
  }, 180_000);

  afterAll(async () => {
    subscribed?.close();
    await system?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('01: publishes one event and verifies its receipt', async () => {
    expect(await publish('OMV_2026000001')).toMatchObject({ kind: 'accepted', receipt: { org: 'OVO999101' } });
    expect(await publish('')).toMatchObject({ kind: 'refused' });
  });

  it('02: subscribes, and takes only what Kruispunt signed', async () => {
    subscribed = await subscribeAndVerify(
      { deliveryGateway: system.url('delivery-gateway'), token: await tokenOf('maps'), port: await anyFreePort() },
      (event) => repaired && received.push(event) > 0,
    );
    await publish('OMV_2026000002');
    await arrived('OMV_2026000002');
    expect(received[0]?.data).toMatchObject({ projectnummer: 'OMV_2026000002', procedure: 'GEWOON' });
  });

  it('04: redelivers what was refused, and the audit trail agrees', async () => {
    const parked = async () =>
      (
        JSON.parse(
          (await run('npx', ['kruispunt', 'parked', 'list', '-o', 'json'], { cwd: root, env: process.env })).stdout,
        ) as {
          items: unknown[];
        }
      ).items;
    repaired = false;
    await publish('OMV_2026000003');
    await until('the event is parked', async () => (await parked()).length === 1, 60_000);
    repaired = true;
    expect(await replaySafely('kaart-aanvragen')).toEqual({ planned: 1, verified: true });
    await arrived('OMV_2026000003');
    await until('it is parked no more', async () => (await parked()).length === 0, 60_000);
    expect(await replaySafely('kaart-aanvragen')).toEqual({ planned: 0, verified: true });
    // One that stays parked, for the commands below.
    repaired = false;
    await publish('OMV_2026000004');
    await until('another is parked', async () => (await parked()).length === 1, 60_000);
  });

  it.each(
    documents()
      .flatMap(transcripts)
      .map((one) => [one.place, one.command, one] as const),
  )('%s: %s', async (_place, _command, { command, exit, expected }) => {
    const ended = await run('sh', ['-c', command], { cwd: root, env: process.env, maxBuffer: 1 << 24 }).then(
      ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
      (fault: { code: number; stdout: string; stderr: string }) => ({
        code: fault.code,
        said: fault.stdout + fault.stderr,
      }),
    );
    expect({ code: ended.code, untold: untold(expected, ended.said), said: ended.said }).toEqual({
      code: exit,
      untold: [],
      said: ended.said,
    });
  });
});
